// Tasks: one's own sentences through the formats of figure 1 of the paper, as a fine-tuned model reads them.
import { call } from './api.js';
import { el, field, percent, visible } from './dom.js';

export const id = 'tasks', title = 'Tasks';

// What the fields hold at first, by name.
const first = {
  text: 'the boy was glad', premise: 'the boy saw the lamp', hypothesis: 'the boy saw nothing', a: 'the boy was glad', b: 'the girl was happy',
  context: 'the boy saw the lamp at the sea', question: 'what did the boy see ?', answers: ['the lamp', 'the mill'],
};
const measures = { masked: 'masking the token', gradient: 'gradient × embedding' };

export function make(app) {
  const inputs = el('div'), rows = el('div'), scores = el('aside', { 'aria-label': 'Prediction' }), importance = el('div');
  const explain = el('input', { type: 'checkbox', change: run });
  const measure = el('select', { change: () => showImportance() }, ...Object.entries(measures).map(([value, name]) => el('option', { value }, name)));
  const controls = el('div', { className: 'row' }, el('label', {}, explain, ' importance of tokens, by '), el('label', {}, el('span', { className: 'hidden' }, 'Measure'), measure),
    el('button', { type: 'button', className: 'quiet', click: () => app.link() }, 'Copy link'));
  let model, texts = [], answers = []; // the model of the form, its inputs
  let last = null, before = null; // answers of the server
  let running = null, typing;

  const info = () => app.models.find((m) => m.model_id === app.model);

  // later runs when nothing was typed for a moment.
  function later() {
    clearTimeout(typing);
    typing = setTimeout(run, 300);
  }

  function input(value) {
    return el('textarea', { rows: 2, value, spellcheck: false, input: later });
  }

  // form makes the inputs of the model's task.
  function form(given = {}) {
    model = info();
    last = before = null;
    rows.replaceChildren();
    importance.replaceChildren();
    scores.replaceChildren();
    texts = (model?.texts ?? []).map((name) => input(given[name] ?? first[name] ?? ''));
    answers = (given.answers ?? (model?.answers ? first.answers : [])).map(input);
    controls.hidden = texts.length === 0;
    if (texts.length === 0) {
      const others = app.models.filter((m) => m.texts?.length > 0 || !m.open).map((m) => m.model_id);
      inputs.replaceChildren(el('p', {}, others.length > 0
        ? `${app.model} was not fine-tuned on a task. Choose another model above: ${others.join(', ')}.`
        : 'No model here was fine-tuned on a task. “gorgpt finetune” does that.'));
      return false;
    }
    showInputs();
    return true;
  }

  function showInputs() {
    inputs.replaceChildren(el('p', { className: 'note' }, `Task: ${model.task}`), ...texts.map((t, i) => field(model.texts[i], t)));
    if (!model.answers) return;
    inputs.append(...answers.map((a, i) => field(`answer ${i}`, a)), el('div', { className: 'row' },
      el('button', { type: 'button', click: () => resize([...answers, input('')]) }, 'Add an answer'),
      el('button', { type: 'button', disabled: answers.length < 2, click: () => resize(answers.slice(0, -1)) }, 'Remove the last')));
  }

  function resize(to) {
    answers = to;
    before = last = null;
    showInputs();
    run();
  }

  function run() {
    clearTimeout(typing);
    app.attempt(async () => {
      const all = [...texts, ...answers];
      if (all.length === 0 || all.every((t) => t.value.trim() === '') || answers.some((t) => t.value.trim() === '')) return;
      running?.abort();
      running = new AbortController();
      const body = { model: model.model_id, texts: texts.map((t) => t.value), importance: explain.checked };
      if (model.answers) body.answers = answers.map((a) => a.value);
      const answer = await call('inspect', body, running.signal);
      answer.asked = JSON.stringify([body.texts, body.answers]);
      if (last && last.asked !== answer.asked) before = last;
      last = answer;
      showRows();
      showScores();
      showImportance();
    });
  }

  const nameOf = (i) => (model.answers ? `${i} ${answers[i].value}` : last.scores[i].label);

  // chip is a token of a sequence.
  function chip(t) {
    if (t.role) return el('span', { className: `chip ${t.role}` }, t.role);
    return el('span', { className: 'chip', title: `token ${t.id}` }, visible(t.text));
  }

  function showRows() {
    const caption = (i) => {
      if (model.answers) return `answer ${i}: ${percent(last.scores[i].probability)}`;
      if (last.shares) return i === 0 ? `${model.texts[0]} first` : `${model.texts[1]} first`;
      return last.sequences.length > 1 ? `window ${i + 1}` : '';
    };
    rows.replaceChildren(el('h3', {}, 'What the model reads'), ...last.sequences.map((s, i) => el('figure', {},
      el('div', { className: 'chips' }, ...s.map(chip)), el('figcaption', { className: 'note' }, caption(i)))));
  }

  function showScores() {
    const order = last.scores.map((_, i) => i);
    if (!model.answers) order.sort((a, b) => last.scores[b].score - last.scores[a].score);
    const bars = order.map((i) => {
      const p = last.scores[i].probability, old = before?.scores[i]?.probability;
      if (p === null) return el('li', { className: 'score' }, last.scores[i].score.toFixed(3), ...(before ? [el('small', {}, ` before: ${before.scores[i].score.toFixed(3)}`)] : []));
      const fill = el('i', { className: 'fill' }), mark = el('i', { className: 'own' });
      fill.style.width = `${100 * p}%`;
      mark.style.width = `${100 * (old ?? 0)}%`;
      return el('li', { className: `bar${isChosen(i) ? ' right' : ''}`, 'data-p': p },
        el('span', { className: 'token', title: nameOf(i) }, nameOf(i)), el('span', { className: 'track' }, fill, ...(old === undefined ? [] : [mark])),
        el('span', { className: 'figure' }, percent(p)), ...(old === undefined ? [] : [el('small', { className: 'change' }, change(p - old))]));
    });
    scores.replaceChildren(el('h2', {}, 'Prediction: ', el('strong', {}, chosen())), el('ol', { className: 'bars' }, ...bars),
      ...(before ? [el('p', { className: 'note' }, 'The lines and the small figures are about the prediction before.')] : []), ...shares());
  }

  const change = (d) => `${d < 0 ? '−' : '+'}${Math.abs(100 * d).toFixed(1)}`;
  const isChosen = (i) => (last.independent ? last.label.split('|') : [last.label]).includes(last.scores[i].label);
  const chosen = () => (model.answers ? `answer ${last.label}` : last.label || 'no label');

  // shares is the table of the two orders of a pair, whose sum the head reads.
  function shares() {
    if (!last.shares) return [];
    const line = (name, values) => el('tr', {}, el('th', { scope: 'row' }, name), ...values.map((v) => el('td', {}, v.toFixed(3))));
    return [el('h3', {}, 'Both orders and their sum'), el('div', { className: 'wide', tabIndex: 0, role: 'region', 'aria-label': 'Scores of both orders' }, el('table', {},
      el('thead', {}, el('tr', {}, el('td'), ...last.scores.map((s) => el('th', { scope: 'col' }, s.label)))),
      el('tbody', {}, line(`${model.texts[0]} first`, last.shares[0]), line(`${model.texts[1]} first`, last.shares[1]), line('sum', last.scores.map((s) => s.score))))),
    el('p', { className: 'note' }, 'Scores before they become probabilities. The states of both orders are added before the linear layer; each share has half of its bias.')];
  }

  function showImportance() {
    importance.replaceChildren();
    if (!last?.importance || !explain.checked) return;
    const key = measure.value, most = Math.max(1e-9, ...last.importance.flatMap((p) => p.tokens.map((t) => Math.abs(t[key]))));
    importance.append(el('h3', {}, 'Importance of tokens'), ...last.importance.map((part) => el('figure', {},
      el('div', { className: 'chips' }, ...part.tokens.map((t) => {
        const c = el('span', { className: `chip ${t[key] < 0 ? 'against' : 'for'}`, title: t.seen ? t[key].toFixed(4) : 'cut away', 'data-effect': t[key] },
          t.text, el('small', {}, t.seen ? t[key].toFixed(3) : 'cut away'));
        c.style.setProperty('--a', Math.abs(t[key]) / most);
        return c;
      })), el('figcaption', { className: 'note' }, part.name))),
    el('p', { className: 'note' }, el('span', { className: 'chip for key' }, 'for'), ' ', el('span', { className: 'chip against key' }, 'against'),
      ` the prediction, in ${last.unit}`));
  }

  // start opens the form of the chosen model, which is opened by the first question about it.
  function start(given) {
    app.attempt(async () => {
      if (info() && !info().open) {
        await call('tokenize', { model: app.model, content: '' });
        await app.refresh();
      }
      if (form(given)) run();
    });
  }

  return {
    node: el('div', { className: 'columns' }, el('div', {}, inputs, controls, rows, importance), scores),
    shown() { if (model !== info()) start(); },
    state: () => ({
      ...Object.fromEntries((model?.texts ?? []).map((name, i) => [name, texts[i].value])), ...(explain.checked ? { importance: measure.value } : {}),
      ...(model?.answers ? { answers: JSON.stringify(answers.map((a) => a.value)) } : {}),
    }),
    restore(s) {
      const { importance: by, answers: list, ...given } = s;
      explain.checked = by in measures;
      if (by in measures) measure.value = by;
      try {
        const read = JSON.parse(list ?? 'null');
        if (Array.isArray(read) && read.length > 0) given.answers = read.map(String);
      } catch { /* a link that somebody changed */ }
      start(given);
    },
    modelChanged: () => start(),
  };
}
