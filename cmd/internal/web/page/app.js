// The administrator's pages: one view at a time, drawn from the telephone's JSON and
// drawn over where that has changed. No text of the telephone's becomes markup.

const $ = (id) => document.getElementById(id);
const patience = 12000; // ms that a request may take; the telephone gives up after 10 s

/* ---- drawing ---- */

const svgTags = new Set(['svg', 'path', 'line', 'rect', 'text', 'circle', 'g', 'title']);

// h makes an element: attributes whose value is null, undefined or false are left out.
function h(tag, attributes = {}, ...children) {
  const e = svgTags.has(tag) ? document.createElementNS('http://www.w3.org/2000/svg', tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) e.setAttribute(name, value === true ? '' : value);
  }
  e.append(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false && c !== ''));
  return e;
}

const same = (a, b) => a.nodeName === b.nodeName && (a.nodeType !== 1 || a.getAttribute('data-key') === b.getAttribute('data-key'));

// morph makes an element like another one, and leaves what is the same: the focus, what
// is selected and what somebody types stay.
function morph(now, next) {
  if (next.hasAttribute('data-own')) return; // draws itself
  for (const {name} of [...now.attributes]) if (!next.hasAttribute(name) && name !== 'open') now.removeAttribute(name);
  for (const {name, value} of next.attributes) if (now.getAttribute(name) !== value) now.setAttribute(name, value);
  fill(now, [...next.childNodes]);
}

// fill makes these the children of an element.
function fill(parent, children) {
  let at = parent.firstChild;
  for (const next of children) {
    let found = at;
    while (found && !same(found, next)) found = next.nodeType === 1 && next.hasAttribute('data-key') ? found.nextSibling : null;
    if (!found) {
      parent.insertBefore(next, at);
      continue;
    }
    if (found !== at) parent.insertBefore(found, at);
    else at = at.nextSibling;
    if (found.nodeType === 1) morph(found, next);
    else if (found.data !== next.data) found.data = next.data;
  }
  while (at) {
    const after = at.nextSibling;
    at.remove();
    at = after;
  }
}

const draw = (...children) => fill($('view'), children.flat(Infinity).filter(Boolean));

/* ---- speaking to the telephone ---- */

let acted = Date.now(); // when a person last did something
for (const event of ['pointerdown', 'keydown', 'wheel', 'touchstart']) addEventListener(event, () => { acted = Date.now(); }, {passive: true, capture: true});

let ahead = 0; // ms that the telephone's clock is before ours
const now = () => Date.now() + ahead;

class Refusal extends Error {}

