// Write: a text grows token by token, and the reader may choose each.
import { call, stream } from './api.js';
import { addToken, el, field, percent, roving, slider, visible } from './dom.js';
import { decode, drawn, entropy } from './sampling.js';

export const id = 'write', title = 'Write';

const bars = 15; // tokens shown

export function make(app) {
  // tokens are the text, { id, text } each. The first given of them are the prompt. The model continues after token number at, beyond
  // which stand those that were written before.
  let now = { tokens: [], given: 0, at: 0 };
  let past = []; // what now was, for undo
  let branches = []; // texts that were left, as now was
  let next = null; // { tokens, logProbs } of what follows
  let running = null; // an AbortController

  const prompt = el('textarea', { rows: 2, value: 'one day', spellcheck: false });
  const count = el('input', { type: 'number', min: 1, max: 500, value: 40 });
  const seed = el('input', { type: 'number', min: 0, value: 1 });
  const text = el('div', { className: 'text', role: 'group', 'aria-label': 'The text' });
  const live = el('p', { className: 'hidden', 'aria-live': 'polite' });
  const list = el('div', { className: 'bars', role: 'group', 'aria-label': 'Likeliest next tokens' });
  const facts = el('p', { className: 'note' });
  const left = el('div', { className: 'branches' });
  const temperature = slider('Temperature', { min: 0, max: 2, step: 0.05, value: 1, format: (x) => x.toFixed(2) }, showBars);
  const topK = slider('Top k', { min: 0, max: 100, step: 1, value: 0, format: (x) => (x === 0 ? 'all' : String(x)) }, showBars);
  const topP = slider('Top p', { min: 0.05, max: 1, step: 0.01, value: 1, format: (x) => x.toFixed(2) }, showBars);
  const go = el('button', { className: 'main', type: 'button', click: () => app.attempt(write) }, 'Write');
  const stop = el('button', { type: 'button', disabled: true, click: () => running?.abort() }, 'Stop');
  const back = el('button', { type: 'button', disabled: true, click: undo }, 'Undo');
  roving(text);
  roving(list);

  let typing = null; // the timer of a change of the prompt
  prompt.addEventListener('input', () => {
    clearTimeout(typing);
    typing = setTimeout(() => app.attempt(() => begin(prompt.value)), 300);
  });

  // change makes a new text, and keeps the old one for undo.
  function change(to) {
    past.push({ now, branches });
    now = to;
  }

  function undo() {
    running?.abort();
    ({ now, branches } = past.pop());
    app.attempt(follow);
  }

  // begin starts with a prompt, a text or token ids.
  async function begin(what, given) {
    running?.abort();
    clearTimeout(typing);
    typing = null;
    if (what.length === 0 || (typeof what === 'string' && what.trim() === '')) {
      change({ tokens: [], given: 0, at: 0 });
      return follow();
    }
    await ask(what);
    change({ tokens: next.prompt, given: given ?? next.prompt.length, at: next.prompt.length });
    show();
  }

  // follow asks what follows the text, and shows it.
  async function follow() {
    show();
    try {
      await ask(now.tokens.slice(0, now.at).map((t) => t.id));
    } finally {
      show();
    }
  }

  let asked = 0; // number of the last question: an older answer is not shown
  // ask asks what follows a text or token ids. Until the answer is there, the bars are those of another place, and cannot be taken.
  async function ask(what) {
    const mine = ++asked;
    let answer = null;
    list.setAttribute('aria-busy', 'true');
    try {
      if (what.length > 0) answer = await call('next', { model: app.model, prompt: what, top: bars });
    } finally {
      if (mine === asked) {
        next = answer && { prompt: answer.prompt, tokens: answer.tokens, logProbs: decode(answer.logprobs) };
        list.setAttribute('aria-busy', 'false');
      }
    }
    if (mine !== asked) throw new DOMException('a later question', 'AbortError');
  }

  // cut returns the text up to where the model continues. What stood behind becomes a branch.
  function cut() {
    if (now.at < now.tokens.length) branches = [...branches, now];
    return now.tokens.slice(0, now.at);
  }

  // take chooses the next token.
  async function take(token) {
    if (list.ariaBusy === 'true') return;
    const follows = now.tokens[now.at];
    if (follows?.id === token.id) { // the one that is there
      change({ ...now, at: now.at + 1 });
    } else {
      const before = branches, tokens = [...cut(), { id: token.id, text: token.text }];
      past.push({ now, branches: before });
      now = { tokens, given: Math.min(now.given, now.at), at: tokens.length };
    }
    live.textContent = `${token.text.trim()} taken`;
    await follow();
    list.querySelector('button')?.focus();
  }

  // write lets the model continue.
  async function write() {
    if (prompt.value.trim() === '') throw new Error('There is no prompt: type at least one word.');
    if (typing !== null || now.tokens.length === 0) await begin(prompt.value);
    const before = { now, branches }, tokens = cut();
    past.push(before);
    now = { tokens, given: Math.min(now.given, now.at), at: tokens.length };
    show();
    list.setAttribute('aria-busy', 'true');
    const mine = running = new AbortController();
    go.disabled = true;
    stop.disabled = false;
    try {
      const events = stream('v1/completions', {
        model: app.model, prompt: tokens.map((t) => t.id), max_tokens: Number(count.value), seed: Number(seed.value), logprobs: 0,
        temperature: temperature.value, top_k: topK.value, top_p: topP.value, return_token_ids: true, stream: true,
      }, mine.signal);
      for await (const { choices: [c] } of events) {
        (c?.token_ids ?? []).forEach((id, i) => tokens.push({ id, text: c.logprobs?.tokens[i] ?? '' }));
        now.at = tokens.length;
        grow();
      }
      live.textContent = tokens.map((t) => t.text).join('');
    } catch (e) {
      if (e.name !== 'AbortError') app.say(e.message, true); // what is written stays
    } finally {
      go.disabled = false;
      stop.disabled = true;
      if (running === mine) running = null;
    }
    if (now.tokens === tokens) await follow();
  }

  // part is a token of the text, which can be gone back to.
  function part(t, i) {
    const name = i < now.given ? 'given' : 'written';
    return el('button', {
      type: 'button', className: `${name}${i >= now.at ? ' beyond' : ''}`, tabIndex: i === 0 ? 0 : -1, 'aria-label': `${t.text.trim()}: continue after it`,
      click: () => app.attempt(async () => {
        running?.abort();
        change({ ...now, at: i + 1 });
        await follow();
      }),
    }, t.text.trim());
  }

  // grow shows tokens that the text has and the page has not.
  function grow() {
    const have = text.querySelectorAll('button').length;
    now.tokens.slice(have).forEach((t, i) => addToken(text, t.text, part(t, have + i)));
  }

  function show() {
    text.replaceChildren();
    grow();
    if (now.at < now.tokens.length) text.querySelectorAll('button')[now.at].before(el('span', { className: 'caret', 'aria-hidden': 'true' }));
    back.disabled = past.length === 0;
    left.hidden = branches.length === 0;
    left.replaceChildren(el('h3', {}, 'Branches left'), ...branches.map((b, i) => el('button', {
      type: 'button', className: 'branch',
      click: () => app.attempt(async () => {
        past.push({ now, branches });
        branches = branches.with(i, now);
        now = { ...b, at: b.tokens.length };
        await follow();
      }),
    }, b.tokens.map((t) => t.text).join(''))));
    showBars();
  }

  function showBars() {
    if (!next) {
      list.replaceChildren();
      facts.textContent = 'Type a prompt to see what may follow it.';
      return;
    }
    const p = drawn(next.logProbs, { temperature: temperature.value, topK: topK.value, topP: topP.value });
    list.replaceChildren(...next.tokens.map((t, i) => {
      const own = Math.exp(t.logprob), chance = p[i] ?? 0;
      const mark = el('i', { className: 'own' }), fill = el('i', { className: 'fill' });
      mark.style.width = `${100 * own}%`;
      fill.style.width = `${100 * chance}%`;
      return el('button', {
        type: 'button', className: chance > 0 ? 'bar' : 'bar out', tabIndex: i === 0 ? 0 : -1, 'data-p': chance,
        'aria-label': `Take ${t.text.trim()}, ${percent(chance)}`, click: () => app.attempt(() => take(t)),
      }, el('span', { className: 'token' }, visible(t.text)), el('span', { className: 'track' }, mark, fill), el('span', { className: 'figure' }, chance > 0 ? percent(chance) : '–'));
    }));
    facts.textContent = `${p.length.toLocaleString('en')} of ${next.logProbs.length.toLocaleString('en')} tokens can be drawn. `
      + `Entropy: ${entropy(p).toFixed(2)} bits. The model alone: ${entropy(next.logProbs.map(Math.exp)).toFixed(2)} bits.`;
  }

  const node = el('div', { className: 'columns' },
    el('div', {},
      field('Prompt', prompt),
      el('div', { className: 'row' }, go, stop, back,
        el('label', { className: 'small' }, 'tokens ', count), el('label', { className: 'small' }, 'seed ', seed),
        el('button', { type: 'button', className: 'quiet', click: () => app.link() }, 'Copy link')),
      text, live, left),
    el('aside', { 'aria-label': 'Next token' },
      el('h2', {}, 'Next token'), temperature.node, topK.node, topP.node, list, facts,
      el('p', { className: 'note' }, 'A bar is the probability with which a token is drawn; the line under it is the model’s own. Choose a bar to take its token, or a word of the text to go back to it. A dot is a space: without one, a token continues a word.')));

  return {
    node,
    state: () => ({
      text: prompt.value, ids: now.tokens.map((t) => t.id).join('.'), given: now.given, at: now.at,
      seed: seed.value, tokens: count.value, t: temperature.value, k: topK.value, p: topP.value,
    }),
    restore(s) {
      if (s.text !== undefined) prompt.value = s.text;
      for (const [input, key] of [[seed, 'seed'], [count, 'tokens'], [temperature, 't'], [topK, 'k'], [topP, 'p']]) {
        if (s[key] !== undefined) input.value = s[key];
      }
      past = [];
      branches = [];
      app.attempt(async () => {
        const ids = (s.ids ?? '').split('.').filter(Boolean).map(Number);
        if (ids.length === 0) {
          await begin(prompt.value);
        } else {
          await begin(ids, Number(s.given));
          const at = Number(s.at);
          if (at > 0 && at < ids.length) {
            now.at = at;
            await follow();
          }
        }
        past = [];
        show();
      });
    },
    modelChanged: () => app.attempt(async () => { // its tokens have other ids
      await begin(prompt.value);
      past = [];
      branches = [];
      show();
    }),
  };
}
