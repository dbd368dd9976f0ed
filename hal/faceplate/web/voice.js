// A voice for who has no microphone: syllables from a glottal pulse, three
// formants and some breath. It says nothing, and sounds like speech to a codec.

const VOWELS = [[730, 1090, 2440], [270, 2290, 3010], [530, 1840, 2480], [570, 840, 2410], [300, 870, 2240], [660, 1720, 2410]];

// words: [vowel, seconds, hiss before, pitch]
const WORDS = [
  [2, .16, .05, 122], [0, .20, 0, 128], [-1, .08], [5, .14, .07, 135], [1, .22, 0, 126], [4, .12, 0, 118], [-1, .22],
  [0, .18, 0, 120], [2, .12, .06, 132], [3, .24, 0, 124], [-1, .06], [1, .13, .08, 116], [5, .19, 0, 110], [0, .26, 0, 98], [-1, .75],
];

export function voice(context) {
  const rate = context.sampleRate;
  const seconds = WORDS.reduce((sum, [, s, hiss = 0]) => sum + s + hiss, 0);
  const buffer = context.createBuffer(1, Math.ceil(seconds * rate), rate);
  const out = buffer.getChannelData(0);
  const random = generator(7);
  const filters = [0, 1, 2].map(() => ({ a: 0, b: 0 }));
  let at = 0, phase = 0, pitch = 120, formants = [...VOWELS[0]];
  for (const [vowel, length, hiss = 0, aim = 110] of WORDS) {
    for (let i = 0; i < hiss * rate && at < out.length; i++) {
      out[at++] = (random() - 0.5) * 0.12 * Math.sin(Math.PI * i / (hiss * rate));
    }
    const n = length * rate;
    for (let i = 0; i < n && at < out.length; i++) {
      const x = i / n;
      if (vowel < 0) {
        at++;
        continue;
      }
      pitch += (aim * (1.06 - 0.12 * x) - pitch) * 0.0008;
      phase = (phase + pitch / rate) % 1;
      const pulse = phase < 0.6 ? Math.sin(Math.PI * phase / 0.6) ** 2 - 0.3 : -0.3;
      const source = pulse + (random() - 0.5) * 0.06;
      let sample = 0;
      for (let f = 0; f < 3; f++) {
        formants[f] += (VOWELS[vowel][f] - formants[f]) * 0.0012;
        sample += resonate(filters[f], source, formants[f], 70 + 40 * f, rate) * [1, 0.55, 0.28][f];
      }
      out[at++] = sample * Math.min(1, x * 8, (1 - x) * 5) * 0.9;
    }
  }
  const peak = out.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
  for (let i = 0; i < out.length; i++) out[i] *= 0.5 / peak;
  return buffer;
}

function resonate(state, input, frequency, width, rate) {
  const r = Math.exp(-Math.PI * width / rate);
  const y = input * (1 - r) + 2 * r * Math.cos(2 * Math.PI * frequency / rate) * state.a - r * r * state.b;
  state.b = state.a;
  state.a = y;
  return y;
}

// generator makes the same noise every time (a linear congruence).
function generator(seed) {
  return () => (seed = (seed * 1664525 + 1013904223) % 4294967296) / 4294967296;
}
