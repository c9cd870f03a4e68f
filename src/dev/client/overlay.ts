/**
 * The errors of the server, in front of the page they belong to.
 *
 * @module
 */
import type { ErrorReport } from "../../protocol/dev.ts";
import { element } from "./element.ts";

/** Shows errors. */
export interface Overlay {
  /** Its element. */
  readonly root: HTMLDialogElement;
  /** Shows errors, in place of those it shows. */
  show(title: string, reports: readonly ErrorReport[]): void;
  /** Shows one more. */
  add(report: ErrorReport): void;
  /** Takes them away. */
  clear(): void;
}

/** Makes what shows errors; closed by the visitor, it opens with the next one. */
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
    clear() {
      list.replaceChildren();
      root.close();
    },
  };
}

/** One error, as it is shown in the panel too. */
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
