// A call in the time line of the panel.
import { difference } from "./difference.ts";
import { element } from "./element.ts";
import type { Call, CallState } from "./journal.ts";
import type { Tap } from "./wire_tap.ts";

const TONES: Readonly<Record<CallState, string>> = {
  running: "warn",
  success: "good",
  error: "bad",
  failed: "bad",
  aborted: "quiet",
  blocked: "warn",
};

/** The time range that the bars are scaled to. */
export interface TimeRange {
  readonly from: number;
  readonly until: number;
  readonly now: number;
}

/** The row of a call in the time line. An update does not open or close it. */
export interface CallRow {
  readonly root: HTMLElement;
  update(range: TimeRange): void;
}

/** Creates the row of a call. */
export function createCallRow(call: Call, tap: Tap): CallRow {
  const name = element("span", { class: "name" }, call.action);
  const lane = element("span", { class: "lane quiet" }, call.key);
  const state = element("span");
  const code = element("span", { class: "status-code number" });
  const time = element("span", { class: "number" });
  const bar = element("span", { class: "span" });
  const more = element("div", { class: "more" });
  const details = element(
    "details",
    { ontoggle: () => renderDetails() },
    element("summary", {}, name, lane, state, code, time, element("span", { class: "track" }, bar)),
    more,
  );
  function renderDetails(): void {
    if (details.open) more.replaceChildren(...callDetails(call, tap));
  }
  // An unchanged row is not rendered again, so that a text selection in it is kept.
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
      state.textContent = callStateText(call);
      state.className = TONES[call.state];
      code.textContent = call.status === 0 ? "–" : `${call.status}`;
      time.textContent = call.endedAt === null ? "…" : `${(end - call.startedAt).toFixed(0)} ms`;
      renderDetails();
    },
  };
}

function callDetails(call: Call, tap: Tap): Node[] {
  const facts: readonly (readonly [string, string])[] = [
    ["Request", `${call.method} ${call.url}`],
    ["Id", call.id],
    ["Lane", call.key],
    ["Target", call.target ?? "none"],
    ["Trigger", call.trigger ?? "none"],
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

/** Returns the state of a call as text. */
export function callStateText(call: Call): string {
  if (call.isStream) {
    return call.state === "running" ? `stream, ${call.eventCount}` : `${call.state}, ${call.eventCount}`;
  }
  return call.state;
}
