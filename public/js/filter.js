// Shows only the parties whose boxes are ticked; none ticked shows all. The choice is kept in the address, so that it can
// be sent to somebody. Without script the boxes stay hidden and all parties are there.

function offer(fieldset) {
  const parameter = fieldset.dataset.filter;
  const boxes = [...fieldset.querySelectorAll('input[type="checkbox"]')];
  const items = [...document.querySelectorAll('[data-party]')];
  const count = document.querySelector('[data-filter-count]');
  const all = fieldset.querySelector('[data-filter-all]');

  const apply = () => {
    const chosen = new Set(boxes.filter((b) => b.checked).map((b) => b.value));
    for (const item of items) item.hidden = chosen.size > 0 && !chosen.has(item.dataset.party);
    if (count) count.textContent = count.dataset.text.replace('{shown}', chosen.size || boxes.length).replace('{all}', boxes.length);
    return chosen;
  };
  const read = () => {
    const wanted = new Set((new URLSearchParams(location.search).get(parameter) || '').split(','));
    for (const box of boxes) box.checked = wanted.has(box.value);
    apply();
  };
  const write = () => {
    const address = new URL(location.href);
    const chosen = [...apply()];
    if (chosen.length > 0) address.searchParams.set(parameter, chosen.join(','));
    else address.searchParams.delete(parameter);
    history.replaceState(null, '', address.href.replaceAll('%2C', ','));
  };

  fieldset.hidden = false;
  fieldset.addEventListener('change', write);
  if (all) all.addEventListener('click', () => { for (const box of boxes) box.checked = false; write(); });
  addEventListener('popstate', read);
  read();
}

document.querySelectorAll('fieldset[data-filter]').forEach(offer);
