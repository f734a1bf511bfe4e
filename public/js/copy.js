// Adds a button that copies a text. Where the browser does not allow it, the text is selected instead.

function offer(box) {
  const button = box.querySelector('button');
  const field = box.querySelector('input, textarea');
  const word = box.querySelector('[data-copy-word]');
  if (!button || !field || !word) return;
  const idle = word.textContent;
  word.setAttribute('aria-live', 'polite');
  button.hidden = false;
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(field.value);
      word.textContent = box.dataset.copied;
    } catch {
      field.select();
      word.textContent = box.dataset.failed;
    }
    setTimeout(() => { word.textContent = idle; }, 4000);
  });
}

document.querySelectorAll('[data-copy]').forEach(offer);
