// Saves a form while it is typed and says so. A copy of what is not yet saved stays in the browser until the server has
// confirmed it, so that neither a lost connection nor an expired session costs a word. The "save" button works as ever.
//
// POST <action>, Accept: application/json -> 200 {"revision": 4, "saved": "14:32"}, else {"error": "…"} with
// 409 (somebody else was faster), 401 or 403 (signed out), 422 (not accepted as it is).
//
// A page that gives back what was refused says so: data-unsaved="invalid" goes on saving by itself, data-unsaved="conflict"
// shows two texts and leaves the saving to the button. Both keep the copy until it has arrived.

const DELAY = 1500; // ms after the last key
const RETRY = 15000; // ms after a failure

const fill = (pattern, values) => pattern.replace(/\{(\w+)\}/g, (_, name) => values[name]);

// What people typed or chose, without hidden fields.
function entered(form) {
  return [...form.elements]
    .filter((e) => e.name && e.type !== 'hidden' && e.type !== 'submit' && e.type !== 'button' && e.type !== 'file' && e.type !== 'fieldset')
    .map((e) => [e.name, e.type === 'checkbox' || e.type === 'radio' ? [e.value, e.checked] : e.value.replace(/\r\n?/g, '\n')]);
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

// The browser may refuse storage (private window, full disk); then there is no copy and everything else works.
const store = {
  get(key) { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
  set(key, value) { try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* no copy */ } },
  drop(key) { try { localStorage.removeItem(key); } catch { /* no copy */ } },
};

function start(form) {
  const status = form.querySelector('[data-autosave-status]');
  const revision = form.elements.namedItem('revision');
  if (!status || !revision) return;
  const text = status.querySelector('[data-autosave-text]');
  const words = status.dataset;
  const action = form.getAttribute('action') || location.href;
  const key = 'pruefstein:' + (form.dataset.key || action);
  const unsaved = form.dataset.unsaved;
  let known = unsaved ? '' : JSON.stringify(entered(form)); // what the server has
  let timer = 0;
  let flight = null; // the request under way
  let stopped = unsaved === 'conflict'; // after a conflict only the button saves: its page shows both texts
  let leaving = false;

  const say = (message, warn = false) => {
    if (text.textContent !== message) text.textContent = message;
    text.dataset.state = warn ? 'warn' : 'fine';
  };
  const plan = (delay) => { clearTimeout(timer); timer = setTimeout(save, delay); };

  function save() {
    clearTimeout(timer);
    const now = JSON.stringify(entered(form));
    if (stopped || leaving || flight || now === known) return flight;
    say(words.saving);
    flight = post(now).finally(() => { flight = null; });
    return flight;
  }

  async function post(sent) {
    let response;
    let body = {};
    try {
      response = await fetch(action, {
        method: 'POST', headers: { Accept: 'application/json' }, body: new URLSearchParams(new FormData(form)), redirect: 'manual', keepalive: document.hidden,
      });
      body = await response.json().catch(() => ({}));
    } catch {
      say(words.offline, true);
      plan(RETRY);
      return;
    }
    if (response.ok && body.revision !== undefined) {
      revision.value = body.revision;
      known = sent;
      if (JSON.stringify(entered(form)) === sent) {
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

  const keep = () => store.set(key, { at: Date.now(), revision: revision.value, values: entered(form) });

  form.addEventListener('input', (event) => {
    if (!event.target.name) return;
    if (JSON.stringify(entered(form)) === known) { store.drop(key); return; }
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
    if (JSON.stringify(entered(form)) !== known) store.set(key, { at: Date.now(), revision: revision.value, values: entered(form), submitted: true });
  });
  addEventListener('online', save);
  addEventListener('pageshow', () => { leaving = false; });
  document.addEventListener('visibilitychange', () => { if (document.hidden) save(); });

  if (unsaved) { keep(); return; }

  // Is there a copy of an earlier visit that never arrived?
  const copy = store.get(key);
  const box = status.querySelector('[data-autosave-rescue]');
  if (!copy || !box) return;
  const arrived = JSON.stringify(copy.values) === known || (copy.submitted && Number(revision.value) > Number(copy.revision));
  if (arrived) { store.drop(key); return; }
  box.querySelector('p').textContent = fill(box.dataset.text, { time: dayTime(form, copy.at) });
  box.hidden = false;
  box.querySelector('[data-take]').addEventListener('click', () => { box.hidden = true; enter(form, copy.values); });
  box.querySelector('[data-drop]').addEventListener('click', () => { box.hidden = true; store.drop(key); });
}

document.querySelectorAll('form[data-autosave]').forEach(start);
