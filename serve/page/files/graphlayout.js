// The places of a graph's boxes. A row is an operation of the forward pass or a folded part; its columns are what it is given, the
// forward pass, the backward pass and the update. So a part folds without moving anything but the rows below.

export const passes = ['given', 'forward', 'backward', 'update'];

const pad = 10, step = 15, between = 14, aside = 96, heading = 30; // in pixels

export const keyOf = (path) => path.join('/');

// short writes a number with three digits and a prefix of 1000, as the tables of the commands do: 2.42 G.
export function short(n) {
  const prefixes = ['', 'k', 'M', 'G', 'T', 'P'];
  let i = 0;
  for (; n >= 999.5 && i < 5; i++) n /= 1000;
  if (i === 0) return `${n} `;
  return `${n.toFixed(n < 9.995 ? 2 : n < 99.95 ? 1 : 0)} ${prefixes[i]}`;
}

// boxes puts each node that is drawn into a box: that of the outermost folded part that it is in, or its own.
function boxes(data, folded) {
  const all = new Map(), home = data.nodes.map((x, i) => {
    if (!x.drawn) return null;
    const depth = x.scope.findIndex((_, d) => folded.has(keyOf(x.scope.slice(0, d + 1))));
    const path = depth < 0 ? null : x.scope.slice(0, depth + 1), id = path ? `${keyOf(path)} ${x.pass}` : x.name;
    if (!all.has(id)) all.set(id, { id, pass: x.pass, role: x.role, path, parents: path ? path.slice(0, -1) : x.scope, nodes: [] });
    all.get(id).nodes.push(i);
    return all.get(id);
  });
  return { all: [...all.values()], home };
}

// place gives each box a row: { order, path, cells }.
function place(data, { all, home }) {
  const byName = new Map(data.nodes.map((x, i) => [x.name, i])), readers = data.nodes.map(() => []);
  data.nodes.forEach((x, i) => x.in.forEach((o) => readers[o.node].push(i)));
  const rows = new Map();
  const rowOf = (key, order, parents) => {
    if (!rows.has(key)) rows.set(key, { order, parents, cells: {} });
    const row = rows.get(key);
    row.order = Math.min(row.order, order);
    return row;
  };
  const same = (a, b) => keyOf(a.scope) === keyOf(b.scope);
  const twin = (x) => byName.get(x.name.replace(/\.d[a-z]+$/, ''));
  const reader = (i) => readers[i].find((r) => home[r] && same(data.nodes[r], data.nodes[i])) ?? readers[i].find((r) => home[r]);
  // seat is the row of a node.
  function seat(i) {
    const x = data.nodes[i], b = home[i];
    if (b.path) return rowOf(keyOf(b.path), x.pass === 'forward' ? i : Infinity, b.parents);
    if (x.pass === 'forward' || x.pass === 'update') return rowOf(b.id, i, b.parents);
    const beside = x.pass === 'backward' && x.in.length > 0 ? twin(x) : undefined;
    if (beside !== undefined && beside !== i) return seat(beside);
    const next = reader(i);
    if (next === undefined) return rowOf(b.id, i, b.parents);
    if (x.pass === 'given' || x.in.length === 0 && x.kind === 'gradient') return seat(next);
    return rowOf(b.id, (twin(data.nodes[next]) ?? next) + 0.5, b.parents); // the sum of two gradients, before its reader
  }
  for (const b of all) {
    const row = b.nodes.map(seat).at(-1);
    if (row.order === Infinity) row.order = b.nodes[0];
    (row.cells[b.pass] ??= []).push(b);
  }
  return [...rows.values()];
}

// nest sorts rows into the parts that are open: { path, order, items }.
function nest(rows) {
  const root = { path: [], order: 0, items: [] }, parts = new Map([['', root]]);
  const part = (path) => {
    const key = keyOf(path);
    if (!parts.has(key)) {
      parts.set(key, { path, order: Infinity, items: [] });
      part(path.slice(0, -1)).items.push(parts.get(key));
    }
    return parts.get(key);
  };
  for (const row of rows) {
    part(row.parents).items.push(row);
    for (let d = row.parents.length; d > 0; d--) {
      const p = part(row.parents.slice(0, d));
      p.order = Math.min(p.order, row.order);
    }
  }
  for (const p of parts.values()) p.items.sort((a, b) => a.order - b.order);
  return root;
}

