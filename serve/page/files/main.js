// The frame: the tabs, the model, the key, and links. A tab is a module with id, title and make(app), which returns its node, its
// state as texts by name, and functions that take a state and a change of model.
import { call, onKeyNeeded, ready } from './api.js';
import { el } from './dom.js';
import * as graph from './graph.js';
import * as inside from './inside.js';
import * as read from './read.js';
import * as runs from './runs.js';
import * as tasks from './tasks.js';
import * as write from './write.js';

let views = []; // those that the server has something for
const $ = (id) => document.getElementById(id);
const tabs = new Map(); // by id: { button, panel, view }

// app is what tabs know of the frame.
const app = {
  models: [],
  get model() { return $('model').value; },
  say(text, wrong = false) {
    $('status').textContent = text;
    $('status').classList.toggle('error', wrong);
  },
  // attempt runs f and shows its error, unless it was stopped.
  async attempt(f) {
    try {
      app.say('');
      await f();
    } catch (e) {
      if (e.name !== 'AbortError') app.say(e instanceof TypeError && /fetch/i.test(e.message) ? 'The server cannot be reached.' : e.message, true);
    }
  },
  // link copies the address of what a tab shows. The key is no part of it.
  async link() {
    const state = new URLSearchParams({ model: app.model, ...current().view.state() });
    history.replaceState(null, '', `#${current().id}?${state}`);
    try {
      await navigator.clipboard.writeText(location.href);
      app.say('The link is copied.');
    } catch {
      app.say('The link is in the address bar.');
    }
  },
  // refresh asks for the models again: a model that was opened when it was needed now has a task.
  async refresh() {
    const info = await call('info');
    app.models = info.models;
    return info;
  },
};

const current = () => [...tabs.values()].find((t) => !t.panel.hidden);

function show(id, focus = false) {
  for (const [other, t] of tabs) {
    const chosen = other === id;
    t.panel.hidden = !chosen;
    t.button.setAttribute('aria-selected', chosen);
    t.button.tabIndex = chosen ? 0 : -1;
    if (chosen && focus) t.button.focus();
  }
  $('model').closest('label').hidden = !!tabs.get(id).view.withoutModel;
  document.title = `${tabs.get(id).title} · gorgpt`;
  tabs.get(id).view.shown?.();
}

function makeTabs() {
  for (const { id, title, make } of views) {
    const view = make(app);
    const panel = el('section', { id: `panel-${id}`, role: 'tabpanel', 'aria-labelledby': `tab-${id}`, hidden: true }, view.node);
    const button = el('button', { id: `tab-${id}`, role: 'tab', 'aria-controls': panel.id, type: 'button', click: () => show(id) }, title);
    tabs.set(id, { id, title, button, panel, view });
    $('tabs').append(button);
    $('main').append(panel);
  }
  $('tabs').addEventListener('keydown', (e) => {
    const all = [...tabs.keys()], step = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
    if (step) show(all[(all.indexOf(current().id) + step + all.length) % all.length], true);
  });
}

// restore shows what the address says.
function restore() {
  const [id, query] = location.hash.slice(1).split('?');
  const state = Object.fromEntries(new URLSearchParams(query));
  if (app.models.some((m) => m.model_id === state.model)) $('model').value = state.model;
  const tab = tabs.get(id) ?? tabs.values().next().value;
  show(tab.id);
  tab.view.restore(state);
}

async function waitForModels() {
  while (!(await ready())) {
    app.say('The models are being opened…');
    await new Promise((done) => setTimeout(done, 500));
  }
  app.say('');
}

$('ask').addEventListener('cancel', (e) => e.preventDefault());
let asking; // several requests may need the key at once, and one dialog asks for it
onKeyNeeded((wrong) => asking ??= new Promise((done) => {
  $('ask-error').textContent = wrong;
  $('key').value = '';
  $('ask').addEventListener('close', () => {
    asking = undefined;
    done($('key').value);
    $('key').value = '';
  }, { once: true });
  $('ask').showModal();
}));

app.attempt(async () => {
  await waitForModels();
  const info = await app.refresh();
  views = [...(info.models.length > 0 ? [write, read, tasks, inside, graph] : []), ...(info.runs ? [runs] : [])];
  $('model').append(...app.models.map((m) => el('option', { value: m.model_id }, m.model_id)));
  makeTabs();
  $('model').addEventListener('change', () => current().view.modelChanged?.());
  window.addEventListener('hashchange', restore);
  restore();
});
