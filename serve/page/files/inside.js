// Inside: what a model computes on its way through a text. Attention, what it would say after each block, the figure, the positions.
import { call, text as fetchText } from './api.js';
import { el, field, percent, visible } from './dom.js';
import { attentionView, floats, thumbnail } from './attention.js';

export const id = 'inside', title = 'Inside';

export function make(app) {
  const text = el('textarea', { rows: 2, value: 'one day the girl saw the lamp', spellcheck: false, input: later });
  const attention = el('div'), stops = el('div');
  const figure = el('div', { className: 'paper wide', tabIndex: 0, role: 'region', 'aria-label': 'Figure 1 of the paper' });
  const places = el('div');
  const result = el('div', { hidden: true }, attention, stops);
  let model = '', data = null; // the answer about the text
  let view = null, given = {}; // of the attention, and what a link wants of it
  let running = null, typing;

  function later() {
    clearTimeout(typing);
    typing = setTimeout(() => app.attempt(look), 400);
  }

  async function look() {
    clearTimeout(typing);
    running?.abort();
    if (text.value.trim() === '') return;
    running = new AbortController();
    const answer = await call('inside', { model: app.model, prompt: text.value }, running.signal);
    const t = answer.tokens.length, size = answer.heads * t * t, all = floats(answer.attention);
    data = answer;
    view = attentionView({
      tokens: data.tokens.map((token) => visible(token.text)), blocks: data.readings.length - 1, heads: data.heads,
      weights: (l, h) => all.subarray(l * size + h * t * t, l * size + (h + 1) * t * t),
    }, view?.state() ?? given);
    attention.replaceChildren(view.node);
    result.hidden = false;
    showStops();
  }

  // showStops is the table of what the output matrix reads: a line for each state, a column for each position.
  function showStops() {
    const name = (l) => (l === 0 ? 'embedding' : `after block ${l - 1}`);
    const detail = el('p', { className: 'note', 'aria-live': 'polite' }, 'Point at a cell, or reach it with the tab key, for the likeliest tokens there.');
    const cell = (best) => {
      const p = Math.exp(best[0].logprob), words = best.map((b) => `${visible(b.text)} ${percent(Math.exp(b.logprob))}`).join(', ');
      const more = () => { detail.textContent = words; };
      const b = el('button', { type: 'button', title: words, 'data-p': best[0].logprob, mouseenter: more, focus: more, click: more }, visible(best[0].text), el('small', {}, percent(p)));
      b.style.setProperty('--a', 0.85 * Math.sqrt(p));
      return el('td', {}, b);
    };
    const rows = data.readings.map((at, l) => el('tr', {}, el('th', { scope: 'row' }, name(l)), ...at.map(cell))).reverse();
    stops.replaceChildren(el('h2', {}, 'What would it say if it stopped here?'),
      el('p', { className: 'note' }, 'The output matrix reads the state of each position before the first block and after each: the token that the model would write next, and its probability.'),
      el('div', { className: 'wide', role: 'region', tabIndex: 0, 'aria-label': 'What the model would say after each block' }, el('table', { className: 'stops' },
        el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, 'after'), ...data.tokens.map((t) => el('th', { scope: 'col' }, visible(t.text))))), el('tbody', {}, ...rows))), detail);
  }

  // showModel shows what does not depend on the text.
  async function showModel() {
    model = app.model;
    figure.replaceChildren();
    places.replaceChildren();
    const answer = await call('positions', { model });
    if (answer.positions > 0) showPlaces(answer.positions, floats(answer.similarity));
    const drawing = new DOMParser().parseFromString(await fetchText('figure', { model }), 'image/svg+xml').documentElement;
    drawing.setAttribute('role', 'img');
    drawing.setAttribute('aria-label', `The Transformer of ${model} as in figure 1 of the paper`);
    figure.replaceChildren(document.importNode(drawing, true));
  }

  function showPlaces(t, alike) {
    const mean = (d) => {
      let sum = 0;
      for (let i = 0; i + d < t; i++) sum += alike[i * t + i + d];
      return sum / (t - d);
    };
    const picture = thumbnail(alike.map((x) => Math.max(0, x)), t, true);
    picture.setAttribute('role', 'img');
    picture.setAttribute('aria-label', `How alike the ${t} positions are`);
    const said = [1, 8, 64, 256].filter((d) => d < t).map((d) => `${d === 1 ? 'neighbours' : `positions ${d} apart`} ${mean(d).toFixed(2)}`).join(', ');
    const near = mean(1), far = mean(t >> 1);
    places.replaceChildren(el('h2', { className: 'gap' }, 'Positions'), el('figure', { className: 'places' }, picture, el('figcaption', {},
      el('p', {}, `The model learns a vector for each of its ${t} positions. Line i, column j is the cosine between those of i and j: the stronger the colour, the more alike they are.`),
      el('p', { 'data-near': near }, `On average: ${said}. `, near > 0.2 && near > far + 0.1 ? 'Positions that are close to each other are alike: the model has learned their order.' : 'Close positions are hardly more alike than distant ones: this model has learned little about their order.'))));
  }

  const start = () => app.attempt(async () => {
    if (model !== app.model) await Promise.all([look(), showModel()]);
    else if (!data) await look();
  });

  return {
    node: el('div', {}, el('div', { className: 'row' }, el('div', { className: 'grow' }, field('Text', text)),
      el('button', { type: 'button', className: 'quiet', click: () => app.link() }, 'Copy link')), result, el('h2', { className: 'gap' }, 'The model, as figure 1 of the paper draws it'), figure, places),
    shown() { start(); },
    state: () => ({ text: text.value, ...view?.state() }),
    restore(s) {
      if (s.text !== undefined) text.value = s.text;
      given = { block: Number(s.block) || 0, head: Number(s.head) || 0, ...(s.token === undefined ? {} : { token: Number(s.token) }) };
      view = data = null;
      start();
    },
    modelChanged: start,
  };
}
