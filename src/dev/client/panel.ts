/**
 * The panel: what the runtime does on this page, as it does it.
 *
 * @module
 */
import { dom } from "../../client/dom.ts";
import type { ErrorReport } from "../../protocol/dev.ts";
import type { ConnectionState } from "./connection.ts";
import { difference } from "./difference.ts";
import { element } from "./element.ts";
import type { Call, CallState, Journal } from "./journal.ts";
import { article } from "./overlay.ts";
import type { Tap } from "./wire_tap.ts";

/** What the panel shows, and asks. */
export interface PanelOptions {
  readonly journal: Journal;
  readonly tap: Tap;
}

/** The panel. */
export interface Panel {
  /** Its elements. */
  readonly root: HTMLElement;
  /** Shows what the journal holds now; at the next frame, once for all changes until then. */
  update(): void;
  /** Shows how the line to the server stands. */
  setConnection(state: ConnectionState): void;
  /** Says something about the page. */
  say(text: string): void;
  /** Keeps an error. */
  addError(report: ErrorReport): void;
}

/** How many errors are kept. */
const MAX_ERRORS = 20;
/** How many attempts to reach the server fail before the closed panel says so. */
const MANY_LOSSES = 4;
/** Where this tab remembers that the panel is open. */
const OPEN_KEY = "hyper-dev-open";

const WORDS: Readonly<Record<ConnectionState, string>> = {
  connecting: "Connecting to the server",
  open: "Connected to the server",
  lost: "The server does not answer; it may be starting anew",
};
const TONES: Readonly<Record<CallState, string>> = {
  running: "warn",
  success: "good",
  error: "bad",
  failed: "bad",
  aborted: "quiet",
  blocked: "warn",
};

/** Makes the panel, closed unless this tab has left it open. */
export function createPanel({ journal, tap }: PanelOptions): Panel {
  const rows = new Map<number, Row>();
  const errors: ErrorReport[] = [];
  // How often in a row the server was not there.
  let losses = 0;
  // Whether a frame is asked for already.
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
    draw();
    if (isOpen) tabs.focus();
    else launcher.focus();
  }
  function clear(): void {
    errors.length = 0;
    dom(root).removeAttribute("data-errors");
    journal.clear();
    draw();
  }
  function draw(): void {
    isDue = false;
    if (panel.hidden) return;
    drawCalls();
    drawLanes();
    drawSignals();
    failures.replaceChildren(
      ...errors.length === 0 ? [element("p", { class: "empty" }, "The server has reported no error.")] : [],
      ...errors.map(article),
    );
  }
  function drawCalls(): void {
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
        row = createRow(call, tap);
        rows.set(call.number, row);
        calls.prepend(row.root);
      }
      row.update({ from, until, now });
    }
    noCalls.hidden = journal.calls.length > 0;
  }
  function drawLanes(): void {
    const byLane = new Map<string, Call[]>();
    for (const call of journal.calls) {
      const lane = byLane.get(call.lane) ?? [];
      lane.push(call);
      byLane.set(call.lane, lane);
    }
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
            ...members.map((call) => element("li", {}, `${call.number}. ${call.action}: ${stateOf(call)}`)),
          ),
        )
      ),
    );
  }
  function drawSignals(): void {
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
  draw();

  return {
    root,
    update() {
      if (isDue) return;
      isDue = true;
      requestAnimationFrame(draw);
    },
    setConnection(state) {
      dom(root).dataset.state = state;
      status.textContent = WORDS[state];
      losses = state === "lost" ? losses + 1 : 0;
      // A server that starts anew is away for a moment, which is no news.
      label.textContent = losses < MANY_LOSSES ? "Hyper" : "Hyper: the server does not answer";
    },
    say(text) {
      status.textContent = text;
    },
    addError(report) {
      errors.unshift(report);
      errors.length = Math.min(errors.length, MAX_ERRORS);
      dom(root).dataset.errors = "";
      draw();
    },
  };
}

/** The frame that the bars of a time line are drawn in. */
interface Window {
  readonly from: number;
  readonly until: number;
  readonly now: number;
}

/** A call in the time line; it stays open or closed while it changes. */
interface Row {
  readonly root: HTMLElement;
  update(window: Window): void;
}

