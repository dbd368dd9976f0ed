// The sound's real-time part: between the AudioContext's rate and blocks of
// 16-bit samples at the device's rate.

const TAPS = 16; // zero crossings of the kernel on each side
const PHASES = 128;

// Resampler is a windowed-sinc resampler whose ratio may be trimmed while it runs.
class Resampler {
  constructor(from, to) {
    const cutoff = Math.min(1, to / from) * 0.94;
    this.step = from / to;
    this.half = Math.ceil(TAPS / cutoff);
    this.kernels = Array.from({ length: PHASES + 1 }, (_, p) => kernel(this.half, cutoff, p / PHASES));
    this.buffer = new Float32Array(32768);
    this.clear();
  }

  clear() {
    this.length = this.half; // silence before the first sample
    this.buffer.fill(0, 0, this.length);
    this.at = this.half;
  }

  push(samples) {
    if (this.length + samples.length > this.buffer.length) this.#shift();
    if (this.length + samples.length > this.buffer.length) return;
    this.buffer.set(samples, this.length);
    this.length += samples.length;
  }

  #shift() {
    const drop = Math.floor(this.at) - this.half;
    this.buffer.copyWithin(0, drop, this.length);
    this.length -= drop;
    this.at -= drop;
  }

  // waiting is how many input samples are there to be read.
  get waiting() { return this.length - this.half - this.at; }

  skip(samples) { this.at += samples; }

  // next is one output sample; trim is a factor near 1 on the speed.
  next(trim = 1) {
    const whole = Math.floor(this.at);
    const k = this.kernels[Math.round((this.at - whole) * PHASES)];
    const first = whole - this.half + 1;
    let sum = 0;
    for (let i = 0; i < k.length; i++) sum += k[i] * this.buffer[first + i];
    this.at += this.step * trim;
    return sum;
  }
}

function kernel(half, cutoff, phase) {
  const k = new Float32Array(2 * half);
  let sum = 0;
  for (let i = 0; i < k.length; i++) {
    const t = i - half + 1 - phase;
    const x = Math.PI * t * cutoff;
    const window = Math.abs(t) >= half ? 0 : 0.42 + 0.5 * Math.cos(Math.PI * t / half) + 0.08 * Math.cos(2 * Math.PI * t / half);
    k[i] = (x === 0 ? 1 : Math.sin(x) / x) * window;
    sum += k[i];
  }
  return k.map((v) => v / sum);
}

const HEADER = 24; // bytes of a binary message before its samples

class Handset extends AudioWorkletProcessor {
  constructor({ processorOptions: { rate } }) {
    super();
    this.rate = rate;
    this.up = new Resampler(sampleRate, rate);
    this.down = new Resampler(rate, sampleRate);
    this.block = rate / 100;
    this.target = rate * 0.04; // samples of play-out buffer aimed at
    this.level = 0; // the smoothed one
    this.playing = false;
    this.fade = 0;
    this.count = { captured: 0, played: 0, received: 0, underruns: 0, skips: 0, mic: 0, ear: 0 };
    this.quanta = 0;
    this.fresh();
    this.port.onmessage = ({ data }) => this.take(new Int16Array(data, HEADER));
  }

  fresh() {
    this.message = new ArrayBuffer(HEADER + 2 * this.block);
    this.samples = new Int16Array(this.message, HEADER);
    this.filled = 0;
  }

  take(block) {
    const samples = new Float32Array(block.length);
    for (let i = 0; i < block.length; i++) samples[i] = block[i] / 32768;
    this.down.push(samples);
    this.count.received++;
  }

  process([mic], [ear]) {
    this.capture(mic[0] ?? new Float32Array(ear[0].length));
    this.play(ear[0]);
    for (let c = 1; c < ear.length; c++) ear[c].set(ear[0]);
    if (++this.quanta % 16 === 0) this.port.postMessage({ ...this.count, buffered: this.level / this.rate });
    if (this.quanta % 16 === 0) this.count.mic = this.count.ear = 0;
    return true;
  }

  capture(input) {
    for (const s of input) this.count.mic = Math.max(this.count.mic, Math.abs(s));
    this.up.push(input);
    while (this.up.waiting > 0) {
      const v = Math.round(this.up.next() * 32767);
      this.samples[this.filled++] = Math.max(-32768, Math.min(32767, v));
      if (this.filled < this.block) continue;
      this.port.postMessage(this.message, [this.message]);
      this.count.captured++;
      this.fresh();
    }
  }

  play(output) {
    const waiting = this.down.waiting;
    if (!this.playing && waiting < this.target) return;
    if (!this.playing) {
      this.playing = true;
      this.#near(waiting);
    } else if (waiting > this.target + this.rate * 0.07) { // after a stall
      this.count.skips++;
      this.#near(waiting);
    }
    this.level += (this.down.waiting - this.level) * 0.002;
    // The two clocks differ by some ppm: ±0.6 % of speed is not heard.
    const trim = 1 + Math.max(-0.006, Math.min(0.006, (this.level - this.target) / this.target * 0.02));
    for (let i = 0; i < output.length; i++) {
      if (this.down.waiting <= 0) return this.dry(output, i);
      this.fade = Math.min(1, this.fade + 1 / 256);
      output[i] = this.down.next(trim) * this.fade;
      this.count.ear = Math.max(this.count.ear, Math.abs(output[i]));
    }
    this.count.played++;
    this.target = Math.max(this.rate * 0.03, this.target - this.rate * 4e-8 * output.length);
  }

  // near leaves out what makes the ear later than the target.
  #near(waiting) {
    this.down.skip(waiting - this.target);
    this.level = this.target;
    this.fade = 0;
  }

  // dry: the network or the machine was late; next time there is more in hand.
  dry(output, at) {
    for (let i = Math.max(0, at - 64); i < at; i++) output[i] *= (at - i) / 64;
    this.playing = false;
    this.count.underruns++;
    this.target = Math.min(this.rate * 0.16, this.target * 1.4);
  }
}

registerProcessor('handset', Handset);
