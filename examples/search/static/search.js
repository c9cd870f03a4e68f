// Results while typing. The lane is "replace": each search aborts the one before it.

/** Pause in typing after which the search starts, in milliseconds. */
const PAUSE = 120;

let timer;
/** `true` if this search has its own history entry, which the next letter replaces. */
let pushed = false;

addEventListener("input", ({ target }) => {
  const form = target.closest("form[data-search]");
  if (!form) return;
  clearTimeout(timer);
  timer = setTimeout(search, PAUSE, form);
});

// The submitted form loads its own URL, so that the pending search is not needed; the next letter starts a new search.
addEventListener("submit", () => {
  clearTimeout(timer);
  pushed = false;
});
addEventListener("hyper:history:restore:after", () => pushed = false);

async function search(form) {
  const data = { ...Object.fromEntries(new FormData(form)), push: !pushed };
  try {
    const { ok } = await globalThis.action("search", data, { method: "GET", url: "/", target: "#results" });
    pushed ||= ok;
  } catch {
    // The page already shows the failure message, with a button that tries again.
  }
}
