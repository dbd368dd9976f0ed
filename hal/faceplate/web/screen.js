// The screen: the firmware's pixels, never redrawn by the page. The native
// picture is kept as it is; what is shown is a whole multiple of it: the one
// that fits the glass, or a larger one that the browser scales down, so that no
// pixel column is wider than its neighbour.

const WIDTH = 320, HEIGHT = 240; // of the glass, in pixels of the colour panel

export class Screen {
  constructor(canvas, link) {
    this.canvas = canvas;
    this.ctx = canvas.getContext('2d', { alpha: false });
    this.native = document.createElement('canvas');
    this.scale = 3;
    this.#resize(WIDTH, HEIGHT, 'colour');
    new ResizeObserver(() => this.#fit()).observe(canvas);
    this.drawn = 0;
    link.on('display', (m) => {
      if (m.width !== this.native.width || m.mode !== this.mode) this.#resize(m.width, m.height, m.mode);
      // Even at 0 a panel can be read a little, as in daylight.
      canvas.style.setProperty('--backlight', 0.22 + 0.78 * (m.backlight ?? 0) / 100);
    });
    link.on('binary', (data) => {
      if (new Uint8Array(data, 0, 1)[0] === 1) this.#draw(data);
    });
    link.on('down', () => this.#resize(this.native.width, this.native.height, this.mode));
  }

  #fit() {
    const exact = this.canvas.clientWidth * devicePixelRatio / WIDTH;
    const whole = Math.round(exact);
    const scale = whole > 0 && Math.abs(exact - whole) < 0.01 ? whole : Math.max(3, Math.ceil(exact));
    if (scale === this.scale) return;
    this.scale = scale;
    this.canvas.width = WIDTH * scale;
    this.canvas.height = HEIGHT * scale;
    this.#show(0, 0, this.native.width, this.native.height);
  }

  #resize(width, height, mode) {
    this.mode = mode;
    this.native.width = width;
    this.native.height = height;
    this.pixels = this.native.getContext('2d', { alpha: false, willReadFrequently: true });
    this.pixels.fillRect(0, 0, width, height);
    this.canvas.dataset.mode = mode;
    this.ctx.fillStyle = '#000';
    this.ctx.fillRect(0, 0, this.canvas.width, this.canvas.height);
    this.#show(0, 0, width, height);
  }

  #draw(data) {
    const head = new DataView(data);
    const mono = head.getUint8(1) === 1;
    const [x, y, w, h] = [4, 6, 8, 10].map((at) => head.getUint16(at, true));
    // A rectangle of the panel that was just exchanged is followed by the new one's.
    if (mono !== (this.mode === 'mono') || x + w > this.native.width || y + h > this.native.height || !w || !h) return;
    const image = this.pixels.createImageData(w, h);
    (mono ? unpackBits : unpack565)(data, w, h, image.data);
    this.pixels.putImageData(image, x, y);
    this.drawn++;
    this.#show(x, y, w, h);
  }

  #show(x, y, w, h) {
    if (this.mode === 'mono') return this.#dots(x, y, w, h);
    const s = this.scale;
    this.ctx.imageSmoothingEnabled = false;
    this.ctx.drawImage(this.native, x, y, w, h, x * s, y * s, w * s, h * s);
  }

  // dots draws the light of an OLED: square dots with a gap, unlit ones just
  // visible. A lit dot shines into its gap, or dark letters on light ones drown
  // in the grid.
  #dots(x, y, w, h) {
    const cell = Math.floor(this.canvas.width * 0.94 / this.native.width);
    const left = (this.canvas.width - this.native.width * cell) >> 1;
    const top = (this.canvas.height - this.native.height * cell) >> 1;
    const { data } = this.pixels.getImageData(x, y, w, h);
    for (let j = 0; j < h; j++) {
      for (let i = 0; i < w; i++) {
        const lit = data[(j * w + i) * 4] > 127, at = left + (x + i) * cell, down = top + (y + j) * cell;
        this.ctx.fillStyle = lit ? '#8fabb9' : '#000';
        this.ctx.fillRect(at, down, cell, cell);
        this.ctx.fillStyle = lit ? '#cfefff' : '#0b1116';
        this.ctx.fillRect(at, down, cell - 1, cell - 1);
      }
    }
  }
}

function unpack565(data, w, h, out) {
  const view = new DataView(data, 12);
  for (let i = 0; i < w * h; i++) {
    const p = view.getUint16(i * 2, true);
    const r = p >> 11, g = (p >> 5) & 63, b = p & 31;
    out[i * 4] = (r << 3) | (r >> 2);
    out[i * 4 + 1] = (g << 2) | (g >> 4);
    out[i * 4 + 2] = (b << 3) | (b >> 2);
    out[i * 4 + 3] = 255;
  }
}

function unpackBits(data, w, h, out) {
  const bits = new Uint8Array(data, 12), row = (w + 7) >> 3;
  for (let j = 0; j < h; j++) {
    for (let i = 0; i < w; i++) {
      const at = (j * w + i) * 4;
      out[at] = out[at + 1] = out[at + 2] = bits[j * row + (i >> 3)] & (0x80 >> (i & 7)) ? 255 : 0;
      out[at + 3] = 255;
    }
  }
}
