// Elements. Texts are always set as text: nothing that a model, a file or a link says can become code.

// el makes an element with properties, attributes (names with a dash, and role), listeners (functions) and children.
export function el(name, props = {}, ...children) {
  const e = document.createElement(name);
  set(e, props);
  e.append(...children);
  return e;
}

// svg makes an SVG element with attributes.
export function svg(name, attributes = {}, ...children) {
  const e = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) e.setAttribute(key, value);
  e.append(...children);
  return e;
}

function set(e, props) {
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === null) continue;
    if (typeof value === 'function') e.addEventListener(key, value);
    else if (key.includes('-') || key === 'role' || key === 'for' || key === 'list') e.setAttribute(key, value);
    else e[key] = value;
  }
}

// field is a labelled input.
export function field(label, input, note = '') {
  return el('label', { className: 'field' }, el('span', {}, label), input, ...(note ? [el('small', {}, note)] : []));
}

// slider is a labelled range with its value beside it. It has the property value; change is called when it moves.
export function slider(label, { min, max, step, value, format = String }, change) {
  const shown = el('output', {}, format(value));
  const input = el('input', { type: 'range', min, max, step, value });
  input.addEventListener('input', () => {
    shown.textContent = format(Number(input.value));
    change();
  });
  return {
    node: el('label', { className: 'slider' }, el('span', {}, label), input, shown),
    get value() { return Number(input.value); },
    set value(v) {
      input.value = v;
      shown.textContent = format(Number(input.value));
    },
  };
}

// percent writes a probability.
export function percent(p) {
  if (p > 0 && p < 0.0005) return '< 0.1 %';
  return `${(100 * p).toFixed(1)} %`;
}

// visible shows the space before a token as a dot, so that a word can be told from the rest of one.
export const visible = (text) => text.replace(/ /g, '·') || '∅';

// addToken appends the button of a token to a text. The tokens of a word stay together.
export function addToken(box, text, button) {
  const word = [...box.children].at(-1);
  if (word && !text.startsWith(' ')) word.append(button);
  else box.append(' ', el('span', { className: 'word' }, button));
}

// roving lets arrow keys move the focus among buttons, of which the tab key stops at one.
export function roving(box) {
  const items = () => [...box.querySelectorAll('button')];
  const focus = (item) => {
    for (const other of items()) other.tabIndex = other === item ? 0 : -1;
    item.focus();
  };
  box.addEventListener('keydown', (e) => {
    const all = items(), at = all.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[e.key];
    if (at < 0 || to === undefined || !all[to]) return;
    e.preventDefault();
    focus(all[to]);
  });
  box.addEventListener('focusin', (e) => {
    for (const other of items()) other.tabIndex = other === e.target ? 0 : -1;
  });
}
