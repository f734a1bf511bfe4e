// Asks before a page is left with typed text that would be lost: of a form that was changed since it came, or that came back
// from the server with what it had not saved (data-typed). Forms that save themselves, or have no text, need none of it; a
// form with data-carries takes along what the others came with.

const text = 'textarea, input:is([type="text"], [type="email"], [type="url"], [type="date"], [type="datetime-local"], [type="file"])';
const forms = [...document.querySelectorAll('main form[method="post"]:not([data-autosave])')]
  .filter((form) => [...form.elements].some((e) => e.matches(text)));

const entered = (form) => JSON.stringify([...new FormData(form)].map(([name, value]) => [name, value.name ?? value]));

// The page is the answer to the form that posts here, and gives back what it holds.
const refused = (form) => 'typed' in document.body.dataset && [...form.elements].some((e) => e.matches(text) && e.value)
  && [form, ...form.elements].some((e) => [e.getAttribute('action'), e.getAttribute('formaction')].includes(location.pathname));

const known = new Map(forms.map((form) => [form, entered(form)]));
const unsaved = new Set(forms.filter(refused));
// The form being sent, for as long as the page is being left for it: who stays after all, or got a download, is asked again.
let sent;
addEventListener('submit', (event) => {
  sent = event.target;
  setTimeout(() => { sent = undefined; }, 1000);
});
addEventListener('beforeunload', (event) => {
  const left = (form) => entered(form) !== known.get(form) || unsaved.has(form) && !('carries' in (sent?.dataset ?? {}));
  if (forms.some((form) => form !== sent && left(form))) event.preventDefault();
  if (event.defaultPrevented) sent = undefined;
});
