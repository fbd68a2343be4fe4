// The routes of the server. The key is sent as a header and kept for this browser tab, never put into the address.

let key = sessionStorage.getItem('gorgpt-key') ?? '';
let ask; // asks for the key

// onKeyNeeded sets the function that asks for a key. It gets what was wrong with the last one and returns a promise of a new one.
export function onKeyNeeded(f) { ask = f; }

async function send(path, body, signal) {
  for (let tried = false; ; tried = true) {
    const headers = body ? { 'Content-Type': 'application/json' } : {};
    if (key) headers.Authorization = `Bearer ${key}`;
    const answer = await fetch(path, { method: body ? 'POST' : 'GET', headers, body: body && JSON.stringify(body), signal });
    if (answer.status !== 401) return answer;
    const used = headers.Authorization;
    key = await ask(tried && used ? 'This is not the server’s key.' : '');
    sessionStorage.setItem('gorgpt-key', key);
  }
}

// check returns an answer, or throws what the server says is wrong.
async function check(answer) {
  if (answer.ok) return answer;
  let message = `the server answered ${answer.status}`;
  try {
    message = (await answer.json()).error.message;
  } catch { /* it is not from this server */ }
  throw new Error(message);
}

// call asks a route and returns its answer. Without a body it is a GET.
export async function call(path, body, signal) {
  return (await check(await send(path, body, signal))).json();
}

// text asks a route and returns its answer as text.
export async function text(path, body) {
  return (await check(await send(path, body))).text();
}

// ready reports whether the models are open.
export async function ready() { return (await fetch('health')).ok; }

// stream asks a route for events and yields each.
export async function* stream(path, body, signal) {
  const answer = await check(await send(path, body, signal));
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let rest = ''; ;) {
    const { value, done } = await reader.read();
    if (done) throw new Error('the server ended the answer too early');
    const events = (rest + value).split('\n\n');
    rest = events.pop();
    for (const event of events) {
      const data = event.replace(/^data: /, '');
      if (data === '[DONE]') return;
      const part = JSON.parse(data);
      if (part.error) throw new Error(part.error.message);
      yield part;
    }
  }
}
