// Adds a row to a formset: a copy of its `<template>`, with the next number in place of `__index__`.
const ATTRIBUTES = ["id", "name", "for", "aria-describedby"];

// Listens on the document, so that it still works after the form was replaced.
document.addEventListener("click", ({ target }) => {
  const button = target instanceof Element ? target.closest("[data-add-row]") : null;
  const rows = button?.closest("form")?.querySelector("[data-rows]");
  if (rows) addRow(rows);
});

function addRow(rows) {
  const template = rows.querySelector(":scope > template");
  // Rows are numbered from 0 without gaps, so that the number of rows is the next index.
  const index = rows.querySelectorAll(":scope > [data-row]").length;
  if (index >= Number(rows.dataset.rows)) return;
  const copy = template.content.cloneNode(true);
  for (const element of copy.querySelectorAll("*")) {
    for (const name of ATTRIBUTES) {
      const value = element.getAttribute(name);
      if (value?.includes("__index__")) element.setAttribute(name, value.replaceAll("__index__", index));
    }
  }
  copy.querySelector("legend").append(` ${index + 1}`);
  const first = copy.querySelector("input:not([type=hidden]), select, textarea");
  template.before(copy);
  first.focus();
}
