// The panel: shows what the runtime does on this page.
import { dom } from "../../client/dom.ts";
import type { ErrorReport } from "../../protocol/dev.ts";
import { type CallRow, callStateText, createCallRow } from "./call_row.ts";
import type { ConnectionState } from "./connection.ts";
import { element } from "./element.ts";
import type { Journal } from "./journal.ts";
import { article } from "./overlay.ts";
import { createTabs } from "./tabs.ts";
import type { Tap } from "./wire_tap.ts";

/** The sources of the panel. */
export interface PanelOptions {
  readonly journal: Journal;
  readonly tap: Tap;
}

/** The panel. */
export interface Panel {
  /** Its element. */
  readonly root: HTMLElement;
  /** Renders the journal at the next frame, once for all changes until then. */
  update(): void;
  /** Shows the state of the connection to the server. */
  setConnection(state: ConnectionState): void;
  /** Shows a message about the page. */
  showMessage(text: string): void;
  /** Adds an error. */
  addError(report: ErrorReport): void;
}

/** Maximum number of errors. */
const MAX_ERRORS = 20;
/** Number of failed connections after which the closed panel shows it. */
const MANY_LOSSES = 4;
/** Session storage key of the open state. */
const OPEN_KEY = "hyper-dev-open";

const WORDS: Readonly<Record<ConnectionState, string>> = {
  connecting: "Connecting to the server",
  open: "Connected to the server",
  lost: "The server does not answer; it may be restarting",
};
/** Creates the panel. It is open if it was open in this tab before. */
export function createPanel({ journal, tap }: PanelOptions): Panel {
  const rows = new Map<number, CallRow>();
  const errors: ErrorReport[] = [];
  // Number of failed connections in a row.
  let losses = 0;
  // `true` while a frame is requested.
  let isDue = false;

  const calls = element("ol", { class: "calls", "aria-label": "Calls, the latest first" });
  const noCalls = element("p", { class: "empty" }, "No action was called on this page yet.");
  const lanes = element("div");
  const signals = element("div");
  const failures = element("div");
  const status = element("p", { class: "status", role: "status" });
  const tabs = createTabs([
    ["Time line", element("div", {}, noCalls, calls)],
    ["Lanes", lanes],
    ["Signals", signals],
    ["Errors", failures],
  ]);
  const panel = element(
    "div",
    { class: "panel", id: "panel", hidden: true, onkeydown: (event) => isEscape(event) && toggle(false) },
    element(
      "div",
      { class: "bar" },
      element("h2", {}, "Hyper"),
      tabs.list,
      status,
      element("button", { type: "button", onclick: () => clear() }, "Clear"),
      element("button", { type: "button", onclick: () => toggle(false) }, "Close panel"),
    ),
    ...tabs.panels,
  );
  const label = element("span", {}, "Hyper");
  const launcher = element(
    "button",
    {
      type: "button",
      class: "launcher",
      "aria-controls": "panel",
      "aria-expanded": "false",
      onclick: () => toggle(true),
    },
    element("span", { class: "dot" }),
    label,
  );
  const root = element("aside", { class: "root", "aria-label": "Development" }, panel, launcher);

  function toggle(isOpen: boolean): void {
    panel.hidden = !isOpen;
    launcher.hidden = isOpen;
    launcher.setAttribute("aria-expanded", `${isOpen}`);
    sessionStorage.setItem(OPEN_KEY, isOpen ? "1" : "");
    render();
    if (isOpen) tabs.focus();
    else launcher.focus();
  }
  function clear(): void {
    errors.length = 0;
    dom(root).removeAttribute("data-errors");
    journal.clear();
    render();
  }
  function render(): void {
    isDue = false;
    if (panel.hidden) return;
    renderCalls();
    renderLanes();
    renderSignals();
    failures.replaceChildren(
      ...errors.length === 0 ? [element("p", { class: "empty" }, "The server has reported no error.")] : [],
      ...errors.map(article),
    );
  }
  function renderCalls(): void {
    const known = new Set(journal.calls.map(({ number }) => number));
    for (const [number, row] of rows) {
      if (known.has(number)) continue;
      dom(row.root).remove();
      rows.delete(number);
    }
    const now = performance.now();
    const from = journal.calls[0]?.startedAt ?? now;
    const until = Math.max(...journal.calls.map(({ endedAt }) => endedAt ?? now), from + 1);
    for (const call of journal.calls) {
      let row = rows.get(call.number);
      if (row === undefined) {
        row = createCallRow(call, tap);
        rows.set(call.number, row);
        calls.prepend(row.root);
      }
      row.update({ from, until, now });
    }
    noCalls.hidden = journal.calls.length > 0;
  }
  function renderLanes(): void {
    const byLane = Map.groupBy(journal.calls, ({ key }) => key);
    lanes.replaceChildren(
      ...byLane.size === 0 ? [element("p", { class: "empty" }, "No lane was taken yet.")] : [],
      ...[...byLane].map(([lane, members]) =>
        element(
          "section",
          { class: "more" },
          element("h3", {}, lane),
          element(
            "ul",
            {},
            ...members.map((call) => element("li", {}, `${call.number}. ${call.action}: ${callStateText(call)}`)),
          ),
        )
      ),
    );
  }
  function renderSignals(): void {
    const list = element("dl");
    for (const [name, value] of journal.signals) {
      list.append(element("dt", {}, name), element("dd", {}, JSON.stringify(value) ?? "undefined"));
    }
    signals.replaceChildren(
      journal.signals.size === 0 ? element("p", { class: "empty" }, "No signal has come yet.") : list,
    );
  }

  if (sessionStorage.getItem(OPEN_KEY) === "1") {
    panel.hidden = false;
    launcher.hidden = true;
  }
  render();

  return {
    root,
    update() {
      if (isDue) return;
      isDue = true;
      requestAnimationFrame(render);
    },
    setConnection(state) {
      dom(root).dataset.state = state;
      status.textContent = WORDS[state];
      losses = state === "lost" ? losses + 1 : 0;
      // A restarting server is unavailable for a moment.
      label.textContent = losses < MANY_LOSSES ? "Hyper" : "Hyper: the server does not answer";
    },
    showMessage(text) {
      status.textContent = text;
    },
    addError(report) {
      errors.unshift(report);
      errors.length = Math.min(errors.length, MAX_ERRORS);
      dom(root).dataset.errors = "";
      render();
    },
  };
}

function isEscape(event: Event): boolean {
  return event instanceof KeyboardEvent && event.key === "Escape";
}
