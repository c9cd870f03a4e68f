// The dialog that shows server errors.
import type { ErrorReport } from "../../protocol/dev.ts";
import { element } from "./element.ts";

/** A dialog with errors. */
export interface Overlay {
  /** Its element. */
  readonly root: HTMLDialogElement;
  /** Replaces the errors and opens the dialog. */
  show(title: string, reports: readonly ErrorReport[]): void;
  /** Adds an error and opens the dialog. */
  add(report: ErrorReport): void;
  /** Shows the dialog above those that the page has opened since, if it is open. */
  raise(): void;
  /** Removes all errors and closes the dialog. */
  clear(): void;
}

/** Creates the dialog. When the user closes it, the next error opens it again. */
export function createOverlay(): Overlay {
  const title = element("h2", { id: "hyper-dev-errors" });
  const list = element("div");
  const close = element("button", { type: "button", onclick: () => root.close() }, "Close");
  const root = element(
    "dialog",
    { "aria-labelledby": "hyper-dev-errors" },
    element("div", { class: "head" }, title, close),
    list,
  );
  const open = (): void => {
    if (!root.open) root.showModal();
  };
  return {
    root,
    show(words, reports) {
      title.textContent = words;
      list.replaceChildren(...reports.map(article));
      open();
    },
    add(report) {
      title.textContent = "The server has failed";
      if (!root.open) list.replaceChildren();
      list.prepend(article(report));
      open();
    },
    raise() {
      if (!root.open) return;
      root.close();
      root.showModal();
    },
    clear() {
      list.replaceChildren();
      root.close();
    },
  };
}

/** Creates the element of an error, for the dialog and the panel. */
export function article({ where, message, place, source, line, stack }: ErrorReport): HTMLElement {
  const lines = source.map((each) =>
    element(
      "span",
      { class: each.line === line ? "fault" : "line" },
      `${each.line === line ? ">" : " "} ${String(each.line).padStart(5)} | ${each.text}`,
    )
  );
  return element(
    "article",
    {},
    element("h3", {}, where),
    element("p", { class: "message" }, message),
    ...place === null ? [] : [element("p", {}, element("code", {}, place))],
    ...lines.length === 0 ? [] : [element("pre", {}, ...lines)],
    element("details", {}, element("summary", { class: "plain" }, "Stack"), element("pre", {}, stack)),
  );
}
