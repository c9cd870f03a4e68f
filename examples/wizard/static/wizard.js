// Saves text while it is typed, so that it is not lost with the tab.

/** Pause in typing after which the values are saved, in milliseconds. */
const PAUSE = 400;

let timer;

addEventListener("input", ({ target }) => {
  const form = target.closest("form[data-keep]");
  if (!form) return;
  clearTimeout(timer);
  timer = setTimeout(keep, PAUSE, form);
});

// The submit saves the values itself.
addEventListener("submit", () => clearTimeout(timer));

function keep(form) {
  // In a queue, so that earlier input does not arrive last.
  globalThis.action(form.dataset.keep, Object.fromEntries(new FormData(form)), { sync: "queue" })
    // The page already shows the failure message, with a button that tries again.
    .catch(() => {});
}
