// attention makes an element that shows attention weights: tokens are T texts, heads is the number of heads of each block, and
// weights is base64 of a byte from 0 to 255 for each weight: of all blocks, heads, rows and, in each row, the columns up to the
// diagonal. Texts are always set as text, never as HTML.
export function attention({ tokens, heads, weights }) {
  const t = tokens.length, size = t * (t + 1) / 2, line = 22, gap = 160;
  const bytes = Uint8Array.from(atob(weights), (c) => c.charCodeAt(0)), blocks = bytes.length / size / heads;
  const at = (head, row, column) => bytes[head * size + row * (row + 1) / 2 + column] / 255;
  let head = 0, token = null; // those that are shown; the token is null if lines of all are

  const make = (name, props = {}, ...children) => {
    const e = Object.assign(document.createElement(name), props);
    e.append(...children);
    return e;
  };
  const title = (h) => `Block ${Math.floor(h / heads)}, head ${h % heads}`;

  const picture = (h) => {
    const canvas = make('canvas', { width: t, height: t }), context = canvas.getContext('2d'), image = context.createImageData(t, t);
    for (let i = 0; i < t; i++)
      for (let j = 0; j <= i; j++) image.data.set([64, 128, 208, 255 * Math.sqrt(at(h, i, j))], 4 * (i * t + j));
    context.putImageData(image, 0, 0);
    return canvas;
  };

  // keys lets arrow keys move among buttons, of which the tab key stops at one.
  const keys = (box, columns, choose) => {
    const all = [...box.querySelectorAll('button')];
    const stop = (i) => all.forEach((b, k) => { b.tabIndex = k === i ? 0 : -1; });
    stop(0);
    all.forEach((b, i) => b.addEventListener('focus', () => { stop(i); choose(i); }));
    box.addEventListener('keydown', (e) => {
      const i = all.indexOf(document.activeElement);
      const to = { ArrowRight: i + 1, ArrowLeft: i - 1, ArrowDown: i + columns, ArrowUp: i - columns, Home: 0, End: all.length - 1 }[e.key];
      if (i < 0 || !all[to]) return;
      e.preventDefault();
      all[to].focus();
    });
    return all;
  };

  const grid = make('div', { className: 'heads', role: 'group' });
  grid.setAttribute('aria-label', 'Heads');
  grid.style.gridTemplateColumns = `auto repeat(${heads}, max-content)`;
  for (let h = 0; h < blocks * heads; h++) {
    if (h % heads === 0) grid.append(make('span', {}, `block ${h / heads}`));
    const button = make('button', { type: 'button', title: title(h), onclick: () => choose(h) }, picture(h));
    button.setAttribute('aria-label', title(h));
    grid.append(button);
  }
  const buttons = keys(grid, heads, (h) => choose(h));

  const name = make('h2'), note = make('p', { className: 'note' }), large = make('div', { className: 'large' });
  note.setAttribute('aria-live', 'polite');
  const reading = make('div', { className: 'tokens reading', role: 'group' }), read = make('div', { className: 'tokens read' });
  reading.setAttribute('aria-label', 'Tokens that read');
  const lines = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  for (const [key, value] of Object.entries({ width: gap, height: t * line, 'aria-hidden': true })) lines.setAttribute(key, value);
  tokens.forEach((text, i) => {
    reading.append(make('button', { type: 'button', onmouseenter: () => show(i), onclick: () => show(i) }, text));
    read.append(make('span', {}, text));
  });
  const readers = keys(reading, 1, (i) => show(i));
  reading.addEventListener('mouseleave', () => { if (!reading.contains(document.activeElement)) show(null); });
  reading.addEventListener('focusout', () => show(null));

  // show draws the lines of a token, or of all.
  function show(i) {
    token = i;
    lines.replaceChildren();
    for (let from = i ?? 0; from <= (i ?? t - 1); from++)
      for (let to = 0; to <= from; to++) {
        const w = at(head, from, to);
        if (w < (i === null ? 0.1 : 0.01)) continue;
        const path = document.createElementNS('http://www.w3.org/2000/svg', 'path'), [y0, y1] = [(from + 0.5) * line, (to + 0.5) * line];
        path.setAttribute('d', `M4,${y0}C${gap / 2},${y0} ${gap / 2},${y1} ${gap - 4},${y1}`);
        path.setAttribute('stroke-width', 1 + 3 * w);
        path.setAttribute('stroke-opacity', (i === null ? 0.6 : 1) * w);
        lines.append(path);
      }
    readers.forEach((b, k) => b.setAttribute('aria-pressed', String(k === i)));
    [...read.children].forEach((e, k) => e.style.setProperty('--w', i === null || k > i ? 0 : at(head, i, k)));
    if (i === null) {
      note.textContent = 'Lines of all tokens, for weights from 10 %.';
      return;
    }
    const best = [...Array(i + 1).keys()].sort((a, b) => at(head, i, b) - at(head, i, a)).slice(0, 3);
    note.textContent = `“${tokens[i]}”, token ${i}, reads ${best.map((k) => `${Math.round(100 * at(head, i, k))} % “${tokens[k]}”, token ${k}`).join('; ')}.`;
  }

  // choose shows a head.
  function choose(h) {
    head = h;
    name.textContent = title(h);
    large.replaceChildren(picture(h));
    buttons.forEach((b, k) => b.setAttribute('aria-pressed', String(k === h)));
    show(token);
  }
  choose(0);
  return make('div', { className: 'attention' }, make('div', { className: 'scroll' }, grid),
    make('div', { className: 'scroll' }, name, large, note, make('div', { className: 'links' }, reading, lines, read)));
}
