// Read: a text coloured by how much each token surprises one model, or two.
import { call } from './api.js';
import { addToken, el, field, percent, roving, visible } from './dom.js';

export const id = 'read', title = 'Read';

const alternatives = 10; // of each token
const most = 8; // nats at which the colour is full

export function make(app) {
  const text = el('textarea', { rows: 5, spellcheck: false, value: 'the boy was glad . the girl saw the lamp at the sea .' });
  const second = el('select', {});
  const results = el('div', { className: 'readings' });
  const detail = el('aside', { 'aria-label': 'The chosen token', tabIndex: 0 });
  const go = el('button', { className: 'main', type: 'button', click: () => app.attempt(read) }, 'Read');
  text.addEventListener('keydown', (e) => {
    if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) app.attempt(read);
  });
  let readings = [];

  async function read() {
    if (text.value.trim() === '') throw new Error('There is no text: type at least two words.');
    go.disabled = true;
    try {
      const models = [app.model, second.value].filter(Boolean);
      readings = await Promise.all(models.map(async (model) => readingOf(model, await call('v1/completions', {
        model, prompt: text.value, max_tokens: 0, echo: true, logprobs: alternatives,
      }))));
    } finally {
      go.disabled = false;
    }
    results.replaceChildren(...readings.map(shown));
    const losses = readings[0].tokens.map((t) => t.loss ?? -1);
    choose(losses.indexOf(Math.max(...losses))); // the greatest surprise
  }

  // readingOf takes from an answer what each token costs. The first has nothing before it.
  function readingOf(model, answer) {
    const l = answer.choices[0].logprobs;
    const tokens = l.tokens.map((t, i) => ({
      text: t, loss: l.token_logprobs[i] === null ? null : -l.token_logprobs[i],
      others: Object.entries(l.top_logprobs[i] ?? {}).sort((a, b) => b[1] - a[1]),
    }));
    const scored = tokens.slice(1), total = scored.reduce((sum, t) => sum + t.loss, 0);
    return { model, tokens, mean: total / scored.length, bits: total / Math.LN2 / new TextEncoder().encode(scored.map((t) => t.text).join('')).length };
  }

  function shown(r) {
    const box = el('div', { className: 'text coloured', role: 'group', 'aria-label': `The text as ${r.model} reads it` });
    r.tokens.forEach((t, i) => {
      const b = el('button', {
        type: 'button', tabIndex: i === 0 ? 0 : -1, 'data-loss': t.loss ?? '', 'aria-label': `${t.text.trim()}, ${t.loss === null ? 'the first' : `loss ${t.loss.toFixed(2)}`}`,
        mouseenter: () => choose(i), focus: () => choose(i), click: () => choose(i),
      }, t.text.trim());
      b.style.setProperty('--a', Math.min((t.loss ?? 0) / most, 1));
      addToken(box, t.text, b);
    });
    roving(box);
    const fact = (name, value) => el('div', {}, el('dt', {}, name), el('dd', {}, value));
    return el('section', { 'aria-label': r.model }, el('h3', {}, r.model), box, el('dl', { className: 'facts' },
      fact('tokens', String(r.tokens.length)), fact('loss', Number.isNaN(r.mean) ? '–' : r.mean.toFixed(3)),
      fact('perplexity', Number.isNaN(r.mean) ? '–' : Math.exp(r.mean).toFixed(2)), fact('bits per byte', Number.isNaN(r.bits) ? '–' : r.bits.toFixed(3))));
  }

  // choose shows a token as all models read it, if they cut the text into the same tokens.
  function choose(i) {
    const same = readings.every((r) => r.tokens[i]?.text === readings[0].tokens[i]?.text);
    for (const box of results.querySelectorAll('.text')) {
      [...box.querySelectorAll('button')].forEach((b, k) => b.classList.toggle('chosen', k === i));
    }
    detail.replaceChildren(el('h2', {}, 'Instead of ', el('span', { className: 'token' }, visible(readings[0].tokens[i].text))),
      ...readings.map((r) => detailOf(r, r.tokens[i])),
      ...(same ? [] : [el('p', { className: 'note' }, 'The models have different tokens: their places do not correspond.')]));
  }

  function detailOf(r, t) {
    if (!t) return el('p', { className: 'note' }, `${r.model}: the text ends before.`);
    if (t.loss === null) return el('p', { className: 'note' }, `${r.model}: nothing precedes the first token, so it has no probability.`);
    const head = el('p', {}, ...(readings.length > 1 ? [el('strong', {}, r.model), ': '] : []),
      `loss ${t.loss.toFixed(2)} nats, probability ${percent(Math.exp(-t.loss))}`);
    return el('div', {}, head, el('ol', { className: 'bars' }, ...t.others.map(([other, logProb]) => {
      const fill = el('i', { className: 'fill' });
      fill.style.width = percentOf(logProb);
      return el('li', { className: `bar${other === t.text ? ' right' : ''}` }, el('span', { className: 'token' }, visible(other)),
        el('span', { className: 'track' }, fill), el('span', { className: 'figure' }, percent(Math.exp(logProb))));
    })));
  }

  const percentOf = (logProb) => `${100 * Math.exp(logProb)}%`;

  const scale = el('div', { className: 'scale' }, 'loss in nats ', ...[0, 2, 4, 6, 8].map((x) => {
    const s = el('span', {}, x === most ? `${x} +` : String(x));
    s.style.setProperty('--a', x / most);
    return s;
  }));

  return {
    node: el('div', { className: 'columns' },
      el('div', {}, field('Text', text), el('div', { className: 'row' }, go, el('label', { className: 'small' }, 'beside it, read by ', second), scale,
        el('button', { type: 'button', className: 'quiet', click: () => app.link() }, 'Copy link')), results),
      detail),
    shown() {
      const before = second.value;
      second.replaceChildren(el('option', { value: '' }, 'no other model'), ...app.models.map((m) => el('option', { value: m.model_id }, m.model_id)));
      second.value = before;
      if (readings.length === 0) detail.replaceChildren(el('p', { className: 'note' }, 'The stronger the colour, the less the model expected a token. Point at one, or reach it with the arrow keys, to see what the model expected there.'));
    },
    state: () => ({ text: text.value, beside: second.value }),
    restore(s) {
      if (s.text !== undefined) text.value = s.text;
      if (app.models.some((m) => m.model_id === s.beside)) second.value = s.beside;
      if (s.text !== undefined) app.attempt(read);
    },
    modelChanged() { if (readings.length > 0) app.attempt(read); },
  };
}
