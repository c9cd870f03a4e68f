// Shows a preview of selected files, and the progress of an upload, which can be canceled. A script, because no attribute reads files
// before they are sent, or moves a progress bar. Without it, the form uploads them all the same.

const ACTION = "upload_files";

/** Object URLs of image previews; revoked when the choice changes. */
let pictures = [];

addEventListener("change", ({ target }) => {
  if (target.matches("#upload input[type=file]")) showChosen();
});

addEventListener("click", ({ target }) => {
  if (!target.closest("[data-cancel]")) return;
  globalThis.Hyper.abort(ACTION);
  document.querySelector("#upload input[type=file]").focus();
});

addEventListener("hyper:beforeRequest", ({ detail }) => {
  if (detail.action !== ACTION) return;
  say("");
  document.querySelector("#sent").value = 0;
});
addEventListener("hyper:uploadProgress", ({ detail }) => {
  if (detail.action === ACTION) document.querySelector("#sent").value = detail.progress;
});
addEventListener("hyper:requestAborted", ({ detail }) => {
  if (detail.action === ACTION) say("Upload canceled");
});
// The form may be a new one, or the same one with errors.
addEventListener("hyper:afterRequest", ({ detail }) => {
  if (detail.action === ACTION) showChosen();
});

function showChosen() {
  const form = document.querySelector("#upload");
  const input = form.querySelector("input[type=file]");
  const list = form.querySelector(".chosen");
  const max = Number(form.dataset.maxBytes);
  const files = [...input.files];
  for (const url of pictures) URL.revokeObjectURL(url);
  pictures = [];
  list.replaceChildren(...files.map((file) => chosen(file, max)));
  list.hidden = files.length === 0;
  // Checks the size before the upload. The server checks it again.
  const large = files.find(({ size }) => size > max);
  input.setCustomValidity(large ? `${large.name} is larger than ${max / 1024 ** 2} MB` : "");
  if (large) input.reportValidity();
}

function chosen(file, max) {
  const item = document.createElement("li");
  if (file.type.startsWith("image/")) {
    const picture = document.createElement("img");
    picture.src = URL.createObjectURL(file);
    picture.alt = "";
    pictures.push(picture.src);
    item.append(picture);
  }
  item.append(`${file.name}${file.size > max ? ", too large" : ""}`);
  return item;
}

function say(text) {
  document.querySelector("#state").textContent = text;
}
