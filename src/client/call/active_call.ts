/**
 * The life of a call: it waits for its lane, sends requests until a response is complete, and ends with an outcome. One
 * function for each thing that can happen.
 *
 * @module
 */
import { clearFailure } from "../page/announce.ts";
import { type ActiveCall, type Call, emitCallEvent, endAborted, makeCall, newId } from "./call.ts";
import { config } from "../config.ts";
import { doc } from "../dom.ts";
import { enterLane, leaveLane } from "./lanes.ts";
import { tryPart } from "../parts/load_part.ts";
import { beginLoading, endLoading } from "../page/busy.ts";
import { changeAsServer } from "../page/live_changes.ts";
import { layerOf } from "../page/layers.ts";
import { network } from "../page/network.ts";
import { predictions } from "../page/predictions.ts";
import { type AbortReason, NOTHING, type Outcome } from "./outcome.ts";
import { isLost, isStream } from "../../protocol/answer.ts";
import { SIGN_IN_HEADER } from "../../protocol/names.ts";
import { receive, type Received } from "./receive.ts";
import { reportException, showError } from "./report.ts";
import { ConnectionError, connectionError, send } from "./send.ts";
import { closeSequence, openSequence } from "../page/stale.ts";
import { abortable, nextEvent, sleep } from "./wait.ts";
import { words } from "../page/words.ts";

/** The states of a call, in order. Its outcome is separate: a call can be aborted in each of them. */
type CallState =
  /** Waits for its lane. Nothing was sent, and no event was fired. */
  | null
  /** Its request is in flight, or is about to be sent again. */
  | typeof NOTHING
  /** Its response is complete, or an event of it has thrown. */
  | Received;

/** Calls that are in flight or wait in a queue. */
const activeCalls = new Set<ActiveCall>();

/**
 * Runs a call, as soon as its lane admits it.
 *
 * @throws {ConnectionError} When the network failed.
 */
export async function runCall(call: Call): Promise<Outcome> {
  const activeCall = activate(call);
  const { key, timeout, controller, signal } = activeCall;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let state: CallState = null;
  let outcome: Outcome | typeof NOTHING = NOTHING;
  try {
    signal.throwIfAborted();
    const verdict = enterLane(key, call.sync, activeCall);
    if (!verdict) {
      emitCallEvent("requestBlocked", call);
      return { ...NOTHING, kind: "blocked", blocked: true };
    }
    for (const old of verdict.replaced) {
      emitCallEvent("requestReplaced", call, { replacedId: old.id });
      old.controller.abort("replaced");
    }
    showPrediction(activeCall);
    if (verdict.turn) await abortable(signal, verdict.turn);
    state = NOTHING;
    if (timeout !== undefined) timer = setTimeout(() => controller.abort("timeout"), timeout);
    state = await begin(activeCall);
    if (state.kind !== "switch") endPrediction(activeCall);
    if (state.kind === "exception") throw state.error;
    return outcome = await conclude(state, activeCall);
  } catch (error) {
    if (!signal.aborted) throw error;
    return outcome = endAborted(call, controller.signal.reason ?? "signal");
  } finally {
    clearTimeout(timer);
    closeCall(activeCall, state, outcome);
  }
}

/** Aborts the calls with a key, in flight or queued. */
export function abortLane(key: string): void {
  for (const activeCall of activeCalls) if (activeCall.key === key) activeCall.controller.abort("abort");
}

/** Aborts all calls. */
export function abortAll(): void {
  for (const { key } of activeCalls) abortLane(key);
}

/**
 * Aborts the GETs among the calls that a function selects. What a POST does on the server is not undone by closing its connection.
 *
 * @param isOver Called with each call.
 */
export function abortReads(reason: AbortReason, isOver: (call: ActiveCall) => unknown): void {
  for (const call of activeCalls) if (isOver(call) && call.method === "GET") call.controller.abort(reason);
}

/**
 * Drops the connection of every GET when the user leaves the page, so that the browser can keep the page in its
 * back/forward cache. Each resumes from its last checkpoint when the page is shown again. A POST is not interrupted: it
 * cannot be known how much of it the server has done.
 */
export function watchPage(signal: AbortSignal): void {
  addEventListener("pagehide", () => {
    const shown = nextEvent("pageshow");
    for (const { method, connection } of activeCalls) if (method === "GET") connection.abort(shown);
  }, { signal });
}

function activate(call: Call): ActiveCall {
  // A switched call keeps the controller of the first one, so that it is aborted with it.
  const { controller = new AbortController(), checkpoint = "" } = call;
  const activeCall: ActiveCall = {
    ...call,
    controller,
    signal: AbortSignal.any([controller.signal, call.signal ?? controller.signal]),
    layer: call.layer ?? layerOf(call.sourceEl),
    sequence: 0,
    focused: doc.activeElement,
    connection: new AbortController(),
    checkpoint,
    failures: 0,
    // Not that of a stream which has switched to this call.
    retryInterval: config.retry.interval,
    ok: undefined,
    hasStreamed: false,
    // Events report how it ends, as they did the first time.
    again: () => void runCall(activeCall).catch(() => {}),
  };
  activeCalls.add(activeCall);
  return activeCall;
}

