// Counts a text while it is typed, in UTF-16 code units of the text as the server will store it. It never cuts and never
// blocks; it says how much is too much, aloud only when a threshold is passed.

const fill = (pattern, values) => pattern.replace(/\{(\w+)\}/g, (_, name) => values[name]);

const number = new Intl.NumberFormat(document.documentElement.lang); // as the server prints them

// The server stores NFC with plain line ends, trimmed.
const length = (text) => text.replace(/\r\n?/g, '\n').normalize('NFC').trim().length;

function watch(box) {
  const input = document.getElementById(box.dataset.counter);
  const text = box.querySelector('[data-counter-text]');
  const live = box.querySelector('[data-counter-live]');
  if (!input || !text || !live) return;
  const limit = Number(box.dataset.limit);
  const rows = [...box.querySelectorAll('[data-counter-word]')].map((word) => ({ word, row: word.closest('[data-limit]') }));
  const zoneOf = (used) => (limit === 0 ? 0 : used > limit ? 2 : used > limit * 0.9 ? 1 : 0);
  let zone = zoneOf(length(input.value));
  let timer;

  const update = () => {
    const used = length(input.value);
    const over = limit > 0 ? Math.max(0, used - limit) : 0;
    const told = limit > 0 && (!('general' in box.dataset) || zoneOf(used) > 0);
    const pattern = over > 0 ? box.dataset.over : told ? box.dataset.of : box.dataset.used;
    text.textContent = fill(pattern, { used: number.format(used), limit: number.format(limit), over: number.format(over) });
    text.classList.toggle('is-over', over > 0);
    for (const { word, row } of rows) {
      const own = Number(row.dataset.limit);
      const fits = own === 0 || used <= own;
      word.textContent = fits ? box.dataset.fits : box.dataset.tooLong;
      row.classList.toggle('is-fine', fits);
      row.classList.toggle('is-over', !fits);
    }
    if (zoneOf(used) !== zone) {
      zone = zoneOf(used);
      clearTimeout(timer);
      timer = setTimeout(() => { live.textContent = text.textContent; }, 600);
    }
  };
  input.addEventListener('input', update);
  update();
}

document.querySelectorAll('[data-counter]').forEach(watch);
