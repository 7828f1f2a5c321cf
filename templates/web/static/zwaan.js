// What a page cannot do without a script: copy a text, keep the keyboard's place, count the seconds in
// which something can be undone, keep the last words of somebody who leaves in the middle of a text
// or an answer, and say that there is no connection.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  const text = source.value ?? source.textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // No permission, or no encrypted connection: select it, so that the person can copy.
    const change = cardOf(source)?.querySelector(".change");
    if (change) change.checked = true;
    source.focus();
    source.select?.();
    return;
  }
  const before = button.textContent;
  button.textContent = button.dataset.copied;
  setTimeout(() => { button.textContent = before; }, 2000);
});

// A decision replaces the card under one's hands: the keyboard goes on from the new one, and what became
// of it is in sight.
document.addEventListener("htmx:afterSettle", (event) => {
  const card = event.target;
  if (!card.matches?.("article.post") || event.detail.requestConfig?.verb !== "post") return;
  if (document.activeElement === document.body) card.focus({ preventScroll: true });
  if (card.getBoundingClientRect().top < 0) card.scrollIntoView();
});

document.addEventListener("change", (event) => {
  if (event.target.matches(".change:checked")) cardOf(event.target).querySelector("[data-keep]").focus();
});

const countDown = () => {
  for (const shown of document.querySelectorAll("[data-seconds]")) {
    const left = shown.dataset.seconds - 1;
    if (left < 0) continue;
    shown.dataset.seconds = left;
    shown.textContent = left ? `${left} s` : "";
  }
};
setInterval(countDown, 1000);

// What is typed is kept a moment after the last key (htmx). Whoever leaves sooner sends the rest on
// the way out; should the next page be faster than that, it finds the text here.
const boxes = () => document.querySelectorAll("textarea[data-keep]");
const noteOf = (box) => `typed ${box.dataset.keep}`;

const cardOf = (element) => element.closest?.("article.post");

// A decision waits for what was typed before it; nothing of that may arrive after it.
document.addEventListener("htmx:confirm", (event) => {
  const card = cardOf(event.target);
  const box = card?.querySelector("[data-keep]");
  if (!box) return;
  if (event.target === box) {
    if (card.decided) event.preventDefault();
  } else if (event.detail.target === card) {
    card.decided = true;
    if (!box.saving) return;
    event.preventDefault();
    box.addEventListener("htmx:afterRequest", () => event.detail.issueRequest(true), { once: true });
  }
});

document.addEventListener("htmx:beforeSend", (event) => {
  if (event.target.dataset.keep) event.target.saving = true;
});

document.addEventListener("htmx:afterRequest", (event) => {
  const { elt, target, successful, requestConfig } = event.detail;
  if (elt.dataset.keep) {
    elt.saving = false;
    if (successful) elt.keptText = requestConfig.parameters.text;
  } else if (target === cardOf(elt)) target.decided = false;
});

const leave = () => {
  for (const box of boxes()) {
    if (cardOf(box).decided || box.value === (box.keptText ?? box.defaultValue)) continue;
    const version = box.form.elements.version.value;
    sessionStorage.setItem(noteOf(box), JSON.stringify({ version, text: box.value }));
    const form = new FormData(box.form);
    if (navigator.sendBeacon(`/inbox/${box.dataset.keep}/measure`, form)) box.keptText = box.value;
  }
};
addEventListener("pagehide", leave);
document.addEventListener("visibilitychange", () => { if (document.hidden) leave(); });

document.addEventListener("DOMContentLoaded", () => {
  for (const box of boxes()) {
    const left = JSON.parse(sessionStorage.getItem(noteOf(box)));
    if (!left || left.version !== box.form.elements.version.value || left.text === box.value) continue;
    box.value = left.text;
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }
  for (const name of Object.keys(sessionStorage)) if (name.startsWith("typed ")) sessionStorage.removeItem(name);
});

// An answer is on its way once it is sent; until then this window keeps it, beside what stood there before.
const ANSWERS = ".question textarea";
const answerOf = (field) => `answer ${field.id}`;
document.addEventListener("input", ({ target }) => {
  if (!target.matches(ANSWERS)) return;
  sessionStorage.setItem(answerOf(target), JSON.stringify({ before: target.defaultValue, text: target.value }));
});
const bringAnswers = () => {
  for (const field of document.querySelectorAll(ANSWERS)) {
    const left = JSON.parse(sessionStorage.getItem(answerOf(field)));
    if (!left || left.text === field.value) continue;
    if (left.before !== field.defaultValue) sessionStorage.removeItem(answerOf(field));
    else {
      field.value = left.text;
      field.closest("details").open = true;
    }
  }
};
document.addEventListener("htmx:afterSettle", bringAnswers);
document.addEventListener("DOMContentLoaded", () => {
  if (document.querySelector(".account")) return bringAnswers();
  for (const name of Object.keys(sessionStorage)) if (name.startsWith("answer ")) sessionStorage.removeItem(name);
});

// Only over an encrypted connection, or on one's own machine; elsewhere the browser's own page will do.
navigator.serviceWorker?.register("/static/service-worker.js", { scope: "/" }).catch(() => {});
