/**
 * A call on its way: its place in a lane, its attempts, its events, its outcome.
 *
 * @module
 */
import { clearFailure } from "../page/announce.ts";
import { type ActiveCall, type Call, endAborted, makeCall, newId, tell } from "./call.ts";
import { config } from "../config.ts";
import { doc } from "../dom.ts";
import { enterLane, leaveLane } from "./lanes.ts";
import { tryLater } from "../later/load_later.ts";
import { beginLoading, endLoading } from "../page/loading.ts";
import { rememberSent } from "../page/morph.ts";
import { network } from "../page/network.ts";
import { NOTHING, type Outcome } from "./outcome.ts";
import { isForeign, isStream, receive, type Received } from "./receive.ts";
import { reportException, say } from "./report.ts";
import { ConnectionError, lost, send } from "./send.ts";
import { callBegins, callEnds } from "../page/stale.ts";
import type { Destination } from "./switch.ts";
import { nextEvent, sleep, until } from "./wait.ts";

/** Everything that is on its way or waits. Empty when nothing is. */
const activeCalls = new Set<ActiveCall>();

/**
 * Starts a call, as soon as its lane lets it.
 *
 * @param call The call.
 * @returns How it ended.
 * @throws {ConnectionError} When the network failed.
 */
export async function launch(call: Call): Promise<Outcome> {
  // A call that takes over from another is ended with it.
  const { key, form, timeout, controller = new AbortController(), checkpoint = "" } = call;
  const signal = AbortSignal.any([controller.signal, call.signal ?? controller.signal]);
  const activeCall: ActiveCall = {
    ...call,
    controller,
    signal,
    started: 0,
    attempt: new AbortController(),
    checkpoint,
    failures: 0,
    // How it ends is told as it was the first time.
    again: () => void launch(activeCall).catch(() => {}),
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  let status = 0;
  let outcome: Outcome | typeof NOTHING = NOTHING;
  activeCalls.add(activeCall);
  try {
    signal.throwIfAborted();
    const verdict = enterLane(key, call.sync, activeCall);
    if (!verdict) {
      tell("requestBlocked", call);
      return { ...NOTHING, kind: "blocked", blocked: true };
    }
    if (verdict instanceof Promise) await until(signal, verdict);
    else {
      for (const old of verdict) {
        tell("requestReplaced", call, { replacedId: old.id });
        old.controller.abort("replaced");
      }
    }
    activeCall.started = callBegins();
    if (timeout !== undefined) timer = setTimeout(() => controller.abort("timeout"), timeout);
    clearFailure(key);
    if (form) rememberSent(form);
    tell("beforeRequest", activeCall);
    // Sent before it is shown: looking through a large page takes about as long as the network does.
    const answer = exchange(activeCall);
    beginLoading(activeCall);
    const received = await answer;
    ({ status } = received);
    if (received.kind === "exception") throw received.error;
    if (received.kind === "error") {
      const { message } = received;
      const wanted = tell("requestError", activeCall, { status, message });
      // A form shows itself what was wrong with it. What a server says of its own failures is not for visitors.
      if (wanted && status !== 422) say(activeCall, status < 500 ? message : "");
      return outcome = received;
    }
    tell("requestSuccess", activeCall, { status });
    if (received.kind === "switch") return outcome = await handOver(activeCall, received.to);
    // An answer need not draw a form anew to take away what was wrong with it at the time before.
    const wrong = form && doc.querySelector("[aria-invalid],[data-hyper-errors]");
    if (wrong) (await tryLater())?.clearErrors(form);
    return outcome = received;
  } catch (error) {
    if (!signal.aborted) throw error;
    return outcome = endAborted(call, controller.signal.reason ?? "signal");
  } finally {
    clearTimeout(timer);
    activeCalls.delete(activeCall);
    // Before the last event, so that its listeners find the lane free.
    leaveLane(key, activeCall);
    if (activeCall.started) {
      callEnds(activeCall.started);
      endLoading(activeCall);
      tell("afterRequest", activeCall, { status, ok: outcome.ok, aborted: outcome.aborted });
    }
  }
}

/**
 * Ends calls that are on their way or wait; their outcome is `aborted`.
 *
 * @param key The key of the lane they belong to. Default: all calls.
 */
export function abort(key: string): void {
  for (const activeCall of activeCalls) if (activeCall.key === key) activeCall.controller.abort("abort");
}

/** Ends all calls. Their outcome is `aborted`. */
export function abortAll(): void {
  for (const { key } of activeCalls) abort(key);
}

/**
 * Lets go of every GET when the page is left, so that it may be kept for the way back, and takes each up again from its
 * last checkpoint when it is shown. A POST goes on: nobody could say how far it came.
 */
export function watchPage(signal: AbortSignal): void {
  addEventListener("pagehide", () => {
    const shown = nextEvent("pageshow");
    for (const { method, attempt } of activeCalls) if (method === "GET") attempt.abort(shown);
  }, { signal });
}

/** Attempts until an answer is complete, or there is no sense in another one. */
async function exchange(activeCall: ActiveCall): Promise<Received> {
  const { signal, retry, method } = activeCall;
  // A first connection that fails is told at once; one that was there and is lost is what a GET comes back for.
  let connected = false;
  for (;;) {
    const attempt = activeCall.attempt = new AbortController();
    try {
      const answer = await send(activeCall);
      const { status, headers } = answer;
      // A foreign answer before all else: to ask for a header that its site keeps to itself is an error on the console.
      // Then the proxy before a server that starts anew, or a server that says when to come back.
      if (
        isForeign(answer, activeCall) || connected && (headers.get("retry-after") || status > 501 && !isStream(answer))
      ) {
        throw lost(activeCall);
      }
      connected ||= isStream(answer);
      return await receive(answer, activeCall);
    } catch (error) {
      signal.throwIfAborted();
      const { reason } = attempt.signal;
      const { interval, maxInterval, attempts } = config.retry;
      const again = error instanceof ConnectionError && (retry ?? (connected && method === "GET"));
      if (reason instanceof Promise) await until(signal, reason);
      else if (again && !network.refresh()) await until(signal, nextEvent("hyper:network:online"));
      else if (again && activeCall.failures < attempts) {
        const wait = Math.min((activeCall.interval ?? interval) * 2 ** activeCall.failures++, maxInterval);
        const delay = wait * (0.75 + Math.random() / 2);
        tell("requestRetry", activeCall, { error, attempt: activeCall.failures, delay });
        await sleep(signal, delay);
      } else {
        if (again) tell("requestRetriesFailed", activeCall, { error, attempts });
        reportException(activeCall, error);
        throw error;
      }
    }
  }
}

/** Lets another action go on in the place of this one: in its lane, ended with it. */
async function handOver(activeCall: ActiveCall, to: Destination): Promise<Outcome> {
  const next = makeCall({ ...activeCall, ...to, id: newId() });
  tell("actionSwitch", activeCall, { toAction: next.action, toRequestId: next.id, depth: next.depth });
  return await launch(next);
}
