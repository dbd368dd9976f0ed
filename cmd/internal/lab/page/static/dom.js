// A little help with the document.

export function el(name, className, ...children) {
  const e = document.createElement(name);
  if (className) e.className = className;
  e.append(...children);
  return e;
}

export function text(e, value) {
  value = String(value);
  if (e.textContent !== value) e.textContent = value;
}

// keyed makes a container's children those of the items, keeping the elements
// of items that stay: a button is not pulled away from under a finger.
export function keyed(container, items, key, create) {
  const old = new Map([...container.children].map((e) => [e.dataset.key, e]));
  const fresh = items.map((item) => {
    const k = String(key(item));
    const e = old.get(k) || create();
    e.dataset.key = k;
    e.update(item);
    return e;
  });
  const same = fresh.length === container.children.length && fresh.every((e, i) => container.children[i] === e);
  if (!same) container.replaceChildren(...fresh);
}

export const clock = (t) => new Date(t).toLocaleTimeString([], { hour12: false });

export function duration(seconds) {
  const s = Math.round(seconds), two = (n) => String(n).padStart(2, "0");
  return s < 3600 ? `${Math.floor(s / 60)}:${two(s % 60)}` : `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
}
