//go:build browser

package browsertest

// audit looks at the page as it is drawn: contrast as WCAG 2.2 §1.4.3 computes it,
// names as they are given, what moved by itself, what does not fit.
const audit = `window.audit = (() => {
	const seen = (e) => e.checkVisibility({opacityProperty: true, visibilityProperty: true}) && e.getClientRects().length > 0;
	const rgb = (text) => { const n = text.match(/[\d.]+/g).map(Number); return {r: n[0], g: n[1], b: n[2], a: n[3] ?? 1}; };
	const over = (top, below) => { const mix = (k) => top[k] * top.a + below[k] * (1 - top.a); return {r: mix('r'), g: mix('g'), b: mix('b'), a: 1}; };
	const ground = (e) => {
		const layers = [];
		for (let at = e; at; at = at.parentElement) {
			const c = rgb(getComputedStyle(at).backgroundColor);
			layers.push(c);
			if (c.a === 1) break;
		}
		return layers.reduceRight((below, top) => over(top, below), {r: 255, g: 255, b: 255, a: 1});
	};
	const luminance = (c) => { const f = (v) => { v /= 255; return v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; }; return .2126 * f(c.r) + .7152 * f(c.g) + .0722 * f(c.b); };
	const ratio = (a, b) => { const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p); return (x + .05) / (y + .05); };
	const texts = () => {
		const all = [];
		const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
		while (walk.nextNode()) {
			const e = walk.currentNode.parentElement;
			if (walk.currentNode.data.trim() && seen(e) && !e.closest('svg, noscript, option')) all.push(e);
		}
		return all;
	};
	const controls = () => [...document.querySelectorAll('a[href], button, input, select, summary, [tabindex="0"]')].filter(seen);
	return {
		// poor is every text of less than 4.5:1.
		poor: () => [...new Set(texts())].map((e) => [ratio(over(rgb(getComputedStyle(e).color), ground(e)), ground(e)), e.textContent.trim().slice(0, 40)]).filter(([r]) => r < 4.5).map(([r, t]) => r.toFixed(2) + ' ' + t),
		counted: () => texts().length,
		edges: () => [...document.querySelectorAll('input, select')].filter(seen).filter((e) => ratio(rgb(getComputedStyle(e).borderTopColor), ground(e.parentElement)) < 3).map((e) => e.id),
		nameless: () => controls().filter((e) => !(e.getAttribute('aria-label') || (e.getAttribute('aria-labelledby') && document.getElementById(e.getAttribute('aria-labelledby')).textContent) || [...(e.labels || [])].map((l) => l.textContent).join('') || e.textContent).trim()).map((e) => e.outerHTML),
		twice: () => { const ids = [...document.querySelectorAll('[id]')].map((e) => e.id); return ids.filter((id, i) => ids.indexOf(id) !== i); },
		wide: () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
		out: () => controls().filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.matches('.skip')).map((e) => e.outerHTML.slice(0, 90)),
		small: () => controls().filter((e) => !e.matches('.skip, summary, [type=checkbox]')).filter((e) => e.getBoundingClientRect().height < 36).map((e) => e.outerHTML.slice(0, 90)),
		focusShown: (e) => { const s = getComputedStyle(e); return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2 && ratio(rgb(s.outlineColor), ground(e.parentElement)) >= 3; },
		controls: () => controls().filter((e) => e.tabIndex >= 0).length,
		moved: () => window.shifts,
	};
})();
window.shifts = 0;
new PerformanceObserver((list) => { for (const e of list.getEntries()) if (!e.hadRecentInput) window.shifts += e.value; }).observe({type: 'layout-shift', buffered: true});
true`
