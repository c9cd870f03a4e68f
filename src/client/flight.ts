/**
 * A call on its way: its place in a lane, its attempts, its events, its outcome.
 *
 * @module
 */
import { clearFailure, showFailure } from "./announce.ts";
import { stale } from "./apply.ts";
import { type Call, endAborted, type Flight, makeCall, newId, tell } from "./call.ts";
import { config } from "./config.ts";
import { genuine } from "./genuine.ts";
import { createLanes, type Sync } from "./lanes.ts";
import { beginLoading, endLoading } from "./loading.ts";
import { rememberSent } from "./morph.ts";
import { network, whenOnline } from "./network.ts";
import { type AbortReason, NOTHING, type Outcome } from "./outcome.ts";
import { type Destination, isStream, receive, type Received, remember } from "./receive.ts";
import { ConnectionError, lost, send } from "./send.ts";
import { sleep, until } from "./wait.ts";
import { words } from "./words.ts";

/** How long a stream has to last, in milliseconds, to be no failed attempt though nothing has happened in it. */
const LASTING_MS = 30_000;

/** The lanes of the page, and everything that is on its way or waits. Empty when nothing is. */
const lanes = createLanes<Flight>();
const flights = new Set<Flight>();

/** The reasons with which calls are ended here. Whoever aborts the call's own signal with one of them says the same. */
const OURS: readonly AbortReason[] = ["abort", "replaced", "timeout"];

/**
 * Starts a call, as soon as its lane lets it.
 *
 * @param call The call.
 * @param checkpoint How far it came when it was made before. Default: not at all.
 * @param sync How it meets others of its lane. Default: as the call says.
 * @returns How it ended.
 * @throws {ConnectionError} When the network failed.
 */
