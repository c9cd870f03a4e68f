// One stream for the room: presence, tasks, chat.
if (document.querySelector("[data-room]")) watch();

function watch() {
  globalThis.action("watch_room", {}, { method: "GET" }).catch(() => {
    // The page already shows a failure message, with a button to try again.
  });
}

// Sends text while it is typed: one call at a time, and always the latest text.
let typed = null;
let isSending = false;

document.addEventListener("input", ({ target }) => {
  if (!target.matches("#say [name=text]")) return;
  typed = target.value;
  send();
});

async function send() {
  if (isSending) return;
  isSending = true;
  while (typed !== null) {
    const text = typed;
    typed = null;
    // Only other users see this text, so that a failure is not shown.
    await globalThis.action("type", { text }).catch(() => {});
  }
  isSending = false;
}

// Scrolls to the latest message.
addEventListener("hyper:swap:after", ({ detail }) => {
  if (detail.element.closest("#messages, #room")) showLatest();
});
showLatest();

function showLatest() {
  const messages = document.querySelector("#messages");
  if (messages) messages.scrollTop = messages.scrollHeight;
}
