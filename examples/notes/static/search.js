// Search as you type. The lane is "replace": a new letter aborts the search for the letters before it.
const form = document.querySelector("[data-search]");

form?.addEventListener("input", () => search(form));
form?.addEventListener("submit", (event) => {
  event.preventDefault();
  search(form);
});

function search(form) {
  globalThis.action("search_notes", { q: form.elements.q.value }, { method: "GET", target: "#notes", sync: "replace" })
    // The page already shows the failure message, with a button that tries again.
    .catch(() => {});
}
