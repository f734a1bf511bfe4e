// Adds buttons that copy a text. Where the browser does not allow it, the text is selected instead.

function arm(button, field, box) {
  const word = button.querySelector('[data-copy-word]');
  if (!field || !word) return;
  const idle = word.textContent;
  word.setAttribute('aria-live', 'polite');
  button.hidden = false;
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(field.value);
      word.textContent = box.dataset.copied;
    } catch {
      const folded = field.closest('details');
      if (folded) folded.open = true;
      field.select();
      word.textContent = box.dataset.failed;
    }
    setTimeout(() => { word.textContent = idle; }, 4000);
  });
}

document.querySelectorAll('[data-copy]').forEach((box) => {
  const button = box.querySelector('button');
  if (button) arm(button, box.querySelector('input, textarea'), box);
});

// Buttons that stand apart from their field, which is folded away.
document.querySelectorAll('[data-copy-buttons]').forEach((box) => {
  box.hidden = false;
  box.querySelectorAll('[data-copy-from]').forEach((button) => arm(button, document.getElementById(button.dataset.copyFrom), box));
});