const title = (x) => (x.pass === 'given' || x.in.length === 0 ? x.name.split('.').slice(-2).join('.') : x.kind);

// lines are the text of a box.
function lines(data, b, parts) {
  const x = data.nodes[b.nodes[0]];
  const cost = (f) => (f.flops > 0 ? [`${short(f.flops)}FLOP`] : f.parameters > 0 ? [`${f.parameters.toLocaleString('en')} parameters`] : []);
  if (!b.path) return [title(x), x.shape, ...cost(x)];
  const name = b.path.at(-1), p = parts.get(keyOf(b.path)), of = p.in[b.pass];
  if (b.pass === 'forward') return [`▸ ${name}`, p.shape, ...cost(of)];
  return [b.pass === 'given' ? `${name}: ${of.nodes} tensors` : `${name} · ${b.role}`, ...cost(of)];
}

// layout returns { boxes, frames, edges, heads, width, height }. width measures a text.
export function layout(data, folded, width) {
  const parts = new Map(data.parts.map((p) => [keyOf(p.path), p])), made = boxes(data, folded), root = nest(place(data, made));
  for (const b of made.all) {
    b.lines = lines(data, b, parts);
    b.w = Math.max(...b.lines.map(width)) + 2 * pad;
    b.h = step * b.lines.length + pad;
    b.figures = b.path ? parts.get(keyOf(b.path)).in[b.pass] : data.nodes[b.nodes[0]];
  }
  const columns = passes.filter((p) => made.all.some((b) => b.pass === p)), heads = [];
  let right = 4 * pad;
  for (const p of columns) {
    const w = Math.max(...made.all.filter((b) => b.pass === p).map((b) => b.w));
    heads.push({ pass: p, x: right, w });
    for (const b of made.all) if (b.pass === p) Object.assign(b, { x: right, w });
    right += w + aside;
  }
  right += 9 * pad - aside; // with room for the lines that pass by
  const frames = [];
  let y = heading;
  function put(item, depth) {
    if (item.cells) {
      const heights = columns.map((p) => (item.cells[p] ?? []).reduce((sum, b) => sum + b.h + pad / 2, -pad / 2)), h = Math.max(...heights);
      columns.forEach((p, c) => {
        let at = y + (h - heights[c]) / 2;
        for (const b of item.cells[p] ?? []) {
          b.y = at;
          at += b.h + pad / 2;
        }
      });
      y += h + between;
      return;
    }
    const frame = { path: item.path, key: keyOf(item.path), x: pad * depth, y, w: right - 2 * pad * depth };
    frames.push(frame);
    y += step + pad;
    for (const inner of item.items) put(inner, depth + 1);
    frame.h = y - frame.y - between / 2;
    y += between / 2;
  }
  for (const item of root.items) put(item, 0);
  return { boxes: made.all, frames, edges: edges(data, made), heads, width: right, height: y };
}

// edges are the lines between boxes, each once.
function edges(data, { all, home }) {
  const found = new Map();
  data.nodes.forEach((x, i) => x.in.forEach(({ node }) => {
    const from = home[node], to = home[i];
    if (from && to && from !== to) found.set(`${from.id}\n${to.id}`, { from, to, d: path(from, to, all) });
  }));
  return [...found.values()];
}

function path(a, b, all) {
  const middle = (x) => x.y + x.h / 2;
  if (a.pass === b.pass) {
    const down = a.y < b.y, [low, high] = down ? [a.y + a.h, b.y] : [b.y + b.h, a.y];
    const between = all.some((c) => c.pass === a.pass && c !== a && c !== b && c.y >= low && c.y + c.h <= high);
    const x = a.x + a.w / 2;
    if (!between) return down ? `M${x},${a.y + a.h}V${b.y}` : `M${x},${a.y}V${b.y + b.h}`;
    const out = Math.min(80, 18 + Math.abs(middle(a) - middle(b)) / 12), side = a.pass === 'forward' ? a.x : a.x + a.w;
    const far = side + (a.pass === 'forward' ? -out : out);
    return `M${side},${middle(a)}C${far},${middle(a)} ${far},${middle(b)} ${side},${middle(b)}`;
  }
  const right = a.x < b.x, from = right ? a.x + a.w : a.x, to = right ? b.x : b.x + b.w, half = (from + to) / 2;
  return `M${from},${middle(a)}C${half},${middle(a)} ${half},${middle(b)} ${to},${middle(b)}`;
}
