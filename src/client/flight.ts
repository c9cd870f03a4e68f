/**
 * A call on its way: its place in a lane, its attempts, its events, its outcome.
 *
 * @module
 */
import { clearFailure, showFailure } from "./announce.ts";
import { stale } from "./apply.ts";
import { type Call, type Flight, makeCall, newId, tell } from "./call.ts";
import { config } from "./config.ts";
import { createLanes } from "./lanes.ts";
import { rememberSent } from "./morph.ts";
import { type AbortReason, NOTHING, type Outcome } from "./outcome.ts";
import { loading, network } from "./parts.ts";
import { type Destination, isStream, receive, type Received, remember, told } from "./receive.ts";
import { ConnectionError, lost, send } from "./send.ts";
import { sleep, until } from "./wait.ts";
import { words } from "./words.ts";

/** The lanes of the page, and everything that is on its way or waits. Empty when nothing is. */
const lanes = createLanes<Flight>();
const flights = new Set<Flight>();

/**
 * Starts a call, as soon as its lane lets it.
 *
 * @returns How it ended.
 * @throws {ConnectionError} When the network failed.
 */
export async function launch(call: Call): Promise<Outcome> {
  const controller = new AbortController();
  const signal = AbortSignal.any([controller.signal, ...call.signal ? [call.signal] : []]);
  const flight = takeOff(call, controller, signal);
  flights.add(flight);
  try {
    signal.throwIfAborted();
    const verdict = lanes.enter(call.key, call.sync, flight);
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
    return await run(flight);
  } catch (error) {
    if (!signal.aborted) throw error;
    return endAborted(flight);
  } finally {
    flights.delete(flight);
    lanes.leave(call.key, flight);
  }
}

/**
 * Ends calls that are on their way or wait; their outcome is `aborted`.
 *
 * @param key The key of the lane they belong to. Default: all calls.
 */
export function abort(key?: string): void {
  for (const flight of flights) {
    if (key === undefined || flight.key === key) flight.controller.abort("abort");
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

function takeOff(call: Call, controller: AbortController, signal: AbortSignal): Flight {
  const state = { started: 0, attempt: new AbortController(), checkpoint: "", interval: undefined };
  return { ...call, controller, signal, ...state };
}

function endAborted(flight: Flight): Outcome {
  // The controller is ours and is aborted with a reason of ours; any other end is the caller's signal.
  const { aborted, reason: ours } = flight.controller.signal;
  const reason: AbortReason = aborted ? ours : "signal";
  tell("requestAborted", flight, { reason });
  return { ...NOTHING, kind: "aborted", aborted: true, reason };
}

async function run(flight: Flight): Promise<Outcome> {
  const { id, key, form, controller, signal, timeout } = flight;
  const started = flight.started = stale.next();
  let status = 0;
  let outcome: Outcome | undefined;
  const timer = timeout === undefined ? undefined : setTimeout(() => controller.abort("timeout"), timeout);
  remember(id, started);
  // A call that was handed over to is known here by its own attempts.
  flights.add(flight);
  stale.open(started);
  clearFailure(key);
  if (form) rememberSent(form);
  tell("beforeRequest", flight);
  loading.begin(flight);
  try {
    const received = await exchange(flight);
    ({ status } = received);
    if (received.kind !== "error") tell("requestSuccess", flight, { status });
    if (received.kind === "switch") return outcome = await handOver(flight, received.to);
    outcome = received;
    if (received.kind === "success" && form) clearErrors(form);
    if (received.kind === "error") {
      const { message } = received;
      const wanted = tell("requestError", flight, { status, message });
      // A form shows itself what was wrong with it. What a server says of its own failures is not for visitors.
      if (wanted && status !== 422) say(flight, status < 500 ? message : "");
    }
    return outcome;
  } catch (error) {
    if (!signal.aborted) throw error;
    return outcome = endAborted(flight);
  } finally {
    clearTimeout(timer);
    flights.delete(flight);
    stale.close(started);
    loading.end(id);
    // Before the last event, so that its listeners find the lane free.
    lanes.leave(key, flight);
    tell("afterRequest", flight, { status, ok: outcome?.ok === true, aborted: outcome?.aborted === true });
  }
}

/** Takes away what was wrong with a form at the time before: an answer need not draw it anew. */
function clearErrors(form: HTMLFormElement): void {
  for (const errors of form.querySelectorAll("[data-hyper-errors],.hyper-errors")) errors.remove();
  for (const control of form.querySelectorAll("[aria-invalid]")) control.removeAttribute("aria-invalid");
}

/** Attempts until an answer is complete, or there is no sense in another one. */
async function exchange(flight: Flight): Promise<Received> {
  const { signal, retry, method } = flight;
  let failed = 0;
  // A first connection that fails is told at once; one that was there and is lost is what a GET comes back for.
  let connected = false;
  for (;;) {
    const attempt = flight.attempt = new AbortController();
    try {
      const answer = await send(flight);
      const stream = isStream(answer);
      // The proxy before a server that starts anew, or a server that says when to come back.
      const { status, headers } = answer;
      if (connected && (headers.get("retry-after") || !stream && /50[234]/.test(`${status}`))) throw lost(flight);
      connected ||= stream;
      return await receive(answer, flight, () => failed = 0);
    } catch (error) {
      signal.throwIfAborted();
      const { reason } = attempt.signal;
      const { interval, maxInterval, attempts } = config.retry;
      const again = error instanceof ConnectionError && (retry ?? (connected && method === "GET"));
      if (reason instanceof Promise) await until(signal, reason);
      else if (again && !network.online) await until(signal, network.whenOnline());
      else if (again && failed < attempts) {
        const wait = Math.min((flight.interval ?? interval) * 2 ** failed++, maxInterval);
        const delay = wait * (0.75 + Math.random() / 2);
        tell("requestRetry", flight, { error, attempt: failed, delay });
        await sleep(signal, delay);
      } else {
        if (again) tell("requestRetriesFailed", flight, { error, attempts });
        if (told.get(Object(error)) ?? tell("requestException", flight, { error })) {
          say(flight, error instanceof ConnectionError ? words().offline : "");
        }
        throw error;
      }
    }
  }
}

/** Lets another action go on in the place of this one: in its lane, ended with it. */
async function handOver(flight: Flight, { name, data, method, url }: Destination): Promise<Outcome> {
  const { controller, signal } = flight;
  const id = newId();
  const depth = flight.depth + 1;
  const next = makeCall({ ...flight, id, action: name, url, method, data, fields: null, enctype: "", depth });
  tell("actionSwitch", flight, { destination: name, destinationId: id, depth });
  return await run(takeOff(next, controller, signal));
}

/** Says on the page that a call failed, and offers the same call, with the same id, again. */
function say(flight: Flight, message?: string): void {
  showFailure({
    key: flight.key,
    message: message || words().failed,
    source: flight.sourceEl,
    // How it ends is told as it was the first time.
    retry: () => void launch(flight).catch(() => {}),
  });
}
