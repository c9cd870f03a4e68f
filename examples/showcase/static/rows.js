// Adds a row to a formset: clones its `<template>` and replaces `__index__` with the next index.
const ATTRIBUTES = ["id", "name", "for", "aria-describedby"];

for (const button of document.querySelectorAll("[data-add-row]")) button.hidden = false;

// Listens on the document, so that it still works after the form was replaced.
document.addEventListener("click", ({ target }) => {
  const rows = target.closest("[data-add-row]")?.closest("form").querySelector("[data-rows]");
  if (!rows) return;
  const template = rows.querySelector("template");
  const index = rows.querySelectorAll(":scope > [data-row]").length;
  if (index >= Number(rows.dataset.rows)) return;
  const copy = template.content.cloneNode(true);
  for (const element of copy.querySelectorAll("*")) {
    for (const name of ATTRIBUTES) {
      const value = element.getAttribute(name);
      if (value?.includes("__index__")) element.setAttribute(name, value.replaceAll("__index__", index));
    }
  }
  copy.querySelector("legend").textContent = `Guest ${index + 1}`;
  const first = copy.querySelector("input");
  template.before(copy);
  first.focus();
});

// An invalid form is rendered by the server, with the button hidden.
addEventListener("hyper:swap:after", () => {
  for (const button of document.querySelectorAll("[data-add-row]")) button.hidden = false;
});
