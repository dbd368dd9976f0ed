// The keys: real buttons, made here from tables; pointer, touch and keyboard
// press them, and whatever presses a key lets it go again.

const icon = (d, more = '') => `<svg viewBox="0 0 24 24" aria-hidden="true"><path d="${d}"/>${more}</svg>`;

const FUNCTIONS = [
  ['messages', 'Messages', icon('M3.5 6h17v12h-17zM3.5 6.5 12 13l8.5-6.5'), 'message'],
  ['redial', 'Redial', icon('M4 12a8 8 0 1 1 2.4 5.7M4 12l-1.6-3M4 12l3.2-1.6')],
  ['hold', 'Hold', icon('M9 6v12M15 6v12'), 'hold'],
  ['transfer', 'Transfer', icon('M4 8h14l-3.6-3.6M20 16H6l3.6 3.6'), 'transfer'],
  ['conference', 'Conference', icon('M9 11.2a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4zM3 19c.4-3.6 2.7-5.4 6-5.4s5.6 1.8 6 5.4M16 5.2a3 3 0 0 1 0 5.7M17.8 13.9c1.9.7 3 2.4 3.2 5.1'), 'conference'],
  ['headset', 'Headset', icon('M4.5 14v-2a7.5 7.5 0 0 1 15 0v2M4.5 13.5h3v6h-3zM16.5 13.5h3v6h-3zM19.5 19.5c0 1.6-2 2-5 2'), 'headset'],
  ['mute', 'Mute', icon('M12 3.5a2.8 2.8 0 0 0-2.8 2.8v5a2.8 2.8 0 0 0 5.6 0v-5A2.8 2.8 0 0 0 12 3.5zM6 11.5a6 6 0 0 0 12 0M12 17.5v3M4 4l16 16'), 'mute'],
  ['speaker', 'Speaker', icon('M4 9.5v5h3.6l4.9 4v-13l-4.9 4zM15.5 9a4.3 4.3 0 0 1 0 6M18 6.5a7.8 7.8 0 0 1 0 11'), 'speaker'],
];

const DIAL = [
  ['1', '', 'One'], ['2', 'ABC', 'Two'], ['3', 'DEF', 'Three'],
  ['4', 'GHI', 'Four'], ['5', 'JKL', 'Five'], ['6', 'MNO', 'Six'],
  ['7', 'PQRS', 'Seven'], ['8', 'TUV', 'Eight'], ['9', 'WXYZ', 'Nine'],
  ['*', '', 'Star'], ['0', '+', 'Zero'], ['#', '', 'Pound'],
];

const ARROWS = [
  ['up', 'Up', icon('M7 14.5 12 9.5l5 5')], ['left', 'Left', icon('M14.5 7 9.5 12l5 5')],
  ['ok', 'OK', 'OK'], ['right', 'Right', icon('M9.5 7l5 5-5 5')], ['down', 'Down', icon('M7 9.5l5 5 5-5')],
];

const KEYBOARD = {
  Enter: 'ok', Escape: 'cancel', Backspace: 'cancel', ArrowUp: 'up', ArrowDown: 'down', ArrowLeft: 'left', ArrowRight: 'right',
  m: 'mute', s: 'speaker', '+': 'volume-up', '-': 'volume-down', F1: 'soft1', F2: 'soft2', F3: 'soft3', F4: 'soft4',
};

export class Keys {
  #link;
  #down = new Map(); // key -> what holds it: pointer ids and keyboard codes
  #buttons = new Map();

  constructor(link, hook) {
    this.#link = link;
    this.#build();
    this.#keyboard(hook);
    link.on('down', () => this.releaseAll());
    addEventListener('blur', () => this.releaseAll());
    document.addEventListener('visibilitychange', () => document.hidden && this.releaseAll());
  }

