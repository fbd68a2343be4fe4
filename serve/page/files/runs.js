// Runs: runs of training, live while they train, and compared.
import { call } from './api.js';
import { chart, short, View } from './curves.js';
import { el, percent } from './dom.js';

export const id = 'runs', title = 'Runs';

const colours = 8;
const alive = 120; // seconds since the last metrics of a run that is training
const often = 2000; // milliseconds between questions about a live run
const charts = [
  { title: 'Loss', of: (n) => n === 'loss' || n === 'val_loss' || n === 'dev_loss', dashed: (n) => n !== 'loss', levels: true },
  { title: 'Accuracy on held-out rows', of: (n) => n === 'dev_acc' || n === 'test_acc', dashed: () => false, format: percent },
  { title: 'Learning rate', of: (n) => n === 'lr', dashed: () => false },
  { title: 'Norm of the gradient', of: (n) => n === 'grad_norm', dashed: () => false },
  { title: 'Tokens a second', of: (n) => n === 'tok_s', dashed: () => false },
];

export function make(app) {
  const list = el('fieldset', { className: 'runs' }), differences = el('div'), results = el('div');
  const view = new View(), drawn = charts.map((c) => chart(c.title, view, c.format ?? short));
  const logX = el('input', { type: 'checkbox', change: () => view.set({ logX: logX.checked }) });
  const whole = el('button', { type: 'button', click: () => view.set({ range: null }) }, 'Show all steps');
  let runs = []; // as /runs lists them
  const chosen = new Map(); // by name: { colour, tables, next, damaged, report, error }
  let wanted = null; // names in a link, until the list is there
  let timer = null, busy = false;

  const age = (r) => (r.age_s < 0 ? Number.MAX_VALUE : r.age_s); // a run without metrics is the oldest

  // state of a run in words
  const state = (r) => (r.error ? 'damaged' : r.completed ? 'complete' : r.age_s >= 0 && r.age_s < alive ? 'training' : 'stopped');

  let last = Promise.resolve();
  // inTurn runs one thing after the other: two that load at once would both append what is new.
  function inTurn(f) {
    const mine = last.then(f);
    last = mine.catch(() => {});
    return mine;
  }

  async function look() {
    const answer = await call('runs');
    runs = answer.runs;
    if (wanted) for (const name of wanted.filter((n) => runs.some((r) => r.name === n))) choose(name);
    else if (chosen.size === 0) for (const r of runs.filter((r) => !r.error).sort((a, b) => age(a) - age(b)).slice(0, 1)) choose(r.name);
    wanted = [];
    showList(answer.more);
    await load();
  }

  function choose(name) {
    const used = [...chosen.values()].map((c) => c.colour);
    const free = [...Array(colours).keys()].find((c) => !used.includes(c));
    if (free === undefined) return app.say(`${colours} runs are shown at most.`, true);
    chosen.set(name, { colour: free, tables: new Map(), next: 0, damaged: 0, report: null, error: '' });
  }

  function toggle(name) {
    if (!chosen.delete(name)) choose(name);
    showList();
    app.attempt(() => inTurn(load));
  }

  function showList(more = false) {
    const focused = document.activeElement?.dataset?.run;
    list.replaceChildren(el('legend', {}, 'Runs'), ...runs.map((r) => {
      const c = chosen.get(r.name);
      const box = el('input', { type: 'checkbox', checked: !!c, disabled: !!r.error, change: () => toggle(r.name), 'data-run': r.name });
      return el('label', {}, box, el('i', { className: `swatch ${c ? `r${c.colour}` : 'none'}` }), el('span', {}, r.name === '.' ? 'this folder' : r.name),
        el('small', { className: state(r) }, r.error ? `damaged: ${r.error}` : state(r)));
    }), ...(runs.length === 0 ? [el('p', { className: 'note' }, 'There is no run in this folder yet.')] : []),
    ...(more ? [el('p', { className: 'note' }, 'The folder has more files than are looked at.')] : []));
    if (focused !== undefined) [...list.querySelectorAll('input')].find((i) => i.dataset.run === focused)?.focus();
  }

  // load asks for what the chosen runs have written since the last time.
  async function load() {
    await Promise.all([...chosen].map(async ([name, c]) => {
      c.error = '';
      try {
        await more(name, c);
        if (!c.report || state(of(name)) === 'training') c.report = await call(`runs/report?run=${encodeURIComponent(name)}`);
      } catch (e) {
        c.error = e.message;
      }
    }));
    show();
  }

  async function more(name, c) {
    for (let part = { more: true }; part.more;) {
      part = await call(`runs/metrics?run=${encodeURIComponent(name)}&from=${c.next}`);
      if (part.from !== c.next) c.tables.clear(); // the file was written anew
      c.next = part.next;
      c.damaged += part.damaged;
      for (const t of part.tables) append(c.tables, t);
    }
  }

  // append adds a table of a part to those that are there.
  function append(tables, t) {
    if (!tables.has(t.kind)) tables.set(t.kind, { steps: [], columns: new Map() });
    const to = tables.get(t.kind), before = to.steps.length;
    for (const step of t.steps) to.steps.push(step);
    t.names.forEach((name, k) => {
      if (!to.columns.has(name)) to.columns.set(name, Array(before).fill(null));
      const column = to.columns.get(name);
      for (const v of t.columns[k]) column.push(v);
    });
    for (const column of to.columns.values()) while (column.length < to.steps.length) column.push(null);
  }

  const of = (name) => runs.find((r) => r.name === name);

  function show() {
    charts.forEach((kind, k) => {
      const series = [];
      for (const [name, c] of chosen) {
        for (const t of c.tables.values()) {
          for (const [measure, ys] of t.columns) {
            if (!kind.of(measure)) continue;
            const label = chosen.size > 1 ? `${name}: ${measure}` : measure;
            series.push({ name: label, style: `r${c.colour}${kind.dashed(measure) ? ' dashed' : ''}`, xs: t.steps, ys });
          }
        }
      }
      const level = (key, name) => [...new Set([...chosen.keys()].map((n) => of(n)?.[key]).filter((v) => v > 0))].map((y) => ({ name: `${name} ${y.toFixed(2)}`, y }));
      drawn[k].set(series, kind.levels ? [...level('uniform_loss', 'uniform'), ...level('unigram_loss', 'unigrams')] : []);
    });
    view.set({});
    showDifferences();
    showResults();
  }

  // showDifferences is a table of the settings in which the chosen runs differ; of one run, of all.
  function showDifferences() {
    const all = [...chosen.keys()].map(of).filter(Boolean);
    const values = (r) => ({ command: r.command, parameters: r.parameters.toLocaleString('en'), ...r.settings });
    const names = [...new Set(all.flatMap((r) => Object.keys(values(r))))];
    const differing = names.filter((n) => all.length === 1 || new Set(all.map((r) => values(r)[n])).size > 1);
    differences.replaceChildren(...(all.length === 0 ? [] : [
      el('h3', {}, all.length === 1 ? 'Settings' : 'Settings in which the runs differ'),
      differing.length === 0 ? el('p', { className: 'note' }, 'None.') : table(['', ...all.map((r) => r.name)], differing.map((n) => [n, ...all.map((r) => values(r)[n] ?? '–')]), 'Settings')]));
  }

  function showResults() {
    results.replaceChildren();
    for (const [name, c] of chosen) {
      const title = chosen.size > 1 ? `${name}: ` : '';
      if (c.error) results.append(el('p', { className: 'error' }, `${title}${c.error}`));
      if (c.damaged > 0) results.append(el('p', { className: 'note' }, `${title}${c.damaged} lines of the metrics cannot be read.`));
      for (const set of c.report?.sets ?? []) {
        results.append(el('h3', {}, `${title}${set.set}, ${set.rows.toLocaleString('en')} rows`), el('p', { className: 'note' },
          (set.measures ?? []).map((m) => `${m.name} ${m.value.toFixed(3)} (${m.low.toFixed(3)} to ${m.high.toFixed(3)}, blind ${m.baseline.toFixed(3)})`).join(', ')));
        if (set.classes?.length > 0) {
          results.append(table(['label', 'precision', 'recall', 'F1', 'rows', 'predicted'], set.classes.map((l) => [
            l.label, l.precision.toFixed(3), l.recall.toFixed(3), l.f1.toFixed(3), String(l.support), String(l.predicted)]), `Classes of ${set.set}`));
        }
      }
      for (const s of c.report?.samples ?? []) {
        const when = s.step > 0 ? `after update ${s.step.toLocaleString('en')}` : 'at its end';
        results.append(el('h3', {}, `${title}what it wrote ${when}`), el('p', { className: 'sample' }, s.text));
      }
    }
  }

  function table(head, lines, name) {
    return el('div', { className: 'wide', tabIndex: 0, role: 'region', 'aria-label': name }, el('table', {},
      el('thead', {}, el('tr', {}, ...head.map((h) => (h === '' ? el('td') : el('th', { scope: 'col' }, h))))),
      el('tbody', {}, ...lines.map(([first, ...rest]) => el('tr', {}, el('th', { scope: 'row' }, first), ...rest.map((v) => el('td', {}, v)))))));
  }

  // Live runs are asked about while somebody looks.
  async function tick() {
    if (busy || document.hidden || node.closest('[hidden]')) return;
    busy = true;
    try {
      await inTurn(follow);
    } catch { /* the server may be back soon */ } finally {
      busy = false;
    }
  }

  async function follow() {
    const answer = await call('runs');
    const before = new Map(runs.map((r) => [r.name, state(r)]));
    runs = answer.runs;
    if (runs.length !== before.size || runs.some((r) => before.get(r.name) !== state(r))) {
      for (const [name, c] of chosen) if (of(name) && state(of(name)) !== before.get(name)) c.report = null; // it may have results now
      showList(answer.more);
      await load();
    } else if ([...chosen.keys()].some((n) => of(n) && state(of(n)) === 'training')) {
      await load();
    }
  }

  const node = el('div', { className: 'columns mirrored' },
    el('div', {}, list, el('div', { className: 'row' }, el('label', { className: 'small' }, logX, ' log steps'), whole),
      el('p', { className: 'note' }, 'Drag over a curve to see a part of it. Dashed: held-out text or rows. By keyboard: arrows, + and −, 0.'),
      el('button', { type: 'button', className: 'quiet', click: () => app.link() }, 'Copy link')),
    el('div', {}, ...drawn.map((c) => c.node), differences, results));

  return {
    node,
    withoutModel: true,
    shown() {
      timer ??= setInterval(tick, often);
      app.attempt(() => inTurn(look));
    },
    state: () => ({ runs: JSON.stringify([...chosen.keys()]), ...(logX.checked ? { log: 1 } : {}) }),
    restore(s) {
      logX.checked = view.logX = s.log === '1';
      try {
        const read = JSON.parse(s.runs ?? 'null');
        if (Array.isArray(read)) {
          chosen.clear();
          wanted = read.map(String);
          app.attempt(() => inTurn(look));
        }
      } catch { /* a link that somebody changed */ }
    },
  };
}
