// The page's half of the codec: the AudioContext, its microphone, its meters.

import { voice } from './voice.js';

export class Sound {
  stats = { captured: 0, played: 0, received: 0, underruns: 0, skips: 0, mic: 0, ear: 0, buffered: 0 };
  #link;
  #context = null;
  #node = null;
  #gain = null;
  #input = null; // what is connected to the worklet now
  #stream = null;
  #number = 0;
  #rate = 0;
  #level = 70;
  #source = 'mic';
  #turn = 0; // the newest choice of a microphone

  // show({state, remark}) tells the page; state: off, waiting, on, taken.
  constructor(link, show) {
    this.#link = link;
    this.show = show;
    this.state = 'off';
    link.on('up', () => this.state !== 'off' && this.#ask());
    link.on('down', () => this.state !== 'off' && this.#set('waiting', 'Waiting for the phone.'));
    link.on('audio', (m) => this.#granted(m));
    link.on('mixer', (m) => this.#volume(m.level ?? 0));
    link.on('binary', (data) => {
      if (this.#node && new Uint8Array(data, 0, 1)[0] === 2) this.#node.port.postMessage(data, [data]);
    });
  }

  #set(state, remark = '') {
    this.state = state;
    this.show({ state, remark });
  }

  #ask() { this.#link.send({ type: 'audio', state: 'live' }); }

  // on is called by a person's click: browsers want one before any sound.
  async on() {
    this.#context ??= new AudioContext({ latencyHint: 'interactive' });
    await this.#context.resume();
    this.#set('waiting', 'Waiting for the phone.');
    this.#ask();
  }

  async off() {
    this.#link.send({ type: 'audio', state: 'off' });
    this.#disconnect();
    this.#stopMicrophone();
    await this.#context?.suspend();
    this.#set('off');
  }

  async source(name) {
    this.#source = name;
    if (!this.#node) return;
    await this.#connectSource();
    this.#set(this.state, this.remark);
  }

  async #granted(m) {
    if (this.state === 'off') return;
    if (m.state !== 'live') {
      this.#disconnect();
      return this.#set('taken', 'Another page has the sound now, or the phone has closed it.');
    }
    try {
      await this.#connect(m.rate);
      this.#set('on', this.remark ?? '');
    } catch (e) {
      this.#set('taken', `The sound cannot start: ${e.message}`);
    }
  }

  async #connect(rate) {
    this.#disconnect();
    const context = this.#context;
    if (!this.loaded) await (this.loaded = context.audioWorklet.addModule('worklet.js'));
    this.#rate = rate;
    this.#number = 0;
    this.#node = new AudioWorkletNode(context, 'handset', {
      numberOfInputs: 1, numberOfOutputs: 1, outputChannelCount: [2],
      channelCount: 1, channelCountMode: 'explicit', processorOptions: { rate },
    });
    this.#node.port.onmessage = ({ data }) => {
      if (data instanceof ArrayBuffer) this.#say(data);
      else Object.assign(this.stats, data);
    };
    this.#gain = new GainNode(context);
    this.#volume(this.#level);
    this.#node.connect(this.#gain).connect(context.destination);
    await this.#connectSource();
  }

  #disconnect() {
    this.#turn++;
    this.#input?.disconnect();
    this.#input?.stop?.();
    this.#node?.port.close();
    this.#node?.disconnect();
    this.#gain?.disconnect();
    this.#input = this.#node = this.#gain = null;
    Object.assign(this.stats, { mic: 0, ear: 0 });
  }

  async #connectSource() {
    const turn = ++this.#turn;
    this.#input?.disconnect();
    this.#input?.stop?.();
    this.#input = null;
    this.remark = '';
    if (this.#source !== 'mic') this.#stopMicrophone();
    let input = null;
    if (this.#source === 'mic') input = await this.#microphone();
    if (this.#source === 'voice') {
      input = new AudioBufferSourceNode(this.#context, { buffer: voice(this.#context), loop: true });
      input.start();
    }
    if (turn !== this.#turn || !this.#node) return void input?.stop?.(); // another was chosen meanwhile
    this.#input = input;
    input?.connect(this.#node);
  }

  // microphone falls back to the voice sample when there is none, or no permission.
  async #microphone() {
    if (!this.#stream) this.show({ state: this.state, remark: 'Allow the microphone, or choose a voice sample.' });
    try {
      this.#stream ??= await navigator.mediaDevices.getUserMedia({
        audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 },
      });
      return this.#context.createMediaStreamSource(this.#stream);
    } catch (e) {
      this.#source = 'voice';
      this.remark = e.name === 'NotAllowedError' ? 'No permission for the microphone: a voice sample speaks.' : 'No microphone here: a voice sample speaks.';
      this.show({ state: this.state, remark: this.remark, source: 'voice' });
      return null;
    }
  }

  #stopMicrophone() {
    this.#stream?.getTracks().forEach((t) => t.stop());
    this.#stream = null;
  }

  #say(message) {
    const head = new DataView(message);
    head.setUint8(0, 3);
    head.setUint16(2, (message.byteLength - 24) / 2, true);
    head.setBigUint64(8, BigInt(++this.#number), true);
    this.#link.send(message);
  }

  // volume: 70 percent is as it came; the ear hears in powers.
  #volume(percent) {
    this.#level = percent;
    if (this.#gain) this.#gain.gain.setTargetAtTime((percent / 70) ** 2, this.#context.currentTime, 0.02);
  }
}
