import { Hyper } from "/_hyper/client.js";

const bar = () => document.querySelector("[data-progress]");

// Before the first byte, and for every piece that has left.
addEventListener("hyper:uploadProgress", ({ detail }) => {
  bar().hidden = false;
  bar().value = detail.progress;
});
addEventListener("hyper:afterRequest", () => {
  bar().hidden = true;
});
document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-cancel]")) Hyper.abort("upload");
});