// ask makes a request and returns its answer; it throws words.
async function ask(path, {body, signal, time = patience} = {}) {
  const end = new AbortController();
  let late = false;
  const timer = time && setTimeout(() => { late = true; end.abort(); }, time);
  const gone = () => end.abort();
  signal?.addEventListener('abort', gone, {once: true});
  try {
    const answer = await fetch('/api/' + path, {
      method: body === undefined ? 'GET' : 'POST', signal: end.signal, cache: 'no-store', credentials: 'same-origin', redirect: 'error',
      headers: {'X-Offhook': body !== undefined || Date.now() - acted < 60000 ? '1' : 'poll'},
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const date = Date.parse(answer.headers.get('Date'));
    if (date && Math.abs(date - Date.now() - ahead) > 2000) ahead = date - Date.now();
    if (answer.status === 401) logIn('You were away for too long, or logged out elsewhere. Log in again.');
    if (!answer.ok) throw new Refusal(await words(answer));
    if (path === 'screen.png') return await answer.blob();
    return path.startsWith('logs') ? answer.body : await answer.json();
  } catch (err) {
    if (err instanceof Refusal || signal?.aborted) throw err;
    if (late) throw new Error(`The telephone did not answer within ${time / 1000} seconds.`);
    throw new Error('The telephone cannot be reached. Is it on, and are you in its network?');
  } finally {
    clearTimeout(timer);
    if (!path.startsWith('logs')) signal?.removeEventListener('abort', gone); // a log that is followed ends with its view
  }
}

async function words(answer) {
  try {
    return (await answer.json()).error || answer.statusText;
  } catch {
    return `The telephone answered ${answer.status} ${answer.statusText}.`;
  }
}

/* ---- saying ---- */

let hush;
function say(text, kind = '') {
  clearTimeout(hush);
  $('said').textContent = sentence(text);
  $('said').dataset.kind = kind;
  hush = setTimeout(() => { $('said').textContent = ''; }, kind === 'bad' ? 9000 : 4000);
}

function trouble(text) {
  const t = $('trouble');
  if (t.textContent !== text) t.textContent = text;
  t.hidden = !text;
}

// sure asks a person whether it is meant.
function sure(title, text, yes, danger) {
  const dialog = $('ask');
  $('ask-title').textContent = title;
  $('ask-text').textContent = text;
  $('ask-yes').textContent = yes;
  $('ask-yes').className = danger ? 'danger' : 'primary';
  dialog.returnValue = 'no';
  dialog.showModal();
  // Escape is heard before the dialog is gone: what was pressed to ask takes the next
  // press at once. The former dialog's close may come when the next is open.
  const heard = new AbortController();
  return new Promise((resolve) => {
    const settle = (answer) => { heard.abort(); resolve(answer); };
    dialog.addEventListener('cancel', () => settle(false), {signal: heard.signal});
    dialog.addEventListener('close', () => dialog.open || settle(dialog.returnValue === 'yes'), {signal: heard.signal});
  });
}

/* ---- words ---- */

const sentence = (s) => {
  s = String(s ?? '').trim();
  if (/^[a-z]+([\s,.:]*$|,? )/.test(s)) s = s[0].toUpperCase() + s.slice(1); // no address, no name of a part
  return s && s + (/[.!?…]$/.test(s) ? '' : '.');
};
const plural = (n, one, many = one + 's') => `${n} ${n === 1 ? one : many}`;

function span(ms) {
  const s = Math.max(0, Math.round(ms / 1000));
  const days = Math.floor(s / 86400);
  const hours = Math.floor(s / 3600) % 24;
  const minutes = Math.floor(s / 60) % 60;
  if (days) return `${plural(days, 'day')} ${hours} h`;
  if (hours) return `${hours} h ${minutes} min`;
  if (minutes >= 10) return `${minutes} min`;
  return minutes ? `${minutes} min ${s % 60} s` : `${s} s`;
}

const time = (t) => Date.parse(t || '') || 0;
const until = (t) => span(time(t) - now());
const when = (t) => time(t) ? new Date(t).toLocaleString(undefined, {dateStyle: 'medium', timeStyle: 'short'}) : '';
const clock = (t) => new Date(t).toLocaleTimeString(undefined, {hour12: false});
const bytes = (n) => n < 1024 ? `${n} bytes` : `${(n / 1024).toFixed(1)} KiB`;

/* ---- pieces ---- */

const pill = (kind, text) => h('span', {class: 'pill', 'data-kind': kind}, text);
const card = (title, ...children) => h('section', {class: 'card', 'data-key': title, 'aria-label': title}, h('h2', {}, title), children);
const button = (text, act, {kind = '', value, label, slim} = {}) =>
  h('button', {type: 'button', class: `${kind}${slim ? ' slim' : ''}`.trim(), 'data-do': act, 'data-value': value, 'data-key': `${act} ${value ?? ''}`, 'aria-label': label}, text);
const facts = (...pairs) => h('dl', {class: 'facts'}, pairs.filter(([, v]) => v).map(([k, v]) => [h('dt', {}, k), h('dd', {}, v)]));
const note = (text, bad) => text && h('p', {class: bad ? 'note bad' : 'note'}, sentence(text));

/* ---- status ---- */

const accountStates = {registered: ['good', 'Registered'], registering: ['warn', 'Registering'], unregistered: ['none', 'Not registered'], failed: ['bad', 'Failed']};

function accountSays(a) {
  if (a.state === 'registered') {
    const rest = time(a.expires) ? `, for ${until(a.expires)} more` : '';
    return `Calls come in through ${a.server || 'its server'} by ${(a.transport || '').toUpperCase()}${rest}.`;
  }
  if (a.state === 'registering') return sentence(a.cause || `It asks ${a.server || 'its server'}`);
  if (a.state === 'failed') return `No calls come in: ${(a.cause || 'the server did not say why').replace(/\.$/, '')}.${time(a.retry) ? ` Next attempt in ${until(a.retry)}.` : ''}`;
  return sentence(a.cause || 'It is not asked for');
}

function accountItem(a) {
  const [kind, name] = accountStates[a.state] || ['warn', a.state];
  const mail = a.new_messages ? `${plural(a.new_messages, 'new message')} waiting` : '';
  return h('div', {class: 'item', 'data-key': a.id},
    h('div', {class: 'row apart'}, h('h3', {class: 'wrap'}, a.aor.replace(/^sips?:/, '')), pill(kind, name)),
    h('p', {}, accountSays(a)),
    (a.ways || []).length > 1 && h('p', {class: 'quiet small wrap'}, 'Ways: ' + a.ways.map((w) => `${w.server} ${w.state}`).join(', ')),
    (a.missing || []).map((m) => h('p', {class: 'quiet small wrap'}, `No ${m.event}${m.resource ? ' of ' + m.resource : ''}: ${m.cause}.`)),
    mail && h('p', {class: 'quiet small'}, mail));
}

// faults are what needs somebody, worst first.
function faults(s) {
  const all = [];
  const add = (kind, text) => all.push({kind, text: sentence(text)});
  for (const a of s.accounts || []) if (a.state === 'failed') add('bad', `Account ${a.id}: ${a.cause || 'it cannot be registered'}`);
  if (!(s.accounts || []).length) add('warn', 'No account is configured: nobody can be called');
  for (const d of s.devices || []) add('bad', `${d.part}: ${d.error}`);
  if (s.audio?.state && s.audio.state !== 'running' && s.audio.state !== 'absent') add('bad', `Sound: ${s.audio.state}`);
  const p = s.provisioning || {};
  if (p.error) add('warn', `Configuration: ${p.error}`);
  if (p.store_error) add('bad', `The configuration would not survive a restart: ${p.store_error}`);
  if (p.rolled_back && p.rolled_back !== p.error) add('warn', `The newest configuration was not kept: ${p.rolled_back}`);
  for (const w of p.waiting || []) add('warn', `${w.server} waits for you to accept it`);
  if (s.listen_error) add('bad', `Listening: ${s.listen_error}`);
  if (s.firmware?.error) add('warn', `Firmware: ${s.firmware.error}`);
  if (s.firmware?.failed) add('warn', `Firmware: ${s.firmware.failed}`);
  return all.sort((a, b) => (a.kind > b.kind) - (a.kind < b.kind));
}

const marks = {good: 'M21 12a9 9 0 1 1-4-7.5M8.5 11.500l3 3L21 5', warn: 'M12 4L2.5 20h19zM12 10v4.5M12 17.300v.01', bad: 'M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18M12 7.500v5.5M12 16.300v.01'};

function summary(s) {
  const all = faults(s);
  const kind = all[0]?.kind || 'good';
  const held = [];
  if (s.diverting?.do_not_disturb) held.push('Do not disturb is on: calls do not ring.');
  if (s.diverting?.forward) held.push(`Every call goes to ${s.diverting.forward}.`);
  return h('section', {class: 'card', 'data-key': 'sum', 'aria-label': 'Summary'},
    h('div', {class: 'sum', 'data-kind': kind}, h('svg', {viewBox: '0 0 24 24', 'aria-hidden': 'true'}, h('path', {d: marks[kind]})),
      h('div', {}, h('strong', {}, all.length ? `${plural(all.length, 'thing needs', 'things need')} attention` : 'Everything works'),
        h('span', {class: 'quiet'}, `Up for ${span(now() - time(s.started))}`))),
    all.map((f) => h('p', {class: f.kind === 'bad' ? 'note bad' : 'note'}, f.text)),
    held.map((t) => h('p', {class: 'note'}, t)));
}

const provisioningStates = {provisioned: 'It came from a server.', local: 'It is the one kept in this telephone.', unprovisioned: 'None has come yet.'};

function provisioningCard(p) {
  const trial = time(p.on_trial) ? `On trial for ${until(p.on_trial)} more: ${p.missing || 'well so far'}` : '';
  return card('Configuration',
    h('p', {}, provisioningStates[p.state] || sentence(p.state)),
    h('div', {class: 'bare'}, facts(['From', p.source], ['Found by', [p.step, p.found].filter(Boolean).join(', ')], ['In force since', when(p.applied)],
      ['Verdict', p.verdict], ['Last asked', when(p.last_attempt)], ['Asked again', time(p.next_fetch) ? `in ${until(p.next_fetch)}` : ''])),
    note(trial), note(p.pending && 'A newer one waits for the end of the call'),
    note(p.pinned && 'Brought back by hand: the server’s is passed over until it changes, or is fetched now'),
    (p.waiting || []).map(waiting), (p.refused || []).length > 0 && h('p', {class: 'row apart'}, h('span', {class: 'quiet small wrap'}, 'Refused: ' + p.refused.join(', ')), button('Ask again', 'forget', {slim: true})),
    (p.left_out || []).length > 0 && h('details', {'data-key': 'left'}, h('summary', {}, `${plural(p.left_out.length, 'parameter')} left out`), p.left_out.map((t) => h('p', {class: 'quiet small wrap'}, t))),
    (p.attempts || []).length > 0 && h('details', {'data-key': 'steps'}, h('summary', {}, 'How it was looked for'), p.attempts.map((a) =>
      h('p', {class: 'quiet small wrap'}, `${a.step}: ${!a.url ? 'passed over, ' + (a.why || '') : a.error ? `failed at ${a.url}: ${a.error}` : `won with ${a.url}`}`))));
}

const waiting = (w) => h('div', {class: 'note', 'data-key': w.server},
  h('h3', {class: 'wrap'}, `${w.server} wants to configure this telephone`),
  h('p', {class: 'small wrap'}, `Named by ${w.step}. Certificate of ${w.issuer || 'nobody known'}${w.problem ? ` (${w.problem})` : ''}, SHA-256 ${w.fingerprint || 'unknown'}.`),
  h('div', {class: 'row'}, button('Accept', 'accept', {value: w.server, slim: true, label: `Accept ${w.server}`}), button('Refuse', 'refuse', {value: w.server, slim: true, label: `Refuse ${w.server}`})));

function soundCard(a) {
  const bad = a.state !== 'running' && a.state !== 'absent';
  return card('Sound', h('p', {class: 'row'}, pill(a.state === 'running' ? 'good' : bad ? 'bad' : 'none', a.state === 'running' ? 'Running' : a.state === 'absent' ? 'There is none' : 'Broken')),
    bad && note(a.state, true),
    a.sample_rate > 0 && h('div', {class: 'bare'}, facts(['Rate', `${a.sample_rate / 1000} kHz, periods of ${1000 * a.period / a.sample_rate} ms`],
      ['Interruptions', `${a.capture_xruns} of the microphone, ${a.playback_xruns} of the loudspeaker`])));
}

const partsCard = (s) => card('Parts', (s.devices || []).length === 0
  ? h('p', {class: 'row'}, pill('good', 'All of them work'))
  : s.devices.map((d) => h('div', {class: 'item', 'data-key': d.part}, h('div', {class: 'row apart'}, h('h3', {}, d.part), pill('bad', 'Broken')), h('p', {class: 'wrap'}, sentence(d.error)))));

function aboutCard(s) {
  const dropped = ['source', 'all', 'muted', 'large'].reduce((n, k) => n + (s.dropped?.[k] || 0), 0);
  return card('This telephone', facts(['Version', s.version], ['Board', s.board], ['Model', s.model], ['Started', when(s.started)],
    ['Listens at', (s.listening || []).map((l) => `${l.address} (${l.transport})`).join(', ')], ['Strangers', dropped ? `${plural(dropped, 'message')} dropped unread` : '']));
}

const status = {title: 'Status', every: 2000, async load(signal) {
  const s = await ask('status', {signal});
  named(s);
  draw(h('div', {class: 'stack'}, summary(s), h('div', {class: 'halves even'},
    h('div', {class: 'stack'}, card('Accounts', (s.accounts || []).length ? s.accounts.map(accountItem) : h('p', {class: 'quiet'}, 'There is none: the telephone is not configured yet.')),
      soundCard(s.audio || {}), partsCard(s)),
    h('div', {class: 'stack'}, provisioningCard(s.provisioning || {}),
      card('Firmware', h('p', {}, firmwareSays(s)), h('p', {class: 'quiet small'}, slotName(s.firmware?.slot))), aboutCard(s)))));
}};

function named(s) {
  $('who-name').textContent = s.model || 'Telephone';
  $('who-model').textContent = s.board || '\u00a0';
}

/* ---- screen ---- */

const field = (id, label, attributes, ...after) => h('div', {class: 'field'}, h('label', {for: id}, label), h('div', {class: 'row'}, h('input', {id, class: 'grow', autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false', ...attributes}), after));

function screenView(s) {
  const dnd = !!s?.diverting?.do_not_disturb;
  const to = s?.diverting?.forward || '';
  const calls = (s?.calls || []).filter((c) => c.state !== 'terminated');
  return h('div', {class: 'halves'},
    h('div', {class: 'stack'}, h('div', {class: 'mirror', 'data-own': true, id: 'mirror'}, h('canvas', {id: 'mirrored', width: 320, height: 240, role: 'img', 'aria-label': 'The telephone’s screen, as it is now'})),
      h('p', {id: 'mirror-said', class: 'quiet small', role: 'status', 'data-own': true}, 'Live, twice a second.')),
    h('div', {class: 'stack'},
      card('Call', h('p', {class: 'bare', role: 'status'}, calls.length ? calls.map((c) => h('span', {}, callSays(c) + ' ')) : 'The telephone is idle.'),
        h('div', {class: 'row'}, button('Answer', 'answer', {kind: calls.some((c) => c.incoming && !time(c.answered)) ? 'primary' : ''}), button('Hang up', 'hangup', {kind: 'danger'}))),
      h('form', {class: 'card stack', 'data-form': 'dial', 'aria-label': 'Dial'}, field('dial-to', 'Number or address', {type: 'text', inputmode: 'tel', required: true, maxlength: 256}, h('button', {type: 'submit'}, 'Dial'))),
      h('form', {class: 'card stack', 'data-form': 'forward', 'aria-label': 'Calls that come in'},
        h('div', {class: 'row apart'}, h('div', {}, h('h3', {id: 'dnd-name'}, 'Do not disturb'), h('p', {class: 'quiet small'}, dnd ? 'On: calls do not ring.' : 'Off: calls ring.')),
          h('button', {type: 'button', 'data-do': 'dnd', 'data-value': dnd ? '' : 'on', 'aria-pressed': String(dnd), 'aria-labelledby': 'dnd-name'}, dnd ? 'Turn off' : 'Turn on')),
        field('forward-to', to ? `Every call goes to ${to}` : 'Send every call to', {type: 'text', inputmode: 'tel', maxlength: 256, placeholder: to ? 'empty: nowhere any more' : ''}, h('button', {type: 'submit'}, to ? 'Change' : 'Forward')))));
}

const screen = {title: 'Screen', every: 500, turn: 0, begin() { this.turn = 0; draw(screenView(this.last)); }, async load(signal) {
  if (this.turn++ % 4 === 0) {
    this.last = await ask('status', {signal});
    named(this.last);
    draw(screenView(this.last));
  }
  try {
    const picture = await createImageBitmap(await ask('screen.png', {signal}));
    const canvas = $('mirrored');
    if (!canvas || signal.aborted) return;
    if (canvas.width !== picture.width || canvas.height !== picture.height) {
      [canvas.width, canvas.height] = [picture.width, picture.height];
      canvas.style.aspectRatio = `${picture.width} / ${picture.height}`;
      canvas.style.imageRendering = picture.width < 200 ? 'pixelated' : 'auto'; // the dots of a small panel stay dots
    }
    canvas.getContext('2d').drawImage(picture, 0, 0);
    picture.close();
    mirrorSays('Live, twice a second.');
  } catch (err) {
    if (!(err instanceof Refusal)) throw err;
    mirrorSays(sentence(err.message));
  }
}};

function mirrorSays(text) {
  const said = $('mirror-said');
  if (said && said.textContent !== text) said.textContent = text;
}

/* ---- calls ---- */

const causes = {'local-bye': 'ended here', 'remote-bye': 'ended by the other party', rejected: 'refused', cancelled: 'given up before it was answered', replaced: 'taken over by another call',
  timeout: 'nobody answered', error: 'broken off by an error', 'answered-elsewhere': 'answered elsewhere', 'setup-failed': 'could not be sent', forwarded: 'sent on elsewhere'};
const party = (c) => c.name ? `${c.name} (${c.remote.replace(/^sips?:/, '')})` : c.remote.replace(/^sips?:/, '');

// callSays tells a call in a sentence.
function callSays(c) {
  const who = `${c.incoming ? 'A call from' : 'A call to'} ${party(c)}`;
  const answered = time(c.answered);
  if (c.state !== 'terminated' && !time(c.ended)) {
    if (!answered) return `${who} ${c.incoming ? 'rings' : c.state === 'early' ? 'rings there' : 'is being made'}.`;
    return `${who}, ${c.held ? 'on hold' : 'going on'} for ${span(now() - answered)}.`;
  }
  const why = c.reason || causes[c.cause] || c.cause;
  if (!answered) return `${who} that was never answered${why ? `: ${why}` : ''}.`;
  return `${who} of ${span(time(c.ended) - answered)}${why ? `, ${why}` : ''}.`;
}

const grades = {good: ['good', 'Good sound'], fair: ['warn', 'Fair sound'], bad: ['bad', 'Bad sound']};
const ms = (ns) => ns > 0 ? `${(ns / 1e6).toFixed(ns < 1e7 ? 1 : 0)} ms` : '';

function figures(m) {
  const got = m?.Received > 0;
  const missed = got ? 100 * (m.Lost + m.Late) / (m.Received + m.Lost) : 0;
  return [['Lost or late', got && `${missed.toFixed(missed && missed < 1 ? 2 : 1)} %`], ['Jitter', got && (ms(m.Jitter) || '0 ms')], ['MOS', m?.MOSConversational > 0 && m.MOSConversational.toFixed(1)],
    ['MOS there', m?.RemoteMOSConversational > 0 && m.RemoteMOSConversational.toFixed(1)],
    ['Concealed', got && (m.Concealed > 0 ? span(m.Concealed / 1e6) === '0 s' ? ms(m.Concealed) : span(m.Concealed / 1e6) : 'nothing')], ['Delay', ms(m?.PlayoutDelay)], ['Round trip', ms(m?.RoundTrip)],
    ['Lost there', m?.RemoteReports > 0 && `${(100 * m.RemoteLost).toFixed(1)} %`], ['Codec', m?.Encoding], ['Encryption', m?.Encoding && (m.Suite ? m.Suite.replace(/^AEAD_|_HMAC.*/g, '').replace('_CM', '').replaceAll('_', '-') : 'none')]];
}

// plot draws jitter as a line and what was missed as bars, a second each.
function plot(seconds, name) {
  const width = 600;
  const height = 110;
  const shown = seconds.slice(-120);
  const most = Math.max(20, ...shown.map((s) => s.jitter_ms));
  const worst = Math.max(5, ...shown.map((s) => 100 * (s.lost + s.late) / Math.max(s.expected, 1)));
  const step = width / 120;
  const x = (i) => (width - (shown.length - i) * step);
  const y = (v) => height - v / most * (height - 12);
  const path = shown.map((s, i) => `${i ? 'L' : 'M'}${x(i).toFixed(1)} ${y(s.jitter_ms).toFixed(1)}`).join('');
  const bars = shown.map((s, i) => [i, 100 * (s.lost + s.late) / Math.max(s.expected, 1)]).filter(([, v]) => v > 0);
  return h('figure', {class: 'plot', 'data-key': 'plot'},
    h('svg', {viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: 'none', role: 'img', 'aria-label': `${name}: jitter and loss of the last ${plural(shown.length, 'second')}, jitter at most ${Math.max(0, ...shown.map((s) => s.jitter_ms))} ms`},
      [0, .5, 1].map((f) => h('line', {class: 'axis', x1: 0, x2: width, y1: y(most * f), y2: y(most * f)})),
      bars.map(([i, v]) => h('rect', {class: 'lost', x: x(i).toFixed(1), width: (step * .7).toFixed(1), y: (height - v / worst * (height - 12)).toFixed(1), height: (v / worst * (height - 12)).toFixed(1)})),
      shown.length > 1 && h('path', {class: 'jitter', d: path})),
    h('figcaption', {}, h('span', {class: 'key'}, `Jitter, 0 to ${most} ms`), h('span', {class: 'key lost'}, `Lost or late, 0 to ${Math.round(worst)} %`), h('span', {}, 'Two minutes, now at the right')));
}

function callCard(c, seconds) {
  const [kind, name] = c.state === 'terminated' || time(c.ended) ? grades[c.grade] || ['none', time(c.answered) ? 'Not judged' : 'Not answered'] : grades[c.grade] || ['good', 'Live'];
  return h('article', {class: 'card', 'data-key': `call ${c.id}`, 'aria-label': `Call ${c.id}`},
    h('div', {class: 'row apart'}, h('h2', {class: 'wrap'}, c.name || party(c)), pill(kind, name)),
    h('p', {}, callSays(c)), c.verdict && h('p', {class: 'quiet'}, sentence(c.verdict)),
    h('p', {class: 'quiet small'}, `${when(c.started)} · account ${c.account}`),
    (time(c.answered) > 0 || c.media) && h('dl', {class: 'figures'}, figures(c.media).map(([k, v]) => h('div', {}, h('dt', {}, k), h('dd', {class: v ? null : 'none'}, v || 'no figure')))),
    seconds && plot(seconds, party(c)));
}

const calls = {title: 'Calls', every: 1500, async load(signal) {
  const s = await ask('status', {signal});
  named(s);
  const all = [...(s.calls || [])].sort((a, b) => time(b.started) - time(a.started));
  const live = all.filter((c) => c.state !== 'terminated' && !time(c.ended));
  const details = new Map(await Promise.all(live.filter((c) => time(c.answered)).map(async (c) => {
    try {
      return [c.id, (await ask(`calls/${c.id}`, {signal})).seconds || []];
    } catch (err) {
      if (err instanceof Refusal) return [c.id, null]; // it has just ended
      throw err;
    }
  })));
  const ended = all.filter((c) => !live.includes(c));
  draw(h('div', {class: 'stack'},
    live.map((c) => callCard(c, details.get(c.id))),
    !live.length && h('p', {class: 'empty', 'data-key': 'none'}, all.length ? 'Nobody is on the telephone now.' : 'No call yet since the telephone started.'),
    ended.length > 0 && h('h2', {'data-key': 'ended'}, 'Ended'), ended.map((c) => callCard(c))));
}};

/* ---- configuration ---- */

const configuration = {title: 'Configuration', every: 15000, query: '', own: false, shown: null, begin() { this.shown = null; this.drawAll(); }, async load(signal) {
  [this.settings, this.history] = await Promise.all([ask('explain', {signal}), ask('history', {signal})]);
  this.drawAll();
}, drawAll() {
  const wanted = this.query.toLowerCase().split(/\s+/).filter(Boolean);
  const found = (this.settings || []).filter((s) => (!this.own || !s.origin.startsWith('default')) && wanted.every((w) => `${s.path} ${s.value} ${s.origin}`.toLowerCase().includes(w)));
  draw(h('div', {class: 'stack'},
    card('History', h('div', {class: 'row apart'}, h('p', {class: 'quiet grow'}, 'The documents that are kept, newest first.'), button('Fetch now', 'reprovision', {slim: true})),
      this.history?.damaged && note(this.history.damaged, true), h('div', {class: 'list'}, (this.history?.documents || []).map((d, i, all) => this.kept(d, all[i + 1]))),
      this.history && !(this.history.documents || []).length && h('p', {class: 'empty'}, 'No document has come from a server yet.')),
    card('Settings in force', h('div', {class: 'row'}, h('div', {class: 'field grow'}, h('label', {for: 'find'}, 'Search in names, values and origins'), h('input', {id: 'find', type: 'search', autocomplete: 'off', spellcheck: 'false', 'data-find': true})),
      h('label', {class: 'check'}, h('input', {type: 'checkbox', id: 'own', 'data-own-only': true}), 'Only what is not the default')),
      h('p', {class: 'quiet small', role: 'status'}, this.settings ? `${found.length} of ${plural(this.settings.length, 'setting')}` : 'They are being read.'),
      h('div', {class: 'settings'}, found.map((s) => h('div', {class: 'setting', 'data-key': s.path}, h('b', {class: 'mono wrap'}, s.path), h('span', {class: 'wrap'}, s.value === '' ? h('span', {class: 'quiet'}, 'empty') : s.value), h('span', {class: 'from wrap'}, [s.origin, s.state && `, ${s.state}`])))))));
}, kept(d, before) {
  const kinds = {confirmed: 'good', 'on trial': 'warn', 'rolled back': 'bad', 'broken off': 'bad'};
  const open = this.shown?.number === d.number;
  return h('div', {class: 'item', 'data-key': `kept ${d.number}`},
    h('div', {class: 'row apart'}, h('h3', {}, `Document ${d.number}${d.in_force ? ', in force' : ''}`), pill(kinds[d.verdict] || 'none', sentence(d.verdict).replace('.', ''))),
    h('p', {class: 'quiet small wrap'}, [`${d.url} · ${when(d.applied || d.fetched)} · ${bytes(d.size)}`, d.why && ` · ${d.why}`]),
    h('div', {class: 'row'}, button(open ? 'Close' : 'Show', 'kept', {value: d.number, slim: true, label: `${open ? 'Close' : 'Show'} document ${d.number}`}),
      before && button('What changed', 'changes', {value: `${before.number} ${d.number}`, slim: true, label: `What changed from document ${before.number} to ${d.number}`}),
      !d.in_force && button('Bring back', 'rollback', {value: d.number, slim: true, label: `Bring back document ${d.number}`})),
    open && h('pre', {tabindex: 0, role: 'region', 'aria-label': `Document ${d.number}`}, this.shown.text));
}};

/* ---- logs ---- */

const levels = ['DEBUG', 'INFO', 'WARN', 'ERROR'];
const mostLines = 1000;
const rank = (level) => Math.max(0, levels.findIndex((l) => String(level).startsWith(l)));

const logs = {title: 'Logs', lines: [], paused: false, least: 1, fresh: [], begin() {
  this.lines = [];
  this.fresh = [];
  this.paused = false;
  this.drawAll();
}, drawAll() {
  draw(h('div', {class: 'stack'},
    h('div', {class: 'row'}, h('div', {class: 'field'}, h('label', {for: 'least'}, 'Level'), h('select', {id: 'least', 'data-least': true},
      ['Everything', 'Information', 'Warnings', 'Errors'].map((name, i) => h('option', {value: i, selected: i === this.least}, name)))),
    h('div', {class: 'field'}, h('span', {class: 'small quiet', id: 'log-state', role: 'status'}, this.paused ? 'Paused' : 'Live'), button(this.paused ? 'Go on' : 'Pause', 'pause'))),
    h('ol', {class: 'log mono', id: 'log', role: 'log', 'aria-live': 'off', 'aria-label': 'Log of the telephone', tabindex: 0, 'data-own': true})));
  this.redraw();
}, redraw() {
  this.fresh = [];
  $('log')?.replaceChildren(...this.lines.filter((l) => rank(l.level) >= this.least).slice(-mostLines / 2).map(logLine));
  this.toEnd();
}, toEnd() {
  const list = $('log');
  if (list) list.scrollTop = list.scrollHeight;
}, flush() {
  const list = $('log');
  if (!list || this.paused || !this.fresh.length) return;
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
  list.append(...this.fresh.filter((l) => rank(l.level) >= this.least).map(logLine));
  this.fresh = [];
  while (list.childElementCount > mostLines / 2) list.firstChild.remove();
  if (atEnd) this.toEnd();
}, async load(signal) {
  const reader = (await ask('logs?follow', {signal, time: 0})).pipeThrough(new TextDecoderStream()).getReader();
  trouble('');
  this.lines = [];
  this.redraw();
  let rest = '';
  try {
    for (;;) {
      const {value, done} = await within(reader.read(), 60000, signal);
      if (done) throw new Error('The log ended. It is asked for again.');
      const parts = (rest + value).split('\n');
      rest = parts.pop();
      for (const part of parts) this.take(part);
      this.flush();
    }
  } finally {
    reader.cancel().catch(() => {}); // it may have ended already
  }
}, take(text) {
  if (!text) return; // only says that the telephone is there
  let line;
  try {
    line = JSON.parse(text);
  } catch {
    line = {msg: text, level: 'INFO'};
  }
  this.lines.push(line);
  this.fresh.push(line);
  if (this.lines.length > mostLines) this.lines.shift();
  if (this.fresh.length > mostLines) this.fresh.shift();
}, every: 2000};

// within is a promise's value, unless that takes too long or nobody looks any more.
function within(promise, time, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('The telephone has gone quiet. It is asked again.')), time);
    const gone = () => reject(signal.reason);
    signal.addEventListener('abort', gone, {once: true});
    promise.then(resolve, reject).finally(() => { clearTimeout(timer); signal.removeEventListener('abort', gone); });
  });
}

function logLine(l) {
  const {time: at, level = '', msg = '', ...rest} = l;
  const attributes = Object.entries(rest).map(([k, v]) => `${k}=${typeof v === 'object' ? JSON.stringify(v) : v}`).join(' ');
  return h('li', {'data-level': levels[rank(level)]}, h('time', {}, at ? clock(at) : ''), h('span', {class: 'level'}, level), h('span', {}, msg, ' ', h('span', {class: 'attr'}, attributes)));
}

/* ---- doors ---- */

const doors = {title: 'Doors', every: 10000, async load(signal) {
  const settings = await ask('explain', {signal});
  const found = settings.filter((s) => /^door\.(relays\[.*\]\.)?relay$/.test(s.path) && s.value);
  const of = (relay, name) => settings.find((s) => s.path === relay.path.replace(/relay$/, name))?.value;
  draw(found.length === 0 ? h('p', {class: 'empty'}, 'This telephone opens no door: the setting door.relay names none.')
    : h('div', {class: 'grid'}, found.map((d) => h('section', {class: 'card stack', 'data-key': d.value, 'aria-label': `Door ${d.value}`},
      h('div', {}, h('h2', {class: 'wrap'}, d.value), h('p', {class: 'quiet'}, `Its relay is held for ${of(d, 'hold') || 'its time'}${/^0s?$/.test(of(d, 'delay') || '0') ? '' : `, ${of(d, 'delay')} after it is asked`}.`)),
      button('Open', 'open', {kind: 'primary', value: d.value, label: `Open ${d.value}`})))));
}};

/* ---- firmware ---- */

const slotName = (slot) => slot ? `Running from slot ${slot}.` : 'Running the installed program.';

function firmwareSays(s) {
  const f = s.firmware || {};
  const due = time(f.due) > now() ? until(f.due) : '';
  switch (f.phase) {
    case 'downloading': return `Version ${s.version} is in use; ${f.wanted} is being fetched, ${f.percent || 0} %.`;
    case 'ready': return `Version ${s.version} is in use; ${f.wanted} is ready and starts ${due ? `in ${due}` : 'once nobody uses the telephone'}.`;
    case 'trial': return `Version ${s.version} is on trial${due ? ` for ${due} more` : ''}: ${f.missing || 'well so far'}.`;
    case 'failing': return `Version ${s.version} is in use; ${f.wanted} could not be had${due ? `, and is tried again in ${due}` : ''}.`;
  }
  return `Version ${s.version} is in use.`;
}

const firmware = {title: 'Firmware', every: 3000, async load(signal) {
  const s = await ask('status', {signal});
  named(s);
  const f = s.firmware || {};
  draw(h('div', {class: 'stack'}, h('section', {class: 'card', 'data-key': 'now', 'aria-label': 'In use'},
    h('p', {class: 'lead'}, firmwareSays(s)), h('div', {class: 'bare'}, facts(['Slot', f.slot || 'the installed program'], ['Wanted', f.wanted], ['Next step', time(f.due) ? when(f.due) : ''], ['On trial until it is well', f.missing])),
    note(f.error, true), note(f.failed && `An earlier version was given up: ${f.failed}`)),
  h('section', {class: 'card', 'data-key': 'back', 'aria-label': 'Going back'}, h('h2', {}, 'Going back'),
    h('p', {class: 'quiet bare'}, 'The version before this one starts once nobody uses the telephone. Another version comes by the configuration (firmware.url) or the command line (offhook firmware install).'),
    button('Go back a version', 'back', {kind: 'danger'}))));
}};

/* ---- what can be done ---- */

const tell = async (path, body, done) => { await ask(path, {body}); say(done); soon(); };

const acts = {
  skip() { $('title').focus(); },
  async logout() { await ask('logout', {body: {}}); logIn(''); },
  answer: () => tell('answer', {}, 'Answered.'),
  hangup: () => tell('hangup', {}, 'Hung up.'),
  dnd: (on) => tell('dnd', {on: !!on}, on ? 'Do not disturb is on.' : 'Do not disturb is off.'),
  reprovision: () => tell('reprovision', {}, 'The configuration is being fetched.'),
  async accept(server) { if (await sure('Accept this server?', `${server} may then change every setting of this telephone. Compare the fingerprint first.`, 'Accept')) await tell('provisioning/accept', {server}, `${server} is accepted.`); },
  refuse: (server) => tell('provisioning/refuse', {server}, `${server} is refused.`),
  forget: () => tell('provisioning/forget', {server: ''}, 'Refused servers are asked about again.'),
  async rollback(number) { if (await sure(`Bring back document ${number}?`, 'It comes into force now, and the server’s is passed over until that changes. Calls may end.', 'Bring back', true)) await tell('rollback', {number: +number}, `Document ${number} is brought back.`); },
  async kept(number) {
    const open = configuration.shown?.number === +number;
    configuration.shown = open ? null : {number: +number, text: (await ask(`history/${number}`)).document};
    configuration.drawAll();
  },
  async changes(numbers) {
    const [a, b] = numbers.split(' ');
    const lines = await ask(`history/${a}/diff/${b}`);
    configuration.shown = {number: +b, text: lines.length ? lines.join('\n') : 'Nothing that has an effect.'};
    configuration.drawAll();
  },
  pause() {
    logs.paused = !logs.paused;
    logs.drawAll();
    if (!logs.paused) logs.toEnd();
  },
  async open(relay) { if (await sure(`Open ${relay}?`, 'Whoever stands in front of it can then come in.', 'Open')) await tell('door/open', {relay}, `${relay} opens.`); },
  async back() { if (await sure('Go back a version?', 'The telephone starts anew with it once nobody uses it.', 'Go back', true)) await tell('firmware/back', {}, 'The version of before starts once nobody uses the telephone.'); },
};

const forms = {
  async dial(form) {
    const to = form.querySelector('input');
    await tell('dial', {target: to.value.trim()}, `Calling ${to.value.trim()}.`);
    to.value = '';
  },
  async forward(form) {
    const to = form.querySelector('input');
    await tell('forward', {target: to.value.trim()}, to.value.trim() ? `Every call goes to ${to.value.trim()}.` : 'Calls ring here.');
    to.value = '';
  },
};

// doing runs what a control does, once at a time, and says what went wrong.
async function doing(control, act) {
  if (control?.getAttribute('aria-disabled') === 'true') return;
  control?.setAttribute('aria-disabled', 'true');
  try {
    await act();
  } catch (err) {
    say(err.message, 'bad');
  } finally {
    control?.removeAttribute('aria-disabled');
  }
}

document.addEventListener('click', (event) => {
  const control = event.target.closest('[data-do]');
  if (!control) return;
  event.preventDefault();
  doing(control, () => acts[control.dataset.do](control.dataset.value));
});
document.addEventListener('submit', (event) => {
  const name = event.target.dataset.form;
  if (!name) return;
  event.preventDefault();
  doing(event.submitter, () => forms[name](event.target));
});
document.addEventListener('input', ({target}) => {
  if (target.dataset.find !== undefined) configuration.query = target.value;
  else if (target.dataset.ownOnly !== undefined) configuration.own = target.checked;
  else if (target.dataset.least !== undefined) {
    logs.least = +target.value;
    logs.redraw();
    return;
  } else return;
  configuration.drawAll();
});

/* ---- where one is ---- */

const views = {status, screen, calls, configuration, logs, doors, firmware};
let life = new AbortController(); // of the view that is shown
let wake = () => {};
const soon = () => wake();

const rest = (ms, signal) => new Promise((resolve) => {
  const timer = setTimeout(resolve, ms);
  wake = () => { clearTimeout(timer); resolve(); };
  signal.addEventListener('abort', wake, {once: true});
});

async function follow(view, signal) {
  view.begin?.();
  while (!signal.aborted) {
    try {
      if (!document.hidden) await view.load(signal);
      if (!signal.aborted) trouble('');
    } catch (err) {
      if (signal.aborted) return;
      trouble(sentence(err.message));
    }
    await rest(document.hidden ? 2000 : view.every, signal);
  }
}

function go(focus) {
  life.abort();
  if ($('desk').hidden) return;
  const name = location.hash.slice(1) in views ? location.hash.slice(1) : 'status';
  const view = views[name];
  for (const a of document.querySelectorAll('nav a')) {
    if (a.hash === '#' + name) a.setAttribute('aria-current', 'page');
    else a.removeAttribute('aria-current');
  }
  $('title').textContent = view.title;
  document.title = `${view.title} – telephone`;
  $('view').replaceChildren();
  scrollTo(0, 0);
  $('said').textContent = '';
  if (focus) $('title').focus({preventScroll: true});
  life = new AbortController();
  follow(view, life.signal);
}

addEventListener('hashchange', () => go(true));
document.addEventListener('visibilitychange', () => { if (!document.hidden) soon(); });

/* ---- who one is ---- */

function logIn(why) {
  life.abort();
  if ($('ask').open) $('ask').close('no');
  trouble('');
  $('view').replaceChildren(); // what was seen stays with who was logged in
  $('desk').hidden = true;
  $('login').hidden = false;
  $('login-said').textContent = why;
  document.title = 'Log in – telephone';
  $('password').focus();
}

function enter() {
  $('login').hidden = true;
  $('desk').hidden = false;
  $('login-said').textContent = '';
  go(true);
}

$('login-form').addEventListener('submit', async (event) => {
  event.preventDefault();
  const password = $('password');
  const said = $('login-said');
  if (event.target.getAttribute('aria-busy') === 'true') return;
  event.target.setAttribute('aria-busy', 'true');
  said.textContent = '';
  try {
    await ask('login', {body: {password: password.value}});
    enter();
  } catch (err) {
    said.textContent = sentence(err.message);
    password.focus();
  }
  password.value = '';
  event.target.removeAttribute('aria-busy');
});

try {
  const {in: inside} = await ask('session');
  if (inside) enter();
  else logIn('');
} catch (err) {
  logIn(sentence(err.message));
}
