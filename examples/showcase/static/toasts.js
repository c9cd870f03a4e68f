// A script, because this page shows an event that the server dispatches to scripts.
document.addEventListener("bell:rung", ({ target, detail }) => {
  target.textContent = "Ding! ".repeat(detail.times);
});