/** Shows what a call predicts, also while it waits for its lane. */
function showPrediction(activeCall: ActiveCall): void {
  const { optimistic } = activeCall;
  // Both have a length; that of a function is irrelevant.
  if (typeof optimistic !== "function" && !optimistic?.length) return;
  // Without the part the page shows the result when it is there.
  tryPart("optimistic").then((part) =>
    part?.predict(activeCall, () => !activeCalls.has(activeCall) || activeCall.ok !== undefined)
  );
}

/** Takes back what a call predicts. */
const endPrediction = (activeCall: ActiveCall): void => predictions.around(() => {}, activeCall);

/** Shows the page that a call is in flight, and sends it. */
function begin(activeCall: ActiveCall): Promise<Received> {
  const { key } = activeCall;
  activeCall.sequence = openSequence();
  clearFailure(key);
  activeCall.saveSentState();
  emitCallEvent("beforeRequest", activeCall);
  // Sent first: finding the indicators of a large page takes about as long as the network.
  const received = sendUntilReceived(activeCall);
  beginLoading(activeCall);
  return received;
}

/** Makes an outcome of a response that is complete. */
async function conclude(
  received: Exclude<Received, { readonly kind: "exception" }>,
  activeCall: ActiveCall,
): Promise<Outcome> {
  const { status } = received;
  const { form } = activeCall;
  if (received.kind === "error") {
    // A denied choice must not look as if it had been made. Typed text is not lost.
    if (form && /40[1349]/.test(`${status}`)) {
      (await tryPart("patch"))?.syncAcceptedForm(form, [form], ":not(option,[type=checkbox],[type=radio])");
    }
    const { message } = received;
    if (emitCallEvent("requestError", activeCall, { status, message })) await showError(activeCall, received);
    return received;
  }
  emitCallEvent("requestSuccess", activeCall, { status });
  if (received.kind === "switch") {
    const next = makeCall({ ...activeCall, ...received.to, id: newId(), optimistic: undefined });
    emitCallEvent("actionSwitch", activeCall, { toAction: next.action, toRequestId: next.id, depth: next.depth });
    return await runCall(next);
  }
  // The response of an accepted form may leave its markup, and so the errors of the attempt before, as it was.
  const hasErrors = form && doc.querySelector("[aria-invalid],[data-hyper-errors]");
  const feedback = hasErrors && await tryPart("feedback");
  if (feedback) changeAsServer(() => feedback.clearErrors(form));
  return received;
}

function closeCall(activeCall: ActiveCall, state: CallState, { ok, aborted }: Outcome | typeof NOTHING): void {
  activeCalls.delete(activeCall);
  endPrediction(activeCall);
  // Before the last event, so that its listeners find the lane free.
  leaveLane(activeCall.key, activeCall);
  if (!state) return;
  closeSequence(activeCall.sequence);
  endLoading(activeCall);
  emitCallEvent("afterRequest", activeCall, { status: state.status, ok, aborted });
}

/** Sends a call until a response is complete, or another attempt is of no use. */
async function sendUntilReceived(activeCall: ActiveCall): Promise<Received> {
  for (;;) {
    activeCall.connection = new AbortController();
    try {
      const answer = await send(activeCall);
      if (isLost(answer, activeCall.url, activeCall.hasStreamed)) throw connectionError(activeCall);
      clearFailure(words().networkError);
      activeCall.signInPath = answer.headers.get(SIGN_IN_HEADER);
      activeCall.hasStreamed ||= isStream(answer);
      return await receive(answer, activeCall);
    } catch (error) {
      await waitForRetry(error, activeCall);
    }
  }
}

/** Waits until a call may be sent again. Throws what the attempt threw when it may not. */
async function waitForRetry(error: unknown, activeCall: ActiveCall): Promise<void> {
  const { signal, connection, retry, method } = activeCall;
  signal.throwIfAborted();
  const { maxInterval, attempts } = config.retry;
  const canRetry = error instanceof ConnectionError && (retry ?? (activeCall.hasStreamed && method === "GET"));
  // The runtime has dropped the connection itself, until this promise resolves.
  if (connection.signal.reason instanceof Promise) await abortable(signal, connection.signal.reason);
  else if (canRetry && !network.refresh()) await abortable(signal, nextEvent("hyper:network:online"));
  else if (canRetry && activeCall.failures < attempts) {
    const wait = Math.min(activeCall.retryInterval * 2 ** activeCall.failures++, maxInterval);
    const delay = wait * (0.75 + Math.random() / 2);
    emitCallEvent("requestRetry", activeCall, { error, attempt: activeCall.failures, delay });
    await sleep(signal, delay);
  } else {
    if (canRetry) emitCallEvent("requestRetriesFailed", activeCall, { error, attempts });
    reportException(activeCall, error);
    throw error;
  }
}
