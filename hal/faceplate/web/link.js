// The connection to the panel: it comes back by itself when the agent does.

export class Link extends EventTarget {
  #ws = null;
  #wait = 250;

  constructor() {
    super();
    this.#dial();
  }

  get open() { return this.#ws?.readyState === WebSocket.OPEN; }

  #dial() {
    const url = new URL('ws', location.href);
    url.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
    url.search = url.hash = '';
    const ws = this.#ws = new WebSocket(url);
    ws.binaryType = 'arraybuffer';
    ws.onmessage = ({ data }) => {
      if (typeof data !== 'string') return this.#emit('binary', data);
      const message = JSON.parse(data);
      if (message.type === 'hello') {
        this.#wait = 250;
        this.#emit('up');
      }
      this.#emit(message.type, message);
    };
    ws.onclose = () => {
      this.#emit('down');
      setTimeout(() => this.#dial(), this.#wait);
      this.#wait = Math.min(this.#wait * 1.6, 3000);
    };
  }

  #emit(type, detail) { this.dispatchEvent(new CustomEvent(type, { detail })); }

  on(type, handler) { this.addEventListener(type, (e) => handler(e.detail)); }

  // send returns whether the panel will hear it.
  send(message) {
    if (!this.open) return false;
    this.#ws.send(message instanceof ArrayBuffer ? message : JSON.stringify(message));
    return true;
  }
}
