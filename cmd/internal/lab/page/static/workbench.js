// The workbench's page: the state is pushed by the server, commands are posted.
// Nothing is kept here but what a person is typing.
import { keyed, el, text, clock, duration } from "./dom.js";

const $ = (id) => document.getElementById(id);
let state = null;

async function post(path, body) {
  try {
    const response = await fetch("/api/" + path, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
    });
    if (!response.ok) toast((await response.text()).trim());
  } catch {
    toast("The workbench does not answer");
  }
}

let toastTimer;
function toast(message) {
  $("toast").textContent = message;
  $("toast").hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { $("toast").hidden = true; }, 4000);
}

// --- the telephone

function showFaceplate(url) {
  const frame = $("faceplate");
  frame.hidden = !url;
  $("nophone").hidden = Boolean(url);
  if (url && frame.dataset.url !== url) {
    frame.dataset.url = url;
    frame.src = url;
  }
}

function showAddresses(a) {
  keyed($("addresses"), [["TLS", a.tls], ["TCP", a.tcp], ["UDP", a.udp], ["domain", a.domain]], ([name]) => name,
    () => { const b = el("b"), v = el("span"); const s = el("span", "", b, v); s.update = ([name, value]) => { text(b, name); text(v, value); }; return s; });
  text($("provisioning"), a.provisioning);
}

function showNumbers(services) {
  keyed($("numbers"), services, ([number]) => number, () => {
    const dt = el("dt"), dd = el("dd"), row = el("div", "", dt, dd);
    row.update = ([number, what]) => { text(dt, number); text(dd, what); };
    return row;
  });
}

// --- phones and calls

function phoneRow() {
  const number = el("strong"), agent = el("span", "grow"), transport = el("span", "chip"), facts = el("p", "facts");
  const bar = el("i"), row = el("li", "", el("div", "head", number, agent, transport), facts, el("div", "life", bar));
  row.update = (r) => {
    text(number, r.extension);
    text(agent, r.user_agent || "unnamed phone");
    text(transport, r.transport.toUpperCase());
    transport.className = "chip " + (r.transport === "tls" ? "good" : "warn");
    row.tick = () => {
      const left = Math.max(0, (new Date(r.expires) - Date.now()) / 1000);
      row.longest = Math.max(row.longest || 0, left);
      text(facts, `${r.source} · digest ${r.algorithm} · expires in ${duration(left)}`);
      bar.style.width = `${100 * left / (row.longest || 1)}%`;
    };
    row.tick();
  };
  return row;
}

const columns = ["", "codec", "media", "from phone", "to phone", "lost", "jitter"];

function legCells(leg) {
  const s = leg.stats, impaired = s.lost_in + s.lost_out;
  return [
    [`${leg.party} · ${leg.transport}`], [leg.codec || "–"],
    [leg.suite ? "SRTP " + leg.suite.replace("AEAD_AES_128_GCM", "GCM-128").replace("AES_CM_128_HMAC_SHA1_80", "CM-128") : leg.codec ? "in the clear" : "–", leg.suite || !leg.codec ? "" : "bad"],
    [s.received], [s.sent], [impaired ? `${s.lost} (${s.lost_in}↓ ${s.lost_out}↑)` : s.lost, s.lost + impaired ? "bad" : ""],
    [`${(s.jitter_ns / 1e6).toFixed(1)} ms`],
  ];
}

