// A script, because this page shows the events of the runtime.
//
// Shows blocked and aborted calls next to their lane.
const WORDS = { "hyper:requestBlocked": "blocked", "hyper:requestAborted": "aborted" };

for (const [type, word] of Object.entries(WORDS)) {
  addEventListener(type, ({ detail }) => {
    const item = document.createElement("li");
    item.textContent = word;
    document.querySelector(`#${detail.key}`)?.append(item);
  });
}
