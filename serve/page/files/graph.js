// Graph: the computation graphs of a model.
import { call } from './api.js';
import { el } from './dom.js';
import { graphView } from './graphview.js';

export const id = 'graph', title = 'Graph';

const words = {
  forward: 'forward: the loss', step: 'step: the loss and its gradients', update: 'update: Adam on all parameters', decode: 'decode: one more token',
};

export function make(app) {
  const which = el('select', { change: () => show() }), box = el('div');
  let model = '', name = '', view = null, given = {}; // what is shown, and what a link wants
  let asked = 0; // number of the last question: an older answer is not shown
  const measure = el('button', { type: 'button', click: () => app.attempt(times) }, 'Measure times');

  const info = () => app.models.find((m) => m.model_id === app.model);

  async function load() {
    const mine = ++asked;
    if (info() && !info().open) {
      await call('tokenize', { model: app.model, content: '' }); // the first question opens the model
      await app.refresh();
    }
    if (mine !== asked) return;
    if (model !== app.model) {
      const names = info().graphs, before = given.graph ?? which.value;
      which.replaceChildren(...names.map((n) => el('option', { value: n }, words[n] ?? `${n}: a step of fine-tuning`)));
      which.value = names.includes(before) ? before : names[0];
    } else if (name === which.value) return;
    [model, name] = [app.model, which.value];
    const data = await call('graph', { model, graph: name });
    if (mine === asked) draw(data);
  }

  function draw(data) {
    view = graphView(data, given);
    given = {};
    measure.disabled = data.runs > 0;
    box.replaceChildren(view.node);
  }

  async function times() {
    const mine = ++asked;
    const data = await call('graph', { model, graph: name, measure: true });
    if (mine !== asked) return;
    given = { ...view.state(), colour: 'time' };
    draw(data);
  }

  const show = () => app.attempt(load);

  return {
    node: el('div', {}, el('div', { className: 'row' }, el('label', {}, 'Graph ', which), measure, el('button', { type: 'button', className: 'quiet', click: () => app.link() }, 'Copy link')), box),
    shown: show,
    state: () => ({ graph: which.value, ...view?.state() }),
    restore(s) {
      given = s;
      [model, name] = ['', ''];
      show();
    },
    modelChanged: show,
  };
}
