// Saves text while it is typed, so that it is not lost with the tab.

/** Idle time after the last letter before saving, in milliseconds. */
const PAUSE = 400;

let timer;

addEventListener("input", ({ target }) => {
  const form = target.closest("form[data-keep]");
  if (!form) return;
  clearTimeout(timer);
  timer = setTimeout(keep, PAUSE, form);
});

// The submit saves the text itself.
addEventListener("submit", () => clearTimeout(timer));

function keep(form) {
  // In a queue, so that an older text does not arrive last.
  globalThis.action(form.dataset.keep, Object.fromEntries(new FormData(form)), { sync: "queue" })
    // The page already shows a failure message, with a button to try again.
    .catch(() => {});
}