function callRow() {
  const parties = el("strong"), timer = el("span", "grow time"), chip = el("span", "chip"), end = el("button", "small");
  const keys = el("div", "keys"), body = el("tbody");
  const legs = el("table", "legs", el("thead", "", el("tr", "", ...columns.map((c) => { const th = el("th"); text(th, c); return th; }))), body);
  const row = el("li", "", el("div", "head", parties, timer, chip, end), keys, legs);
  text(end, "Hang up");
  row.update = (c) => {
    text(parties, `${c.from} → ${c.to}`);
    const label = c.held ? "held" : c.state;
    text(chip, label);
    chip.className = "chip " + (label === "confirmed" ? "good" : "warn");
    end.onclick = () => post("hangup", { call: c.id });
    keys.hidden = !c.digits;
    keyed(keys, [...c.digits].map((d, i) => [i, d]), ([i]) => i, () => { const k = el("kbd"); k.update = ([, d]) => text(k, d); return k; });
    legs.hidden = !c.legs.some((l) => l.codec);
    keyed(body, c.legs.map((l, i) => [i, l]), ([i]) => i, () => {
      const cells = columns.map(() => el("td")), tr = el("tr", "", ...cells);
      tr.update = ([, leg]) => legCells(leg).forEach(([value, kind], i) => { text(cells[i], value); cells[i].className = kind || ""; });
      return tr;
    });
    row.tick = () => {
      const from = c.state === "confirmed" ? c.answered : c.started;
      text(timer, duration(Math.max(0, (Date.now() - new Date(from)) / 1000)));
    };
    row.tick();
  };
  return row;
}

function showLists(s) {
  keyed($("phones"), s.registrations, (r) => r.extension + r.contact + r.source, phoneRow);
  keyed($("calls"), s.calls, (c) => c.id, callRow);
  text($("n-phones"), s.registrations.length);
  text($("n-calls"), s.calls.length);
  $("no-phones").hidden = s.registrations.length > 0;
  $("no-calls").hidden = s.calls.length > 0;
}

setInterval(() => document.querySelectorAll(".rows > li").forEach((li) => li.tick && li.tick()), 1000);

// --- commands to the phone

$("ring").onclick = () => post("ring", { extension: state.extension });
$("sync").onclick = () => post("check-sync", { extension: state.extension, reboot: false });
$("reboot").onclick = () => post("check-sync", { extension: state.extension, reboot: true });

const mailbox = () => ({ extension: state.extension, new: Number($("new").value), old: Number($("old").value) });
$("new").onchange = $("old").onchange = () => post("mailbox", mailbox());
$("lamp").onchange = () => post("mailbox", { ...mailbox(), new: $("lamp").checked ? Math.max(1, Number($("new").value)) : 0 });

function showMailbox(s) {
  const box = s.mailboxes[s.extension] || { new: 0, old: 0 };
  text($("extension"), s.extension);
  $("lamp").checked = box.new > 0;
  for (const name of ["new", "old"]) if (document.activeElement !== $(name)) $(name).value = box[name];
}

// --- the network

const knobs = [
  ["delay_ms", "Delay", 0, 500, 5, "ms"], ["jitter_ms", "Jitter", 0, 200, 1, "ms"], ["loss", "Loss", 0, 50, 0.5, "%"],
  ["burst", "Lost in bursts of", 1, 10, 0.5, "packets"], ["reorder", "Reordering", 0, 30, 0.5, "%"], ["duplicate", "Duplicates", 0, 30, 0.5, "%"],
];
const calm = { delay_ms: 0, jitter_ms: 0, loss: 0, burst: 1, reorder: 0, duplicate: 0 };
const presets = {
  "Perfect": calm,
  "Office Wi-Fi": { ...calm, delay_ms: 5, jitter_ms: 12, loss: 0.5, burst: 2 },
  "Mobile": { ...calm, delay_ms: 45, jitter_ms: 30, loss: 1.5, burst: 3, reorder: 0.5 },
  "Satellite": { ...calm, delay_ms: 280, jitter_ms: 8, loss: 0.5 },
  "A bad day": { delay_ms: 90, jitter_ms: 70, loss: 8, burst: 4, reorder: 3, duplicate: 1 },
};
const sliders = {};
let dragging = false, sendTimer;

