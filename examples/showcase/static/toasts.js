document.addEventListener("bell:rung", ({ target, detail }) => {
  target.textContent = "Ding! ".repeat(detail.times);
});
