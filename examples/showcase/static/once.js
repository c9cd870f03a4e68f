// A script, because no form sends a request three times.
//
// Sends the same request three times at the same time.
const button = document.querySelector("[data-twice]");
button.hidden = false;
button.addEventListener("click", async () => {
  const headers = { "x-hyper-action": "pay", "x-hyper-request-id": crypto.randomUUID(), accept: "application/json" };
  const send = () => fetch(location.href, { method: "POST", headers }).then((response) => response.json());
  const answers = await Promise.all([send(), send(), send()]);
  const toasts = answers.map(({ items }) => items.find(({ event }) => event === "toast").data.value);
  document.querySelector("#twice").textContent = toasts.join("\n");
});
