// Scrolls the table of contents to the current page.
const contents = document.querySelector(".contents");
const current = contents?.querySelector("[aria-current]");
if (current) contents.scrollTop = current.offsetTop - contents.clientHeight / 2;
