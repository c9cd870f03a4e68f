// Tabs.
import { element } from "./element.ts";

/** A list of tabs and its panels. */
export interface Tabs {
  readonly list: HTMLElement;
  readonly panels: readonly HTMLElement[];
  /** Focuses the selected tab. */
  focus(): void;
}

/** Creates tabs as in the ARIA practices: arrow keys select a tab, and only the selected one is in the tab order. */
export function createTabs(contents: readonly (readonly [string, HTMLElement])[]): Tabs {
  const panels = contents.map(([, content], index) =>
    element(
      "div",
      { role: "tabpanel", id: `tabpanel-${index}`, "aria-labelledby": `tab-${index}`, tabindex: 0 },
      content,
    )
  );
  const tabs = contents.map(([title], index) =>
    element(
      "button",
      {
        type: "button",
        role: "tab",
        id: `tab-${index}`,
        "aria-controls": `tabpanel-${index}`,
        onclick: () => select(index),
      },
      title,
    )
  );
  let selected = 0;
  function select(index: number): void {
    selected = (index + tabs.length) % tabs.length;
    tabs.forEach((tab, at) => {
      tab.setAttribute("aria-selected", `${at === selected}`);
      tab.tabIndex = at === selected ? 0 : -1;
    });
    panels.forEach((panel, at) => panel.hidden = at !== selected);
  }
  const move = (event: Event): void => {
    if (!(event instanceof KeyboardEvent)) return;
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    select(selected + step);
    tabs[selected]?.focus();
  };
  select(0);
  return {
    list: element("div", { role: "tablist", "aria-label": "What is shown", onkeydown: move }, ...tabs),
    panels,
    focus: () => tabs[selected]?.focus(),
  };
}