  #build() {
    const put = (id, key, label, html, lamp, kind = '') => {
      const b = document.createElement('button');
      b.type = 'button';
      b.className = `key ${kind}`;
      b.dataset.key = key;
      b.setAttribute('aria-label', label);
      b.title = label;
      b.innerHTML = html + (lamp ? `<i class="led" data-lamp="${lamp}"></i>` : '');
      document.getElementById(id).append(b);
      this.#wire(b, key);
    };
    for (let n = 1; n <= 8; n++) put(n <= 4 ? 'lines-left' : 'lines-right', `line${n}`, `Line ${n}`, '', `line${n}`, 'line');
    for (let n = 1; n <= 4; n++) put('softs', `soft${n}`, `Soft key ${n}`, '<b></b>', '', 'soft');
    for (const [key, label, html] of ARROWS) put('ring', key, label, html, '', 'nav');
    put('pair', 'menu', 'Menu', icon('M5 7h14M5 12h14M5 17h14'), '', 'flat');
    put('pair', 'cancel', 'Cancel', icon('M6.5 6.5l11 11M17.5 6.5l-11 11'), '', 'flat');
    put('rocker', 'volume-down', 'Volume down', icon('M7 12h10'), '', 'flat');
    put('rocker', 'volume-up', 'Volume up', icon('M7 12h10M12 7v10'), '', 'flat');
    for (const [key, letters, name] of DIAL) {
      const glyph = key === '*' ? '✱' : key;
      put('dial', key, letters ? `${name}, ${letters}` : name, `<b>${glyph}</b><small>${letters}</small>`, '', 'digit');
    }
    for (const [key, label, html, lamp] of FUNCTIONS) put('functions', key, label, `${html}<small>${label}</small>`, lamp, 'function');
  }

  #wire(button, key) {
    this.#buttons.set(key, button);
    button.addEventListener('pointerdown', (e) => {
      if (e.button !== 0) return;
      e.preventDefault(); // the focus stays: Enter goes on to mean OK
      button.setPointerCapture(e.pointerId);
      this.press(key, e.pointerId);
    });
    for (const end of ['pointerup', 'pointercancel', 'lostpointercapture']) {
      button.addEventListener(end, (e) => this.release(key, e.pointerId));
    }
    button.addEventListener('contextmenu', (e) => e.preventDefault());
    // A screen reader's click has no pointer and no key before it.
    button.addEventListener('click', (e) => {
      if (e.detail === 0 && !this.#down.has(key) && e.isTrusted) this.tap(key);
    });
  }

  #keyboard(hook) {
    const held = new Map(); // code -> key
    addEventListener('keydown', (e) => {
      if (e.ctrlKey || e.metaKey || e.altKey || e.target.closest('select, input')) return;
      const focused = document.activeElement?.closest('button:focus-visible');
      const activates = e.key === 'Enter' || e.key === ' ';
      if (focused && activates && !focused.dataset.key) return; // the button's own click
      const key = focused && activates ? focused.dataset.key : keyOf(e);
      if (!key && e.key.toLowerCase() !== 'h') return;
      e.preventDefault();
      if (e.repeat || held.has(e.code)) return;
      if (!key) return hook();
      held.set(e.code, key);
      this.press(key, e.code);
    });
    addEventListener('keyup', (e) => {
      if (!held.has(e.code)) return;
      e.preventDefault();
      this.release(held.get(e.code), e.code);
      held.delete(e.code);
    });
    addEventListener('blur', () => held.clear());
  }

  press(key, by) {
    const holders = this.#down.get(key) ?? new Set();
    holders.add(by);
    this.#down.set(key, holders);
    if (holders.size > 1) return;
    this.#buttons.get(key)?.classList.add('down');
    this.#link.send({ type: 'key', name: key, state: 'down' });
  }

  release(key, by) {
    const holders = this.#down.get(key);
    if (!holders?.delete(by) || holders.size) return;
    this.#down.delete(key);
    this.#buttons.get(key)?.classList.remove('down');
    this.#link.send({ type: 'key', name: key, state: 'up' });
  }

  releaseAll() {
    for (const [key, holders] of [...this.#down]) for (const by of [...holders]) this.release(key, by);
  }

  tap(key) {
    this.press(key, 'tap');
    this.release(key, 'tap');
  }
}

function keyOf(e) {
  if (/^[0-9*#]$/.test(e.key)) return e.key;
  return KEYBOARD[e.key.length === 1 ? e.key.toLowerCase() : e.key];
}
