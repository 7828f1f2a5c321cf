// What a page cannot do without a script: copy a text, and keep the keyboard's place.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  const text = source.value ?? source.textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // No permission, or no encrypted connection: select it, so that the person can copy.
    source.focus();
    source.select?.();
    return;
  }
  const before = button.textContent;
  button.textContent = button.dataset.copied;
  setTimeout(() => { button.textContent = before; }, 2000);
});

// A decision replaces the card under one's hands: the keyboard goes on from the new one.
document.addEventListener("htmx:afterSettle", (event) => {
  const card = event.target.closest?.("article.post");
  const decided = event.detail.requestConfig?.verb === "post";
  if (card && decided && document.activeElement === document.body) card.focus({ preventScroll: true });
});
