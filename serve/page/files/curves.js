// Curves on SVG: linear or logarithmic axes, the values under the pointer, zoom by dragging. Charts that share a view show the same steps.
import { el, svg } from './dom.js';

const left = 58, right = 12, top = 8, bottom = 26, height = 210;

// View is the range of steps that charts show, the scale of their axis, and the step that is pointed at.
export class View {
  charts = [];
  range = null; // [from, to]; null: all
  at = null;
  logX = false;
  set(changes) {
    Object.assign(this, changes);
    for (const c of this.charts) c.draw();
  }
  point(at) {
    this.at = at;
    for (const c of this.charts) c.point();
  }
}

// chart makes a chart. Its series are { name, style, xs, ys }, with ascending xs, and its lines { name, y }. style is a class.
export function chart(title, view, format = short) {
  const picture = svg('svg', { role: 'img', tabindex: 0, height }), note = el('div', { className: 'values' });
  const logY = el('input', { type: 'checkbox', change: () => self.draw() });
  const node = el('section', { className: 'chart', 'aria-label': title },
    el('div', { className: 'chart-head' }, el('h3', {}, title), el('label', { className: 'small' }, logY, ' log')), picture, note);
  let series = [], lines = [], x, y; // scales

  const self = {
    node,
    set(newSeries, newLines = []) {
      series = newSeries;
      lines = newLines;
      node.hidden = series.every((s) => s.xs.length === 0);
    },
    draw, point,
  };
  view.charts.push(self);
  new ResizeObserver(draw).observe(picture);

  function draw() {
    const width = picture.clientWidth;
    if (width === 0) return;
    const all = series.filter((s) => s.xs.length > 0);
    const [from, to] = view.range ?? [Math.min(...all.map((s) => s.xs[0])), Math.max(...all.map((s) => s.xs.at(-1)))];
    x = scale(Math.max(from, view.logX ? 1 : -Infinity), to, left, width - right, view.logX);
    const shown = all.map((s) => thinned(s, from, to, (v) => Math.round(x(v)), logY.checked));
    const ys = [...shown.flatMap((s) => s.points.map((p) => p[1])), ...lines.map((l) => l.y)].filter((v) => !logY.checked || v > 0);
    const low = ys.reduce((a, b) => Math.min(a, b), Infinity), high = ys.reduce((a, b) => Math.max(a, b), -Infinity);
    const pad = logY.checked ? 0 : (high - low) * 0.04;
    y = scale(low - pad, high + pad, height - bottom, top, logY.checked);
    picture.replaceChildren(
      ...ticks(y, 5).flatMap((v) => [svg('line', { class: 'grid', x1: left, x2: width - right, y1: y(v), y2: y(v) }), label(format(v), left - 8, y(v) + 4, 'end')]),
      ...ticks(x, Math.max(2, width / 110)).map((v) => label(short(v), x(v), height - 6, 'middle')),
      ...lines.flatMap((l, i) => [svg('line', { class: 'level', x1: left, x2: width - right, y1: y(l.y), y2: y(l.y) }), label(l.name, width - right, y(l.y) + (i % 2 ? 13 : -4), 'end')]),
      ...shown.map((s) => (s.points.length === 1
        ? svg('circle', { class: `dot ${s.style}`, cx: x(s.points[0][0]), cy: y(s.points[0][1]), r: 3 })
        : svg('path', { class: `curve ${s.style}`, d: 'M' + s.points.map(([a, b]) => `${x(a).toFixed(1)},${y(b).toFixed(1)}`).join('L') }))),
      svg('g', { class: 'pointer' }));
    picture.setAttribute('aria-label', `${title}: ${all.map((s) => `${s.name} ${format(last(s.ys))} at step ${s.xs.at(-1)}`).join(', ')}`);
    point();
  }

  const label = (text, px, py, anchor) => svg('text', { x: px, y: py, 'text-anchor': anchor }, text);
  const last = (ys) => { // the last finite value
    for (let i = ys.length - 1; i >= 0; i--) if (ys[i] !== null) return ys[i];
    return NaN;
  };

  // point shows the values at the step that is pointed at.
  function point() {
    const group = picture.querySelector('.pointer');
    if (!group || !y) return;
    group.replaceChildren();
    const all = series.filter((s) => s.xs.length > 0);
    if (view.at !== null) group.append(svg('line', { class: 'level', x1: x(view.at), x2: x(view.at), y1: top, y2: height - bottom }));
    note.replaceChildren(...all.map((s) => {
      const i = view.at === null ? s.xs.length - 1 : nearest(s.xs, view.at), v = s.ys[i];
      if (view.at !== null && v !== null && (!logY.checked || v > 0)) group.append(svg('circle', { class: `dot ${s.style}`, cx: x(s.xs[i]), cy: y(v), r: 3 }));
      return el('span', {}, el('i', { className: `swatch ${s.style}` }), `${s.name} ${v === null ? 'not a number' : format(v)}`, el('small', {}, ` at ${s.xs[i].toLocaleString('en')}`));
    }));
  }

  let start = null; // where a drag began
  const stepAt = (e) => Math.round(x.invert(e.clientX - picture.getBoundingClientRect().left));
  picture.addEventListener('pointerdown', (e) => { start = stepAt(e); });
  picture.addEventListener('pointermove', (e) => {
    if (x) view.point(stepAt(e));
    const group = picture.querySelector('.pointer');
    if (start !== null && group) {
      const [a, b] = [x(start), x(view.at)].sort((p, q) => p - q);
      group.append(svg('rect', { class: 'zoom', x: a, y: top, width: b - a, height: height - top - bottom }));
    }
  });
  picture.addEventListener('pointerup', (e) => {
    const [a, b] = [start, stepAt(e)].sort((p, q) => p - q);
    start = null;
    if (x(b) - x(a) > 8) view.set({ range: [a, b] });
  });
  picture.addEventListener('pointerleave', () => {
    start = null;
    view.point(null);
  });
  picture.addEventListener('dblclick', () => view.set({ range: null }));
  // By keyboard: arrows point, + and - zoom around the point, 0 shows all.
  picture.addEventListener('keydown', (e) => {
    if (!x || e.ctrlKey || e.metaKey) return;
    const [from, to] = x.domain, at = view.at ?? (from + to) / 2, by = Math.max(1, Math.round((to - from) / 50));
    const zoom = (factor) => view.set({ range: [Math.max(0, Math.floor(at - (at - from) * factor)), Math.ceil(at + (to - at) * factor)] });
    const act = {
      ArrowLeft: () => view.point(Math.max(from, Math.round(at) - by)), ArrowRight: () => view.point(Math.min(to, Math.round(at) + by)),
      '+': () => zoom(0.5), '-': () => zoom(2), 0: () => view.set({ range: null }), Escape: () => view.set({ range: null, at: null }),
    }[e.key];
    if (!act) return;
    e.preventDefault();
    act();
  });
  return self;
}

