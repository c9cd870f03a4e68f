// Keeps what is typed, so that nothing is lost with the tab.

/** How long somebody who types has to pause before it is worth keeping, in milliseconds. */
const PAUSE = 400;

let timer;

addEventListener("input", ({ target }) => {
  const form = target.closest("form[data-keep]");
  if (!form) return;
  clearTimeout(timer);
  timer = setTimeout(keep, PAUSE, form);
});

// What is sent is kept by that.
addEventListener("submit", () => clearTimeout(timer));

function keep(form) {
  // In a queue: what was typed first must not arrive last.
  globalThis.action(form.dataset.keep, Object.fromEntries(new FormData(form)), { sync: "queue" })
    // That the connection was lost stands on the page already, with a way to try again.
    .catch(() => {});
}
