// Results as one types. The lane is "replace": a new letter ends the search for the letters before it.

/** How long somebody who types has to pause before it is worth asking, in milliseconds. */
const PAUSE = 120;

let timer;
/** Whether this search has an entry of its own in the history, which the next letter changes. */
let pushed = false;

addEventListener("input", ({ target }) => {
  const form = target.closest("form[data-search]");
  if (!form) return;
  clearTimeout(timer);
  timer = setTimeout(search, PAUSE, form);
});

// Sent, the form leads to its own address: there is nothing left to ask for, and what is typed next is another search.
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
    // That the connection was lost stands on the page already, with a way to try again.
  }
}
