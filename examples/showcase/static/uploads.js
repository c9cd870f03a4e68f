// A script, because this page shows the events and the functions of the runtime. `hyper-progress` moves a bar without one.
import { Hyper } from "/_hyper/client.js";

const bar = () => document.querySelector("[data-progress]");

// Fired before the first byte, and for each part that was sent.
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
