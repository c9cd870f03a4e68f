/**
 * Predictions: what the page will look like when the calls in flight have succeeded.
 *
 * A prediction is a change that can be made again. When it is made, it is recorded, so that it can be taken back exactly.
 *
 * ```text
 *  change of the server:   take back 3, 2, 1 ──▶ change ──▶ make 1, 2, 3 again, except those that have ended
 * ```
 *
 * So the page below the predictions is always that of the server, and any of them can end in any order: the page is then what the rest
 * alone would have made. All of it happens in one task, between two frames.
 *
 * A prediction ends when the response of its call changes its place, when that response is an error, or with the call.
 *
 * @module
 */
import { OPTIMISTIC_ATTRIBUTE } from "../../protocol/names.ts";
import { type ActiveCall, emitCallEvent } from "../call/call.ts";
import { all, attr, dom, idOf, ours } from "../dom.ts";
import { enteredValues, fillTemplate } from "./entered.ts";
import { captureFocus } from "./focus.ts";
import { updateIndicators } from "./busy.ts";
import { nearestOf } from "./layers.ts";
import { changeAsServer } from "./live_changes.ts";
import { loadPart, tryPart } from "../parts/load_part.ts";
import type { PartExports } from "../parts/part_exports.ts";
import { type PredictingCall, type Predictions, predictions } from "./predictions.ts";
import { recordChange, type RecordedChange, undoChange } from "./recorded_change.ts";

/** A prediction on the page. */
interface Prediction {
  readonly call: ActiveCall;
  readonly form: HTMLFormElement | null;
  /** Changes the page. */
  readonly change: () => void;
  /** The change that it has made. */
  made: RecordedChange;
}

/** The predictions on the page, in the order in which they were made. */
let pending: readonly Prediction[] = [];
/** `true` while the page is that of the server. */
let isLifted = false;

/** Shows what a call predicts, unless a response has begun or the call is over by then. */
export async function predict(activeCall: ActiveCall, isOver: () => boolean): Promise<void> {
  const { optimistic, form, layer } = activeCall;
  const patch = await loadPart("patch");
  if (isOver()) return;
  const changes = typeof optimistic === "function"
    ? [() => optimistic(layer?.content ?? document)]
    : optimistic!.flatMap((template) =>
      template instanceof HTMLTemplateElement ? changeOf(template, activeCall, patch) : []
    );
  const restoreFocus = captureFocus();
  pending = [...pending, ...changes.map((change) => ({ call: activeCall, form, change, made: make(change) }))];
  updateIndicators(document);
  const lost = restoreFocus();
  if (lost) patch.focusNear(lost);
  if (changes[0]) emitCallEvent("prediction", activeCall, { state: "shown" });
}

/** Makes a change. Each on its own: a morph in it would count earlier changes as those of a script. */
const make = (change: () => void): RecordedChange => changeAsServer(() => recordChange(change));

/** Returns a function that inserts the content of a template. */
function changeOf(
  template: HTMLTemplateElement,
  activeCall: ActiveCall,
  { findTargets, insertContent, swapOf }: PartExports["patch"],
): () => void {
  const target = attr(template, "hyper-target") ?? activeCall.target;
  const swap = swapOf(attr(template, "hyper-swap") ?? activeCall.swap) ?? "outer";
  const valueOf = enteredValues(activeCall.form, activeCall.fields, activeCall.data);
  // Reports a target that is not on the page. One that is missing later has been removed.
  findTargets(target, activeCall);
  // The same nodes each time, so that what the user does in them is kept. A morph takes nodes out of its content.
  const kept = new Map<Element, readonly ChildNode[]>();
  return () => {
    for (const element of target && swap !== "none" ? nearestOf(all(target), activeCall.layer) : []) {
      const content = fillTemplate(template, valueOf);
      const nodes = swap !== "morph" && kept.get(element);
      if (nodes) content.replaceChildren(...nodes);
      else kept.set(element, [...content.childNodes]);
      insertContent(element, swap, content);
    }
  };
}

/** See {@linkcode Predictions}. */
const around: Predictions["around"] = (change, call, places) => {
  if (isLifted || !pending.length) return change();
  const restoreFocus = captureFocus();
  changeAsServer(() => {
    for (const { made } of pending.toReversed()) undoChange(made);
  });
  const ended = pending.filter((prediction) => isEnded(prediction, call, places));
  pending = pending.filter((prediction) => !ended.includes(prediction));
  isLifted = true;
  try {
    return change();
  } finally {
    isLifted = false;
    for (const prediction of pending) prediction.made = make(prediction.change);
    updateIndicators(document);
    const lost = restoreFocus();
    if (lost) void tryPart("patch").then((patch) => patch?.focusNear(lost));
    const state = places && call?.ok ? "replaced" : "removed";
    for (const prediction of ended) emitCallEvent("prediction", prediction.call, { state });
  }
};

/** Returns `true` if the change of a call ends a prediction. */
function isEnded(
  { call: { controller }, made }: Prediction,
  call?: PredictingCall | null,
  places?: readonly Element[],
): boolean {
  if (call?.controller !== controller) return call === null;
  return !places || !call.ok || made.places.some((place) => places.some((other) => isIn(place, other)));
}

/** Returns `true` if a place is in an element, or in one with its id: the place may be in another prediction, which has been taken back. */
function isIn(place: Node, other: Element): boolean {
  const near = place instanceof Element ? place : dom(place).parentElement;
  return dom(other).contains(place) || !!idOf(other) && !!dom(near)?.closest(`#${CSS.escape(idOf(other))}`);
}

/** Takes back the choices in a form that predicts, unless the user has sent newer ones: a box must not look as if it had been saved. */
async function restoreChoices(form: HTMLFormElement | null): Promise<void> {
  if (!form || !ours(`template[${OPTIMISTIC_ATTRIBUTE}]`, form)[0] || pending.some((other) => other.form === form)) {
    return;
  }
  (await tryPart("patch"))?.syncAcceptedForm(form, [form], ":not(option,[type=checkbox],[type=radio])");
}

/** Keeps predictions out of changes of the server until the signal is aborted. */
export function startPredictions(signal: AbortSignal): void {
  predictions.around = around;
  addEventListener("hyper:afterRequest", ({ detail }) => {
    // An invalid form comes back as it was sent.
    if (!detail.ok && detail.status !== 422) void restoreChoices(detail.form);
  }, { signal });
  signal.addEventListener("abort", () => {
    around(() => {}, null);
    predictions.around = (change) => change();
  });
}
