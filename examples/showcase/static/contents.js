// Behavior of this site, which has nothing to do with actions: no request is sent.
//
// Scrolls the table of contents to the current page: next to the page, and when the popover opens.
const contents = document.querySelector(".contents");
const current = contents?.querySelector("[aria-current]");
const showCurrent = () => {
  contents.scrollTop = current.offsetTop - contents.clientHeight / 2;
};
if (current) {
  showCurrent();
  contents.addEventListener("toggle", showCurrent);
}

// Copies a block of code. Browsers offer the clipboard on HTTPS and on this machine only.
const copy = async ({ currentTarget: button }) => {
  await navigator.clipboard.writeText(button.parentElement.querySelector("pre").textContent);
  const status = button.nextElementSibling;
  status.textContent = "Copied";
  setTimeout(() => status.textContent = "", 2000);
};
if (navigator.clipboard) {
  for (const code of document.querySelectorAll("pre[tabindex]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    button.addEventListener("click", copy);
    // Not in the button, whose content is not announced.
    const status = document.createElement("span");
    status.role = "status";
    status.className = "copied";
    code.before(button, status);
  }
}

// Code and tables are tab stops only while they scroll. Without this script, all of them are.
const sizes = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    target.tabIndex = target.scrollWidth > target.clientWidth || target.scrollHeight > target.clientHeight ? 0 : -1;
  }
});
for (const element of document.querySelectorAll("pre[tabindex], .table[tabindex]")) sizes.observe(element);
