// Saves a form while it is typed and says so. A copy of what is not yet saved stays in the browser until the server has
// it, so that neither a lost connection nor an expired session costs a word. The "save" button works as ever.
//
// POST <action>, Accept: application/json -> 200 {"revision": 4, "saved": "14:32"}, else {"error": "…"} with
// 409 (somebody else was faster), 401 or 403 (signed out), 422 (not accepted as it is).
//
// A form with data-rescue instead of data-autosave keeps the copy alone: saving is up to its buttons.
//
// A page that gives back what was refused says so: data-unsaved="invalid" goes on saving by itself, data-unsaved="conflict"
// shows two texts and leaves the saving to the button. Both keep the copy until it has arrived.
//
// A copy has arrived when the form comes with the same values, or when a page names its last press of a button as stored:
// as "sent" in its address, or as data-stored of a form. Every opened page keeps a copy of its own, so that two tabs do not
// erase each other's.

const DELAY = 1500; // ms after the last key
const RETRY = 15000; // ms after a failure
const KEEPALIVE = 60000; // bytes; browsers refuse more than 64 KiB from a page that is being left
const PREFIX = 'pruefstein:';

const fill = (pattern, values) => pattern.replace(/\{(\w+)\}/g, (_, name) => values[name]);

// What people typed or chose, without hidden fields, as the server will store it: NFC with plain line ends, trimmed.
function entered(form) {
  return [...form.elements]
    .filter((e) => e.name && e.type !== 'hidden' && e.type !== 'submit' && e.type !== 'button' && e.type !== 'file' && e.type !== 'fieldset')
    .map((e) => [e.name, e.type === 'checkbox' || e.type === 'radio' ? [e.value, e.checked] : e.value.replace(/\r\n?/g, '\n').normalize('NFC').trim()]);
}

// The day and time as the pages print them: in the zone of the deadline, which the form names.
function dayTime(form, at) {
  const lang = document.documentElement.lang;
  const look = lang === 'de' ? { day: '2-digit', month: '2-digit', year: 'numeric' } : { day: 'numeric', month: 'short', year: 'numeric' };
  const show = (timeZone) => new Intl.DateTimeFormat(lang === 'en' ? 'en-GB' : lang, { ...look, hour: '2-digit', minute: '2-digit', timeZone }).format(at);
  try { return show(form.dataset.zone || undefined); } catch { return show(); } // a zone the browser does not know
}

function enter(form, values) {
  for (const [name, value] of values) {
    for (const e of form.elements) {
      if (e.name !== name || e.type === 'hidden') continue;
      if (!Array.isArray(value)) e.value = value;
      else if (e.value === value[0]) e.checked = value[1];
      e.dispatchEvent(new Event('input', { bubbles: true }));
    }
  }
}

const unique = () => Date.now().toString(36) + Math.random().toString(36).slice(2);

// The browser may refuse storage (private window, full disk); then there is no copy and everything else works.
const store = {
  set(key, value) { try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* no copy */ } },
  drop(key) { try { localStorage.removeItem(key); } catch { /* no copy */ } },
  // The copies whose keys begin like this, the newest first.
  list(prefix) {
    try {
      return Object.keys(localStorage).filter((key) => key.startsWith(prefix)).map((key) => {
        const raw = localStorage.getItem(key);
        return { ...JSON.parse(raw), key, raw };
      }).sort((a, b) => b.at - a.at);
    } catch { return []; }
  },
  // Drops a copy that was read, unless its own page has written on.
  done(copy) { try { if (localStorage.getItem(copy.key) === copy.raw) localStorage.removeItem(copy.key); } catch { /* no copy */ } },
};

