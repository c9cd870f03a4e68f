// Adds a row to a formset: a copy of the `<template>` in it, with the next number in place of `__index__`.
const BEARERS = ["id", "name", "for", "aria-describedby"];

for (const button of document.querySelectorAll("[data-add-row]")) button.hidden = false;

// On the document, so that it goes on working when the form was replaced.
document.addEventListener("click", ({ target }) => {
  const rows = target.closest("[data-add-row]")?.closest("form").querySelector("[data-rows]");
  if (!rows) return;
  const template = rows.querySelector("template");
  const index = rows.querySelectorAll(":scope > [data-row]").length;
  if (index >= Number(rows.dataset.rows)) return;
  const copy = template.content.cloneNode(true);
  for (const element of copy.querySelectorAll("*")) {
    for (const name of BEARERS) {
      const value = element.getAttribute(name);
      if (value?.includes("__index__")) element.setAttribute(name, value.replaceAll("__index__", index));
    }
  }
  copy.querySelector("legend").textContent = `Guest ${index + 1}`;
  const first = copy.querySelector("input");
  template.before(copy);
  first.focus();
});

// A form that was refused comes back as the server renders it, for a page that may have no scripts.
addEventListener("hyper:swap:after", () => {
  for (const button of document.querySelectorAll("[data-add-row]")) button.hidden = false;
});