// scale maps a domain to pixels.
function scale(from, to, a, b, log) {
  if (!(to > from)) [from, to] = Number.isFinite(from) ? [log ? from / 2 : from - 0.5, log ? from * 2 : from + 0.5] : [1, 2];
  const f = log ? Math.log : (v) => v, g = log ? Math.exp : (v) => v;
  const s = (v) => a + ((f(v) - f(from)) / (f(to) - f(from))) * (b - a);
  s.invert = (p) => g(f(from) + ((p - a) / (b - a)) * (f(to) - f(from)));
  s.domain = [from, to];
  s.log = log;
  return s;
}

// ticks are about n round numbers in the domain of a scale.
function ticks(s, n) {
  const [from, to] = s.domain;
  if (s.log && to / from > 8) {
    const all = [];
    for (let e = Math.floor(Math.log10(from)); e <= Math.log10(to); e++) for (const m of to / from > 300 ? [1] : [1, 2, 5]) all.push(m * 10 ** e);
    return all.filter((v) => v >= from && v <= to);
  }
  const raw = (to - from) / n, size = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((m) => m * size).find((v) => v >= raw);
  const all = [];
  for (let i = Math.ceil(from / step); i * step <= to + step * 1e-9; i++) all.push(i * step);
  return all;
}

// thinned keeps of a series the points in a range: for each pixel the least and the greatest, so that nothing is lost that could be seen.
function thinned(s, from, to, pixel, positive) {
  const points = [];
  let px = null, low, high;
  const flush = () => {
    if (px === null) return;
    points.push(...(low[0] === high[0] ? [low] : low[0] < high[0] ? [low, high] : [high, low]));
  };
  for (let i = nearest(s.xs, from); i < s.xs.length && s.xs[i] <= to; i++) {
    const p = [s.xs[i], s.ys[i]];
    if (p[0] < from || p[1] === null || (positive && !(p[1] > 0))) continue;
    if (pixel(p[0]) !== px) {
      flush();
      px = pixel(p[0]);
      low = high = p;
    }
    if (p[1] < low[1]) low = p;
    if (p[1] > high[1]) high = p;
  }
  flush();
  return { ...s, points };
}

// nearest is the index of the value that is closest to v in an ascending list.
function nearest(xs, v) {
  let a = 0, b = xs.length - 1;
  while (b - a > 1) {
    const m = (a + b) >> 1;
    if (xs[m] < v) a = m; else b = m;
  }
  return Math.abs(xs[b] - v) < Math.abs(xs[a] - v) ? b : a;
}

// short writes a number with four digits.
export function short(v) {
  const size = Math.abs(v);
  if (size >= 1e4) return v.toLocaleString('en', { notation: 'compact', maximumFractionDigits: 1 });
  return size !== 0 && size < 1e-3 ? v.toExponential(1) : String(Number(v.toPrecision(4)));
}
