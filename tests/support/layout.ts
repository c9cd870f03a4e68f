/** Finds faults in the layout of a page that a user would see at once. */
import type { Page } from "playwright-core";

/** Returns the faults in the layout of the current page, at a width in pixels. */
export async function findLayoutFaults(page: Page, width: number): Promise<string[]> {
  await page.setViewportSize({ width, height: 800 });
  return await page.evaluate(findFaults);
}

/** Runs in the page. */
function findFaults(): string[] {
  const faults: string[] = [];
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth > clientWidth) faults.push(`the page scrolls sideways: ${scrollWidth} pixels`);

  const isShown = (element: Element) =>
    element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) &&
    element.getBoundingClientRect().width > 1;
  const print = (element: Element) =>
    `<${element.localName}> ${(element.textContent || element.outerHTML).trim().slice(0, 40)}`;
  const all = (selector: string) => [...document.querySelectorAll<HTMLElement>(selector)].filter(isShown);

  // Text in a box that neither wraps nor scrolls is cut. An input scrolls.
  for (const element of all("main :not(input)")) {
    const { overflowX } = getComputedStyle(element);
    if (/hidden|clip/.test(overflowX) && element.scrollWidth > element.clientWidth + 1) {
      faults.push(`cut off: ${print(element)}`);
    }
  }

  // Controls next to each other have the same height, and lie on one line.
  const controls = all("button,select,input:not([type=hidden],[type=checkbox],[type=radio],[type=range],[type=color])");
  for (const [index, control] of controls.entries()) {
    const next = controls[index + 1];
    if (!next || control.parentElement !== next.parentElement) continue;
    const a = control.getBoundingClientRect();
    const b = next.getBoundingClientRect();
    // One below the other.
    if (Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) < 4) continue;
    if (Math.abs(a.top - b.top) > 1.5 || Math.abs(a.height - b.height) > 1.5) {
      faults.push(`out of line: ${print(control)} (${a.top}, ${a.height}) and ${print(next)} (${b.top}, ${b.height})`);
    }
  }

  const code = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = code.nextNode(); node; node = code.nextNode()) {
    const element = node.parentElement;
    if (!element || element.closest("pre,code,script,style,textarea") || !isShown(element)) continue;
    if (/\d{4}-\d\d-\d\dT\d\d:\d\d/.test(node.textContent ?? "")) {
      faults.push(`a time for machines: ${node.textContent}`);
    }
  }
  return faults;
}
