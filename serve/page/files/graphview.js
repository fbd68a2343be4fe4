// A graph that one can walk in: zoom, pan, search, fold, and the facts of each node. The same in the page and in a file of its own.
import { el, svg } from './dom.js';
import { keyOf, layout, passes, short } from './graphlayout.js';

const roles = ['input', 'parameter', 'state', 'activation', 'gradient', 'update'];
const colours = {
  role: { name: 'role' },
  time: { name: 'time', of: (f) => f.ms, text: (f, d) => `${(f.ms / d.runs).toPrecision(3)} ms` },
  flops: { name: 'FLOPs', of: (f) => f.flops, text: (f) => `${short(f.flops)}FLOP` },
  bytes: { name: 'bytes', of: (f) => f.read + f.written, text: (f) => `${short(f.read + f.written)}B` },
};

// graphView makes a view of a graph as /graph describes it. given is what state returned of an earlier one.
export function graphView(data, given = {}) {
  const parts = new Map(data.parts.map((p) => [keyOf(p.path), p]));
  let folded = new Set(), drawn = null, at = { x: 0, y: 0, k: 1 };
  let chosen = null, found = [], turn = -1; // { node } or { part }; indices of nodes

  const plane = svg('g'), picture = svg('svg', { class: 'graph', role: 'group', 'aria-label': data.title }, arrow(), plane);
  const facts = el('aside', { 'aria-label': 'Facts', className: 'graph-facts' });
  const search = el('input', { type: 'search', spellcheck: false, placeholder: 'attention, h.0, weight …', input: find });
  const count = el('output', { className: 'note', 'aria-live': 'polite' });
  const fold = el('select', { change: () => foldTo(fold.value) }, ...[['blocks', 'blocks'], ['parts', 'parts'], ['ops', 'operations']].map(([value, name]) => el('option', { value }, name)));
  const colour = el('select', { change: paint }, ...Object.entries(colours).map(([value, c]) => el('option', { value, disabled: value === 'time' && data.runs === 0 }, value === 'time' && data.runs === 0 ? 'time (not measured)' : c.name)));
  const legend = el('p', { className: 'legend' });
  const button = (name, label, click) => el('button', { type: 'button', title: label, 'aria-label': label, click }, name);
  const node = el('div', { className: 'graph-view' },
    el('div', { className: 'row tools' }, el('label', {}, 'Search ', search), count, el('label', {}, 'Show ', fold), el('label', {}, 'Colour by ', colour),
      el('span', { className: 'zooms' }, button('−', 'Zoom out', () => zoom(1 / 1.25)), button('+', 'Zoom in', () => zoom(1.25)), button('Fit', 'Show all', fit))),
    legend, el('div', { className: 'columns' }, picture, facts));

  function arrow() {
    return svg('defs', {}, svg('marker', { id: 'tip', viewBox: '0 0 8 8', refX: 8, refY: 4, markerWidth: 7, markerHeight: 7, orient: 'auto' }, svg('path', { class: 'tip', d: 'M0,0L8,4L0,8Z' })));
  }

  const context = document.createElement('canvas').getContext('2d');
  function width(text) {
    context.font = '12px system-ui, sans-serif';
    return context.measureText(text).width * 1.08; // the font of the page may be a little wider
  }

  // foldTo folds all parts of a depth.
  function foldTo(what) {
    const deep = (p) => (what === 'blocks' ? p.path.length === 1 : what === 'parts' ? p.path.length === (within(p) ? 2 : 1) : false);
    folded = new Set(data.parts.filter(deep).map((p) => keyOf(p.path)));
    draw();
  }
  const within = (p) => data.parts.some((q) => q.path.length > 1 && q.path[0] === p.path[0]);

  function toggle(key) {
    if (!folded.delete(key)) folded.add(key);
    draw();
  }

  function draw() {
    const focused = document.activeElement?.dataset?.key;
    drawn = layout(data, folded, width);
    plane.replaceChildren(
      ...drawn.heads.map((h) => svg('text', { class: 'head', x: h.x + h.w / 2, y: 16 }, h.pass)),
      ...drawn.frames.map(frameOf), ...drawn.edges.map((e) => {
        e.line = svg('path', { class: `edge ${e.to.pass}`, d: e.d, 'marker-end': 'url(#tip)' });
        return e.line;
      }), ...drawn.boxes.map(boxOf));
    plane.querySelector('[tabindex]')?.setAttribute('tabindex', 0);
    paint();
    mark();
    if (focused) [...plane.querySelectorAll('[data-key]')].find((g) => g.dataset.key === focused)?.focus({ preventScroll: true });
  }

  function frameOf(f) {
    const title = svg('g', { class: 'frame-title', role: 'button', tabindex: -1, 'aria-expanded': 'true', 'aria-label': `Fold ${f.path.join(' ')}`, 'data-key': f.key },
      svg('rect', { x: f.x + 6, y: f.y + 3, width: width(`▾ ${f.path.at(-1)}`) + 10, height: 18, rx: 4 }), svg('text', { x: f.x + 10, y: f.y + 16 }, `▾ ${f.path.at(-1)}`));
    title.addEventListener('click', () => {
      toggle(f.key);
      choose({ part: f.key });
    });
    return svg('g', { class: 'frame' }, svg('rect', { x: f.x, y: f.y, width: f.w, height: f.h, rx: 8 }), title);
  }

  function boxOf(b) {
    const key = b.path ? keyOf(b.path) : null;
    const g = svg('g', { class: `box ${b.role}`, role: 'button', tabindex: -1, 'aria-label': b.lines.join(', '), 'data-key': b.id }, svg('rect', { x: b.x, y: b.y, width: b.w, height: b.h, rx: b.pass === 'given' ? 2 : 7 }),
      ...b.lines.map((line, i) => svg('text', { class: i === 0 ? 'first' : '', x: b.x + b.w / 2, y: b.y + 17 + 15 * i }, line)));
    if (key) g.setAttribute('aria-expanded', 'false');
    g.addEventListener('click', () => {
      if (key && chosen?.part === key) toggle(key);
      choose(key ? { part: key } : { node: b.nodes[0] });
    });
    b.g = g;
    return g;
  }

  // paint colours the boxes.
  function paint() {
    const c = colours[colour.value], most = c.of ? Math.max(...drawn.boxes.map((b) => c.of(b.figures)), 1e-9) : 0;
    picture.classList.toggle('heat', !!c.of);
    for (const b of drawn.boxes) {
      const value = c.of ? c.of(b.figures) : 0;
      b.g.style.setProperty('--a', Math.sqrt(value / (most || 1)));
      b.g.dataset.value = value;
    }
    const top = c.of && drawn.boxes.reduce((a, b) => (c.of(b.figures) > c.of(a.figures) ? b : a));
    legend.replaceChildren(...(c.of
      ? ['little ', ...[0.1, 0.35, 0.6, 0.85, 1].map((a) => swatch('heat', a)), ` most: ${c.text(top.figures, data)}${c === colours.time ? ` of ${data.ms.toPrecision(4)} ms, the mean of ${data.runs} runs` : ''}`]
      : roles.filter((r) => drawn.boxes.some((b) => b.role === r)).flatMap((r) => [swatch(r), ` ${r} `])));
  }

  function swatch(name, a) {
    const s = el('i', { className: `box ${name}` });
    if (a) s.style.setProperty('--a', a);
    return s;
  }

  const holds = (b, c) => !!c && (c.part ? !!b.path && keyOf(b.path) === c.part : b.nodes.includes(c.node) && !b.path);

  // mark shows what is chosen with its lines, and what was found.
  function mark() {
    for (const b of drawn.boxes) {
      b.g.classList.toggle('chosen', holds(b, chosen));
      b.g.classList.toggle('found', b.nodes.some((i) => found.includes(i)));
    }
    picture.classList.toggle('focused', drawn.boxes.some((b) => holds(b, chosen)));
    for (const e of drawn.edges) e.line.classList.toggle('near', holds(e.from, chosen) || holds(e.to, chosen));
  }

  function choose(what) {
    chosen = what;
    mark();
    showFacts();
  }

  // go chooses a node, opens the parts that it is in, and brings it into the middle.
  function go(i) {
    const scope = data.nodes[i].scope;
    scope.forEach((_, d) => folded.delete(keyOf(scope.slice(0, d + 1))));
    draw();
    choose({ node: i });
    const b = drawn.boxes.find((x) => holds(x, chosen));
    if (b) centre(b);
  }

  function find() {
    const words = search.value.trim().toLowerCase();
    const text = (x) => [x.name, x.kind, x.role, x.note ?? '', x.equation ?? ''].join(' ').toLowerCase();
    found = words === '' ? [] : data.nodes.flatMap((x, i) => (x.drawn && text(x).includes(words) ? [i] : []));
    turn = -1;
    count.textContent = words === '' ? '' : found.length === 0 ? 'nothing found' : `${found.length} found: Enter shows the next`;
    mark();
  }
  search.addEventListener('keydown', (e) => {
    if (e.key !== 'Enter' || found.length === 0) return;
    turn = (turn + (e.shiftKey ? found.length - 1 : 1)) % found.length;
    count.textContent = `${turn + 1} of ${found.length}`;
    go(found[turn]);
    search.focus();
  });

  function showFacts() {
    const list = (...pairs) => el('dl', { className: 'sheet' }, ...pairs.filter(([, v]) => v !== undefined && v !== '').flatMap(([n, v]) => [el('dt', {}, n), el('dd', {}, v)]));
    const amount = (n, unit) => (n > 0 ? `${short(n)}${unit}` : undefined);
    const time = (f) => (data.runs > 0 && f.ms > 0 ? `${(f.ms / data.runs).toPrecision(3)} ms, ${(100 * f.share).toFixed(1)} %` : undefined);
    const traffic = (f) => [['parameters', f.parameters > 0 ? f.parameters.toLocaleString('en') : undefined], ['reads', amount(f.read, 'B')], ['writes', amount(f.written, 'B')], ['memory', amount(f.memory, 'B')]];
    const links = (heading, all) => (all.length === 0 ? [] : [el('h3', {}, heading), el('ul', { className: 'nodes' }, ...all.slice(0, 30).map(([i, role]) => el('li', {},
      ...(role ? [`${role}: `] : []), el('button', { type: 'button', click: () => go(i) }, data.nodes[i].name))), ...(all.length > 30 ? [el('li', {}, `and ${all.length - 30} more`)] : []))]);
    if (!chosen || chosen.part && !parts.has(chosen.part)) {
      const f = data.whole;
      facts.replaceChildren(el('h2', {}, data.title), list(['nodes', String(f.all.nodes)], ...costs(f), ...traffic(f.all)),
        el('p', { className: 'note' }, 'Click a box for its facts, and a folded part (▸) twice to open it. Drag to move, turn the wheel or press + and − to zoom; the arrow keys go from box to box.'));
      return;
    }
    if (chosen.part) {
      const p = parts.get(chosen.part), closed = folded.has(chosen.part);
      facts.replaceChildren(el('h2', {}, p.path.join(' · ')), el('p', {}, el('button', { type: 'button', click: () => { toggle(chosen.part); showFacts(); } }, closed ? 'Open' : 'Fold')),
        list(['output', p.shape], ['nodes', String(p.all.nodes)], ...costs(p), ...traffic(p.all), ['time', time(p.all)]));
      return;
    }
    const x = data.nodes[chosen.node], readers = data.nodes.flatMap((y, i) => y.in.filter((o) => o.node === chosen.node).map((o) => [i, o.role]));
    facts.replaceChildren(el('h2', {}, x.name), ...(x.equation ? [el('p', { className: 'equation' }, x.equation)] : []),
      list(['operation', x.in.length > 0 ? x.kind : ''], ['role', x.role], ['shape', x.shape], ['note', x.note], ['FLOP', amount(x.flops, '')], ...traffic(x), ['time', time(x)],
        ['speed', data.runs > 0 && x.ms > 0 ? `${x.gflop_s.toFixed(1)} GFLOP/s, ${x.gb_s.toFixed(1)} GB/s` : undefined]),
      ...links('Reads', x.in.filter((o) => data.nodes[o.node].drawn).map((o) => [o.node, o.role])), ...links('Read by', readers));
  }

  const costs = (p) => passes.slice(1).map((pass) => [`FLOP ${pass}`, p.in[pass]?.flops > 0 ? short(p.in[pass].flops) : undefined]);

  // The view: at is the place of the drawing's origin, and the scale.
  const size = () => picture.getBoundingClientRect();
  function move(to) {
    at = { ...at, ...to };
    plane.setAttribute('transform', `translate(${at.x.toFixed(1)},${at.y.toFixed(1)}) scale(${at.k.toFixed(4)})`);
  }
  function zoom(by, x = size().width / 2, y = size().height / 2) {
    const k = Math.min(4, Math.max(0.02, at.k * by));
    move({ k, x: x - (x - at.x) * k / at.k, y: y - (y - at.y) * k / at.k });
  }
  function fit() {
    const { width: w, height: h } = size();
    const k = Math.min(w / drawn.width, h / drawn.height, 1.25);
    move({ k, x: (w - k * drawn.width) / 2, y: 0 });
  }
  // begin shows the whole width, from the top.
  function begin() {
    const { width: w } = size(), k = Math.min(1, Math.max(0.45, w / drawn.width));
    move({ k, x: Math.max(0, (w - k * drawn.width) / 2), y: 4 });
  }
  function centre(b) {
    const { width: w, height: h } = size(), k = Math.max(at.k, 0.7);
    move({ k, x: w / 2 - k * (b.x + b.w / 2), y: h / 2 - k * (b.y + b.h / 2) });
  }
  // reveal moves the drawing as little as it can so that a box is seen.
  function reveal(b) {
    const { width: w, height: h } = size(), left = at.x + at.k * b.x, top = at.y + at.k * b.y, edge = 20;
    const by = (from, length, room) => (from < edge ? edge - from : Math.min(0, room - edge - from - length));
    move({ x: at.x + by(left, at.k * b.w, w), y: at.y + by(top, at.k * b.h, h) });
  }

  picture.addEventListener('wheel', (e) => {
    e.preventDefault();
    const r = size();
    zoom(Math.exp(-e.deltaY / 500), e.clientX - r.left, e.clientY - r.top);
  }, { passive: false });
  const down = new Map(); // pointers that are down, by id
  picture.addEventListener('pointerdown', (e) => down.set(e.pointerId, e));
  for (const end of ['pointerup', 'pointercancel', 'pointerleave']) picture.addEventListener(end, (e) => down.delete(e.pointerId));
  picture.addEventListener('pointermove', (e) => {
    const before = down.get(e.pointerId);
    if (!before) return;
    const other = [...down.values()].find((p) => p.pointerId !== e.pointerId);
    const far = (p) => Math.hypot(p.clientX - other.clientX, p.clientY - other.clientY);
    if (other) zoom(far(e) / Math.max(1, far(before)), other.clientX - size().left, other.clientY - size().top);
    else move({ x: at.x + e.clientX - before.clientX, y: at.y + e.clientY - before.clientY });
    down.set(e.pointerId, e);
  });

  // The arrow keys go to the nearest box in their direction.
  picture.addEventListener('keydown', (e) => {
    const here = e.target.closest?.('[data-key]');
    if (e.key === '+' || e.key === '=') return zoom(1.25);
    if (e.key === '-') return zoom(1 / 1.25);
    if (e.key === '0') return fit();
    if (!here) return;
    if (e.key === 'Enter' || e.key === ' ') {
      e.preventDefault();
      here.dispatchEvent(new MouseEvent('click', { bubbles: true }));
      return;
    }
    const way = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[e.key];
    if (!way) return;
    e.preventDefault();
    const stops = [...drawn.boxes.map((b) => ({ b, g: b.g })), ...drawn.frames.map((f) => ({ b: { x: f.x + 6, y: f.y + 3, w: 40, h: 18 }, g: [...plane.querySelectorAll('.frame-title')].find((g) => g.dataset.key === f.key) }))];
    const from = stops.find((s) => s.g === here).b, x0 = from.x + from.w / 2, y0 = from.y + from.h / 2;
    let best = null, least = Infinity;
    for (const s of stops) {
      const dx = s.b.x + s.b.w / 2 - x0, dy = s.b.y + s.b.h / 2 - y0, along = dx * way[0] + dy * way[1], off = Math.abs(dx * way[1]) + Math.abs(dy * way[0]);
      if (along > 1 && along + 3 * off < least) [best, least] = [s, along + 3 * off];
    }
    if (!best) return;
    here.setAttribute('tabindex', -1);
    best.g.setAttribute('tabindex', 0);
    best.g.focus({ preventScroll: true });
    reveal(best.b);
  });

  // At first, the blocks are folded and the first of those that are alike is open.
  foldTo(given.show in { blocks: 1, parts: 1, ops: 1 } ? given.show : 'blocks');
  fold.value = given.show ?? 'blocks';
  if (given.folded) folded = new Set(given.folded.split(',').filter((k) => parts.has(k)));
  else if (!given.show && parts.has('h.0')) foldFirst();
  if (given.colour in colours && !(given.colour === 'time' && data.runs === 0)) colour.value = given.colour;
  function foldFirst() {
    folded.delete('h.0');
    for (const p of data.parts) if (p.path[0] === 'h.0' && p.path.length === 2) folded.add(keyOf(p.path));
  }
  draw();
  showFacts();
  let wide = 0;
  new ResizeObserver(() => {
    if (size().width > 0 && wide === 0) begin();
    wide = size().width;
  }).observe(picture);
  return { node, state: () => ({ show: fold.value, folded: [...folded].join(','), colour: colour.value }) };
}