for (const [name, label, min, max, step, unit] of knobs) {
  const input = Object.assign(el("input"), { type: "range", min, max, step, value: min });
  const value = el("output"), caption = el("span"), row = el("label", "", caption, value, input);
  text(caption, label);
  input.oninput = () => { dragging = true; paint(name); clearTimeout(sendTimer); sendTimer = setTimeout(sendNetwork, 80); };
  input.onchange = () => { dragging = false; };
  sliders[name] = { input, value, row, unit, calm: calm[name] };
  $("sliders").append(row);
}
function paint(name) {
  const { input, value, row, unit, calm } = sliders[name];
  text(value, name === "burst" && Number(input.value) === 1 ? "single packets" : `${input.value} ${unit}`);
  row.className = Number(input.value) !== calm ? "on" : "";
}
const network = () => ({ ...Object.fromEntries(knobs.map(([n]) => [n, Number(sliders[n].input.value)])), seed: String($("seed").value || 0) });
const sendNetwork = () => post("impairment", network());
$("seed").onchange = sendNetwork;
for (const [name, values] of Object.entries(presets)) {
  const button = el("button");
  text(button, name);
  button.onclick = () => post("impairment", { ...values, seed: String($("seed").value || 0) });
  $("presets").append(button);
}

function showNetwork(i) {
  if (!dragging) for (const [name] of knobs) { sliders[name].input.value = i[name]; paint(name); }
  if (document.activeElement !== $("seed")) $("seed").value = i.seed;
  for (const button of $("presets").children) {
    const values = presets[button.textContent];
    button.classList.toggle("on", Object.keys(values).every((k) => Math.abs(values[k] - i[k]) < 1e-6));
  }
}

// --- provisioning

for (const [mode, label] of [["good", "Good"], ["bad", "With faults"], ["500", "Error 500"], ["missing", "Not found"]]) {
  const button = el("button");
  text(button, label);
  button.dataset.mode = mode;
  button.setAttribute("role", "radio");
  button.onclick = () => post("provisioning", { mode });
  $("modes").append(button);
}

function showProvisioning(p) {
  for (const button of $("modes").children) {
    const on = button.dataset.mode === p.mode;
    button.classList.toggle("on", on);
    button.setAttribute("aria-checked", on);
  }
  $("no-fetches").hidden = p.fetches.length > 0;
  keyed($("fetches"), p.fetches, (f) => f.time + f.mac, () => {
    const at = el("time"), mac = el("code"), status = el("b"), rest = el("span"), row = el("li", "", at, mac, status, rest);
    row.update = (f) => {
      text(at, clock(f.time)); text(mac, f.mac); text(status, f.status);
      status.className = f.status === 304 ? "same" : f.status === 200 ? "" : "bad";
      text(rest, [f.bytes && `${f.bytes} bytes`, f.tls, f.user_agent].filter(Boolean).join(" · "));
    };
    return row;
  });
}

async function load(mac) {
  const response = await fetch("/api/document?mac=" + encodeURIComponent(mac));
  $("document").value = await response.text();
}
$("edit").onclick = async () => {
  $("mac").value = state.provisioning.fetches[0]?.mac || "0200c0ffee01";
  await load($("mac").value);
  $("editor").showModal();
};
$("mac").onchange = () => load($("mac").value);
$("editor").onclose = () => {
  const body = { save: $("document").value, reset: null }[$("editor").returnValue];
  if (body !== undefined) post("document", { mac: $("mac").value, body });
};

// --- what the server pushes

function show(s) {
  state = s;
  showFaceplate(s.faceplate);
  showAddresses(s.addresses);
  showNumbers(s.services);
  showLists(s);
  showMailbox(s);
  showNetwork(s.impairment);
  showProvisioning(s.provisioning);
}

let lastEvent = 0;
function note(event) {
  if (event.number <= lastEvent) return;
  lastEvent = event.number;
  const at = el("time"), line = el("span"), row = el("li", event.kind, at, el("i"), line);
  text(at, clock(event.time));
  text(line, event.text);
  $("journal").prepend(row);
  while ($("journal").children.length > 300) $("journal").lastChild.remove();
}

const source = new EventSource("/api/events");
source.addEventListener("state", (e) => show(JSON.parse(e.data)));
source.addEventListener("journal", (e) => note(JSON.parse(e.data)));
source.onopen = () => { lastEvent = 0; $("journal").replaceChildren(); text($("live"), "live"); $("live").classList.add("on"); };
source.onerror = () => { text($("live"), "the workbench is gone"); $("live").classList.remove("on"); };