function createRow(call: Call, tap: Tap): Row {
  const name = element("span", { class: "name" }, call.action);
  const lane = element("span", { class: "lane quiet" }, call.lane);
  const state = element("span");
  const code = element("span", { class: "status-code number" });
  const time = element("span", { class: "number" });
  const bar = element("span", { class: "span" });
  const more = element("div", { class: "more" });
  const details = element(
    "details",
    { ontoggle: () => draw() },
    element("summary", {}, name, lane, state, code, time, element("span", { class: "track" }, bar)),
    more,
  );
  function draw(): void {
    if (details.open) more.replaceChildren(...describe(call, tap));
  }
  // What is shown now: a row that does not change is not drawn again, so that what is selected in it stays selected.
  let shown = "";
  return {
    root: element("li", {}, details),
    update({ from, until, now }) {
      const end = call.endedAt ?? now;
      const scale = 100 / (until - from);
      bar.style.left = `${(call.startedAt - from) * scale}%`;
      bar.style.width = `${(end - call.startedAt) * scale}%`;
      const next = [
        call.state,
        call.note,
        call.status,
        call.isStream,
        call.eventCount,
        call.patches.length,
        call.endedAt,
      ];
      if (shown === `${next}`) return;
      shown = `${next}`;
      state.textContent = stateOf(call);
      state.className = TONES[call.state];
      code.textContent = call.status === 0 ? "–" : `${call.status}`;
      time.textContent = call.endedAt === null ? "…" : `${(end - call.startedAt).toFixed(0)} ms`;
      draw();
    },
  };
}

function describe(call: Call, tap: Tap): Node[] {
  const facts: readonly (readonly [string, string])[] = [
    ["Request", `${call.method} ${call.url}`],
    ["Id", call.id],
    ["Lane", call.lane],
    ["Target", call.target ?? "none"],
    ["Note", call.note || "none"],
  ];
  const replay = element(
    "button",
    { type: "button", disabled: !tap.canReplay(call), onclick: () => tap.replay(call) },
    "Replay with the same id",
  );
  return [
    element("dl", {}, ...facts.flatMap(([term, text]) => [element("dt", {}, term), element("dd", {}, text)])),
    element("div", {}, replay),
    element("h3", {}, `Patches (${call.patches.length})`),
    element(
      "ol",
      {},
      ...call.patches.map(({ after, element: target, swap, old, now }) => {
        const { before, removed, added, behind } = difference(old, now);
        return element(
          "li",
          {},
          `${after.toFixed(0)} ms ${target}, ${swap}`,
          element(
            "div",
            { class: "pair" },
            side("Before", before, element("del", {}, removed), behind),
            side("After", before, element("ins", {}, added), behind),
          ),
        );
      }),
    ),
    element("h3", {}, `Events (${call.eventCount})`),
    element(
      "ol",
      {},
      ...call.events.map(({ after, name, data }) =>
        element("li", {}, `${after.toFixed(0)} ms ${name} `, element("code", {}, data))
      ),
    ),
  ];
}

function side(title: string, ...content: readonly (Node | string)[]): HTMLElement {
  return element("div", {}, element("h4", {}, title), element("pre", {}, ...content));
}

function stateOf(call: Call): string {
  if (call.isStream) {
    return call.state === "running" ? `stream, ${call.eventCount}` : `${call.state}, ${call.eventCount}`;
  }
  return call.state;
}

interface Tabs {
  readonly list: HTMLElement;
  readonly panels: readonly HTMLElement[];
  /** Puts the focus on the tab that is chosen. */
  focus(): void;
}

/** Tabs as the ARIA practices have them: the arrows choose, one of them is in the order of the keyboard. */
function createTabs(contents: readonly (readonly [string, HTMLElement])[]): Tabs {
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
        onclick: () => choose(index),
      },
      title,
    )
  );
  let chosen = 0;
  function choose(index: number): void {
    chosen = (index + tabs.length) % tabs.length;
    tabs.forEach((tab, at) => {
      tab.setAttribute("aria-selected", `${at === chosen}`);
      tab.tabIndex = at === chosen ? 0 : -1;
    });
    panels.forEach((panel, at) => panel.hidden = at !== chosen);
  }
  const move = (event: Event): void => {
    if (!(event instanceof KeyboardEvent)) return;
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    choose(chosen + step);
    tabs[chosen]?.focus();
  };
  choose(0);
  return {
    list: element("div", { role: "tablist", "aria-label": "What is shown", onkeydown: move }, ...tabs),
    panels,
    focus: () => tabs[chosen]?.focus(),
  };
}

function isEscape(event: Event): boolean {
  return event instanceof KeyboardEvent && event.key === "Escape";
}
