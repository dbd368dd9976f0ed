import { Link } from './link.js';
import { Screen } from './screen.js';
import { Keys } from './keys.js';
import { Sound } from './sound.js';

const $ = (id) => document.getElementById(id);
const query = new URLSearchParams(location.search);
document.documentElement.toggleAttribute('data-embed', query.get('embed') === '1');
if (['light', 'dark'].includes(query.get('theme'))) document.documentElement.dataset.theme = query.get('theme');

const link = new Link();
const screen = new Screen($('screen'), link);
const keys = new Keys(link, toggleHook);
const sound = new Sound(link, showSound);

// Power: on while the firmware has the display open.
const power = (on) => { $('phone').dataset.power = on ? 'on' : 'off'; };
let parts = [];
const takeParts = (m) => {
  parts = m.parts ?? [];
  power(parts.includes('display'));
  $('hook').disabled = !parts.includes('hook');
};
link.on('hello', takeParts);
link.on('parts', takeParts);
link.on('down', () => {
  power(false);
  for (const i of document.querySelectorAll('[data-lamp]')) i.removeAttribute('data-pattern');
  for (const r of relays.values()) r.remove();
  relays.clear();
  lamps.clear();
  showHook(false);
});

// The hook shows what the firmware knows, not what was clicked.
let lifted = false;
function showHook(off) {
  lifted = off;
  $('hook').setAttribute('aria-pressed', off);
}
function toggleHook() { link.send({ type: 'hook', state: lifted ? 'on-hook' : 'off-hook' }); }
$('hook').addEventListener('pointerdown', (e) => e.preventDefault());
$('hook').addEventListener('click', toggleHook);
link.on('hook', (m) => showHook(m.state === 'off-hook'));

// Lamps: one light may stand for several; the first that shines counts.
const lamps = new Map();
link.on('lamp', (m) => {
  lamps.set(m.name, m.state);
  for (const i of document.querySelectorAll(`[data-lamp~="${m.name}"]`)) {
    const names = i.dataset.lamp.split(' ').reverse();
    const name = names.find((n) => (lamps.get(n) ?? 'off') !== 'off');
    i.dataset.pattern = name ? lamps.get(name) : 'off';
    i.dataset.by = name ?? '';
    i.style.setProperty('--phase', `${-(performance.now() % 2000)}ms`); // all blink together
  }
});

// Relays: a light each, with its label.
const relays = new Map();
link.on('relay', (m) => {
  let light = relays.get(m.name);
  if (!light) {
    light = Object.assign(document.createElement('span'), { className: 'relay' });
    light.innerHTML = '<svg viewBox="0 0 24 24"><path class="shut" d="M8 11V8a4 4 0 0 1 8 0v3"/><path class="open" d="M8 11V8a4 4 0 0 1 7.6-1.7"/><rect x="6" y="11" width="12" height="9" rx="2"/></svg><em></em>';
    light.querySelector('em').textContent = m.name;
    relays.set(m.name, light);
    $('relays').append(light);
  }
  light.classList.toggle('energised', m.state === 'energised');
  light.style.setProperty('--left', `${m.ms ?? 0}ms`);
});
link.on('parts', () => {
  for (const [name, light] of relays) {
    if (parts.includes(`relay ${name}`)) continue;
    light.remove();
    relays.delete(name);
  }
});

// The panel that the firmware sees.
for (const input of document.querySelectorAll('[name=panel]')) {
  input.addEventListener('change', () => link.send({ type: 'display', mode: input.value }));
}
link.on('display', (m) => {
  document.querySelector(`[name=panel][value=${m.mode}]`).checked = true;
});

// The mixer: what the firmware routes to.
link.on('mixer', (m) => {
  $('phone').dataset.route = m.name ?? '';
  $('phone').toggleAttribute('data-muted', Boolean(m.mute));
});

// Sound.
function showSound({ state, remark = '', source }) {
  $('sound').dataset.state = state;
  $('remark').textContent = remark;
  if (source) $('source').value = source;
  $('unlock').querySelector('span').textContent = {
    off: 'Turn the sound on', waiting: 'Sound waits', on: 'Sound is on', taken: 'Take the sound back',
  }[state];
  $('unlock').setAttribute('aria-pressed', state === 'on');
}
$('unlock').addEventListener('click', () => (sound.state === 'on' || sound.state === 'waiting' ? sound.off() : sound.on()));
$('source').addEventListener('change', () => sound.source($('source').value));

const bars = [['meter-mic', 'mic', 0], ['meter-ear', 'ear', 0]];
function meter() {
  for (const bar of bars) {
    const db = 20 * Math.log10(Math.max(sound.stats[bar[1]], 1e-4));
    const level = Math.max(0, Math.min(100, (db + 54) / 54 * 100));
    bar[2] = level > bar[2] ? level : bar[2] + (level - bar[2]) * 0.12;
    $(bar[0]).style.setProperty('--level', `${bar[2].toFixed(1)}%`);
    $(bar[0]).setAttribute('aria-valuenow', Math.round(bar[2]));
  }
  requestAnimationFrame(meter);
}
meter();

// For tests and for the curious.
window.faceplate = { link, screen, keys, sound, get audio() { return sound.stats; }, get power() { return $('phone').dataset.power; } };
