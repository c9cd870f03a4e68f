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
    // Typing indicators of others are optional: ignore failures.
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
