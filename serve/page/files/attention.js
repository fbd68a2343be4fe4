// Attention as pictures: how much each position reads from each.
import { el, roving, svg } from './dom.js';

// floats reads base64 of float32 in little-endian order.
export function floats(text) {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0)), view = new DataView(bytes.buffer);
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
}

// colour is a colour of the page, as three numbers.
function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim().split(' ').map(Number);
}

// thumbnail is a square picture of a matrix of numbers from 0 to 1, a dot for each.
export function thumbnail(matrix, t, large = false) {
  const canvas = el('canvas', { width: t, height: t, className: large ? 'matrix large' : 'matrix' }), context = canvas.getContext('2d');
  const image = context.createImageData(t, t), ink = colour('--strong');
  for (let i = 0; i < t * t; i++) image.data.set([...ink, 255 * matrix[i]], 4 * i);
  context.putImageData(image, 0, 0);
  return canvas;
}

const line = 28, gap = 190, margin = 8;

// links draws a head between two columns of the tokens. The left ones read, the right ones are read; token is the one whose lines
// are shown alone, null: those of all. chosen is called with a token that is chosen.
function links(tokens, weights, token, chosen) {
  const t = tokens.length;
  const lines = svg('svg', { class: 'lines', width: gap, height: t * line, viewBox: `0 0 ${gap} ${t * line}`, 'aria-hidden': 'true' });
  const note = el('p', { className: 'note', 'aria-live': 'polite' });
  const reads = el('div', { className: 'tokens', role: 'group', 'aria-label': 'Tokens that read' }), read = el('div', { className: 'tokens read', 'aria-hidden': 'true' });
  tokens.forEach((name, i) => {
    reads.append(el('button', { type: 'button', 'aria-pressed': 'false', tabIndex: i === (token ?? 0) ? 0 : -1, mouseenter: () => show(i), focus: () => show(i), click: () => pin(i) }, name));
    read.append(el('span', {}, name));
  });
  roving(reads);
  reads.addEventListener('mouseleave', () => show(token));

  function pin(i) {
    token = token === i ? null : i;
    chosen(token);
    show(token);
  }

  function show(at) {
    lines.replaceChildren();
    for (let i = 0; i < t; i++) {
      for (let j = 0; j <= i; j++) {
        const w = weights[i * t + j];
        if ((at !== null && i !== at) || w < (at === null && t > 64 ? 0.1 : 0.01)) continue; // thousands of weak lines hide the others
        const [from, to] = [(i + 0.5) * line, (j + 0.5) * line];
        lines.append(svg('path', { d: `M${margin},${from}C${gap / 2},${from} ${gap / 2},${to} ${gap - margin},${to}`, 'stroke-opacity': (at === null ? 0.75 : 1) * w, 'stroke-width': 1 + 4 * w }));
      }
    }
    [...reads.children].forEach((b, i) => {
      b.classList.toggle('chosen', i === at);
      b.setAttribute('aria-pressed', String(i === token));
    });
    [...read.children].forEach((s, j) => s.style.setProperty('--a', at === null || j > at ? 0 : weights[at * t + j]));
    const best = at === null ? [] : [...Array(at + 1).keys()].sort((a, b) => weights[at * t + b] - weights[at * t + a]).slice(0, 3);
    note.textContent = at === null ? 'Point at a token on the left to see what it reads, or choose it to keep its lines.'
      : `“${tokens[at]}” reads ${best.map((j) => `${(100 * weights[at * t + j]).toFixed(0)} % “${tokens[j]}”`).join(', ')}.`;
  }
  show(token);
  return el('div', {}, el('div', { className: 'links' }, reads, lines, read), note);
}

// attentionView shows the attention of all heads as thumbnails, and that of one with lines. weights(block, head) are T·T numbers
// from 0 to 1; given has the block, the head and the token that are shown first.
export function attentionView({ tokens, blocks, heads, weights }, given = {}) {
  let block = Math.min(given.block ?? 0, blocks - 1), head = Math.min(given.head ?? 0, heads - 1), token = given.token < tokens.length ? given.token : null;
  const grid = el('div', { className: 'heads', role: 'group', 'aria-label': 'Heads' }), large = el('div');
  grid.style.setProperty('--heads', heads);
  for (let i = 0; i < blocks * heads; i++) {
    const [l, h] = [Math.floor(i / heads), i % heads], name = `block ${l}, head ${h}`;
    grid.append(el('button', { type: 'button', 'aria-label': name, title: name, tabIndex: l === block && h === head ? 0 : -1, click: () => choose(l, h) }, thumbnail(weights(l, h), tokens.length)));
  }
  roving(grid);

  function choose(l, h) {
    [block, head] = [l, h];
    [...grid.children].forEach((b, i) => b.setAttribute('aria-pressed', String(i === l * heads + h)));
    large.replaceChildren(el('h2', {}, `Block ${block}, head ${head}`), links(tokens, weights(block, head), token, (i) => { token = i; }));
  }
  choose(block, head);
  return {
    node: el('section', { className: 'attention', 'aria-label': 'Attention' }, el('div', {}, el('h2', {}, 'Attention of all heads'), grid, el('p', { className: 'note' }, 'A line for each block, a column for each head.')), large),
    state: () => ({ block, head, ...(token === null ? {} : { token }) }),
  };
}

// packedView is attentionView of weights in base64: a byte from 0 to 255 for each, of all blocks, heads, rows and, in each row, the
// columns up to the diagonal.
export function packedView({ tokens, blocks, heads, weights }) {
  const t = tokens.length, bytes = Uint8Array.from(atob(weights), (c) => c.charCodeAt(0));
  let at = 0;
  const all = [...Array(blocks * heads)].map(() => {
    const out = new Float32Array(t * t);
    for (let i = 0; i < t; i++) for (let j = 0; j <= i; j++) out[i * t + j] = bytes[at++] / 255;
    return out;
  });
  return attentionView({ tokens, blocks, heads, weights: (block, head) => all[block * heads + head] });
}