export async function launch(call: Call, checkpoint = "", sync: Sync = call.sync): Promise<Outcome> {
  const { id, key, form, timeout } = call;
  const controller = new AbortController();
  const signal = AbortSignal.any([controller.signal, ...call.signal ? [call.signal] : []]);
  const { interval } = config.retry;
  const flight: Flight = {
    ...call,
    controller,
    signal,
    started: 0,
    attempt: new AbortController(),
    checkpoint,
    interval,
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  let status = 0;
  let outcome: Outcome | undefined;
  flights.add(flight);
  try {
    signal.throwIfAborted();
    const verdict = lanes.enter(key, sync, flight);
    if (verdict.kind === "blocked") {
      tell("requestBlocked", call);
      return { ...NOTHING, kind: "blocked", blocked: true };
    }
    if (verdict.kind === "wait") await until(signal, verdict.turn);
    else {
      for (const old of verdict.replaced) {
        tell("requestReplaced", call, { replacedId: old.id });
        old.controller.abort("replaced");
      }
    }
    flight.started = stale.callBegins();
    if (timeout !== undefined) timer = setTimeout(() => controller.abort("timeout"), timeout);
    remember(id, flight.started);
    clearFailure(key);
    if (form) rememberSent(form);
    tell("beforeRequest", flight);
    // Sent before it is shown: looking through a large page takes about as long as the network does.
    const answer = exchange(flight);
    beginLoading(flight);
    const received = await answer;
    ({ status } = received);
    if (received.kind === "exception") {
      if (received.wanted) say(flight);
      throw received.error;
    }
    if (received.kind === "error") {
      const { message } = received;
      const wanted = tell("requestError", flight, { status, message });
      // A form shows itself what was wrong with it. What a server says of its own failures is not for visitors.
      if (wanted && status !== 422) say(flight, status < 500 ? message : "");
      return outcome = received;
    }
    tell("requestSuccess", flight, { status });
    if (received.kind === "switch") return outcome = await handOver(flight, received.to);
    if (form) clearErrors(form);
    return outcome = received;
  } catch (error) {
    if (!signal.aborted) throw error;
    return outcome = endAborted(call, reasonOf(signal));
  } finally {
    clearTimeout(timer);
    flights.delete(flight);
    // Before the last event, so that its listeners find the lane free.
    lanes.leave(key, flight);
    if (flight.started) {
      stale.callEnds(flight.started);
      endLoading(id);
      tell("afterRequest", flight, { status, ok: outcome?.ok === true, aborted: outcome?.aborted === true });
    }
  }
}

/**
 * Ends calls that are on their way or wait; their outcome is `aborted`.
 *
 * @param key The key of the lane they belong to. Default: all calls.
 */
export function abort(key?: string): void {
  for (const flight of flights) {
    if ((key ?? flight.key) === flight.key) flight.controller.abort("abort");
  }
}

/**
 * Lets go of every GET when the page is left, so that it may be kept for the way back, and takes each up again from its
 * last checkpoint when it is shown. A POST goes on: nobody could say how far it came.
 */
export function watchPage(signal: AbortSignal): void {
  addEventListener("pagehide", () => {
    const shown = new Promise((resolve) => addEventListener("pageshow", resolve, { once: true }));
    for (const { method, attempt } of flights) if (method === "GET") attempt.abort(shown);
  }, { signal });
}

/** Why a call was ended: for a reason of ours, or for whatever reason the caller's own signal has. */
function reasonOf({ reason }: AbortSignal): AbortReason {
  return OURS.find((ours) => ours === reason) ?? "signal";
}

/** Takes away what was wrong with a form at the time before: an answer need not draw it anew. */
function clearErrors(form: HTMLFormElement): void {
  for (const errors of form.querySelectorAll("[data-hyper-errors],.hyper-errors")) errors.remove();
  for (const control of document.querySelectorAll<HTMLInputElement>("[aria-invalid]")) {
    // One that only names the form in its `form` attribute may stand anywhere, its errors beside it.
    if (control.form !== form && !genuine(form, "contains")(control)) continue;
    control.removeAttribute("aria-invalid");
    // Help stays; an id of what is gone would describe nothing.
    const left = control.getAttribute("aria-describedby")?.split(" ").filter((id) => {
      const description = document.getElementById(id);
      if (description?.matches(".hyper-errors")) description.remove();
      return description?.isConnected;
    }).join(" ");
    if (left) control.setAttribute("aria-describedby", left);
    else control.removeAttribute("aria-describedby");
  }
}

/** Attempts until an answer is complete, or there is no sense in another one. */
async function exchange(flight: Flight): Promise<Received> {
  const { signal, retry, method } = flight;
  let failed = 0;
  // A first connection that fails is told at once; one that was there and is lost is what a GET comes back for.
  let connected = false;
  // Since when the stream is open; infinite while there is none.
  let since = Infinity;
  for (;;) {
    const attempt = flight.attempt = new AbortController();
    try {
      const answer = await send(flight);
      const stream = isStream(answer);
      // The proxy before a server that starts anew, or a server that says when to come back.
      const { status, headers } = answer;
      if (connected && (headers.get("retry-after") || !stream && /50[234]/.test(`${status}`))) throw lost(flight);
      connected ||= stream;
      if (stream) since = performance.now();
      return await receive(answer, flight, () => failed = 0);
    } catch (error) {
      signal.throwIfAborted();
      const { reason } = attempt.signal;
      const { maxInterval, attempts } = config.retry;
      const again = error instanceof ConnectionError && (retry ?? (connected && method === "GET"));
      if (performance.now() - since > LASTING_MS) failed = 0;
      since = Infinity;
      if (reason instanceof Promise) await until(signal, reason);
      else if (again && !network.refresh()) await until(signal, whenOnline());
      else if (again && failed < attempts) {
        const wait = Math.min(flight.interval * 2 ** failed++, maxInterval);
        const delay = wait * (0.75 + Math.random() / 2);
        tell("requestRetry", flight, { error, attempt: failed, delay });
        await sleep(signal, delay);
      } else {
        if (again) tell("requestRetriesFailed", flight, { error, attempts });
        if (tell("requestException", flight, { error })) {
          say(flight, error instanceof ConnectionError ? words().offline : "");
        }
        throw error;
      }
    }
  }
}

/** Lets another action go on in the place of this one: in its lane, ended with it. */
async function handOver(flight: Flight, { name, data, method, url }: Destination): Promise<Outcome> {
  const id = newId();
  const depth = flight.depth + 1;
  const next = makeCall({ ...flight, id, action: name, url, method, data, fields: null, enctype: "", depth });
  tell("actionSwitch", flight, { destination: name, destinationId: id, depth });
  // The lane is held for it.
  return await launch(next, "", "none");
}

/** Says on the page that a call failed, and offers the same call, with the same id, again. */
function say(flight: Flight, message?: string): void {
  showFailure({
    key: flight.key,
    message: message || words().failed,
    source: flight.sourceEl,
    // How it ends is told as it was the first time.
    retry: () => void launch(flight, flight.checkpoint).catch(() => {}),
  });
}
