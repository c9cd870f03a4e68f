// Writes beside each lane what became of the calls that were not answered.
const WORDS = { "hyper:requestBlocked": "blocked", "hyper:requestAborted": "aborted" };

for (const [type, word] of Object.entries(WORDS)) {
  addEventListener(type, ({ detail }) => {
    const item = document.createElement("li");
    item.textContent = word;
    document.querySelector(`#${detail.key}`)?.append(item);
  });
}