function start(form) {
  const status = form.querySelector('[data-autosave-status]');
  const revision = form.elements.namedItem('revision');
  if (!status || !revision) return;
  const text = status.querySelector('[data-autosave-text]');
  const words = status.dataset;
  const posts = form.hasAttribute('data-autosave');
  const action = form.getAttribute('action');
  const prefix = PREFIX + form.dataset.key + '#';
  const unsaved = form.dataset.unsaved;
  const receipt = document.createElement('input');
  receipt.type = 'hidden';
  receipt.name = 'sent';
  const state = () => JSON.stringify(entered(form));
  let key = prefix + unique();
  let known = unsaved ? '' : state(); // what the server has
  let timer = 0;
  let flight = null; // the request under way
  let stopped = unsaved === 'conflict'; // after a conflict only the button saves: its page shows both texts
  let leaving = false;

  const say = (message, warn = false) => {
    if (text.textContent !== message) text.textContent = message;
    text.dataset.state = warn ? 'warn' : 'fine';
  };
  const plan = (delay) => { clearTimeout(timer); timer = setTimeout(save, delay); };
  const keep = () => store.set(key, { at: Date.now(), action: form.getAttribute('action'), revision: revision.value, values: entered(form), sent: receipt.value });

  function save() {
    clearTimeout(timer);
    const now = state();
    if (!posts || stopped || leaving || flight || now === known) return flight;
    say(words.saving);
    flight = post(now).finally(() => { flight = null; });
    return flight;
  }

  async function post(sent) {
    let response;
    let body = new URLSearchParams(new FormData(form));
    try {
      response = await fetch(action, {
        method: 'POST', headers: { Accept: 'application/json' }, body, redirect: 'manual', keepalive: document.hidden && String(body).length < KEEPALIVE,
      });
      body = await response.json().catch(() => ({}));
    } catch {
      say(words.offline, true);
      plan(RETRY);
      return;
    }
    if (stopped) return; // a copy of another revision was taken meanwhile
    if (response.ok && body.revision !== undefined) {
      revision.value = body.revision;
      known = sent;
      if (state() === sent) {
        store.drop(key);
        say(fill(words.saved, { time: body.saved }));
      } else {
        keep();
        plan(DELAY);
      }
    } else if (response.status === 409) {
      stopped = true;
      say(body.error || words.conflict, true);
    } else if (response.status === 401 || response.status === 403 || response.type === 'opaqueredirect') {
      say(words.signedOut, true);
      plan(RETRY);
    } else {
      say(body.error || words.failed, true);
      if (response.status >= 500) plan(RETRY);
    }
  }

  form.addEventListener('input', (event) => {
    if (!event.target.name) return;
    if (state() === known) { store.drop(key); return; }
    keep();
    if (stopped) return;
    if (!flight) say(words.unsaved);
    plan(DELAY);
  });
  form.addEventListener('change', () => plan(300));

  // A click on "save" waits for the request under way: it would else be refused as a stale revision of one's own.
  form.addEventListener('submit', (event) => {
    if (flight) {
      event.preventDefault();
      flight.then(() => form.requestSubmit(event.submitter));
      return;
    }
    leaving = true;
    clearTimeout(timer);
    if (state() === known) return;
    receipt.value = unique();
    form.append(receipt);
    keep();
  });
  addEventListener('online', save);
  addEventListener('pageshow', () => { leaving = false; });
  document.addEventListener('visibilitychange', save);

  // Copies of this form that are here already have arrived. A form that is new takes in all of its kind.
  if (unsaved) keep();
  const others = store.list(prefix).filter((c) => c.key !== key && (c.action === action || !Number(revision.value)));
  const arrived = (c) => JSON.stringify(c.values) === state();
  others.filter(arrived).forEach(store.done);
  const waiting = others.filter((c) => !arrived(c));
  const box = status.querySelector('[data-autosave-rescue]');
  if (unsaved || !box) return;
  let copy;
  const offer = () => {
    copy = waiting.shift();
    box.hidden = !copy;
    if (copy) box.querySelector('p').textContent = fill(box.dataset.text, { time: dayTime(form, copy.at) });
  };
  box.querySelector('[data-take]').addEventListener('click', () => {
    box.hidden = true;
    key = prefix + unique(); // what was typed here so far keeps its copy
    form.setAttribute('action', copy.action);
    // What was saved since the copy was typed must be seen before it is replaced: the button leads to both texts.
    if (copy.revision !== revision.value) {
      stopped = true;
      revision.value = copy.revision;
      say(words.conflict, true);
    }
    enter(form, copy.values);
    keep();
    store.done(copy);
  });
  box.querySelector('[data-drop]').addEventListener('click', () => { store.done(copy); offer(); });
  offer();
}

const stored = [new URLSearchParams(location.search).get('sent'), ...[...document.querySelectorAll('form[data-stored]')].map((form) => form.dataset.stored)];
store.list(PREFIX).filter((copy) => copy.sent && stored.includes(copy.sent)).forEach(store.done);
document.querySelectorAll('form[data-autosave], form[data-rescue]').forEach(start);
