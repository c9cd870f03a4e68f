// The contents have a scroll of their own, and begin where the page that is shown stands in them.
const contents = document.querySelector(".contents");
const current = contents?.querySelector("[aria-current]");
if (current) contents.scrollTop = current.offsetTop - contents.clientHeight / 2;
