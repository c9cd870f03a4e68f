// The live streams of all tabs of a browser, on its one stream.
//
// ```
// { at, headers, share, place } ──▶ every step of a request ──▶ patches ──▶ subscription: of = 3; patch, patch, …
// ```
import { ACTION_HEADER, DATA_HEADER, EVENT_STREAM, LAST_EVENT_ID_HEADER, LAYER_HEADER } from "../protocol/names.ts";
import { LOCATION_HEADER, REQUEST_ID_HEADER, SWITCH_DEPTH_HEADER, TARGET_HEADER } from "../protocol/names.ts";
import { isTerminal, type Patch, type PatchMarks } from "../protocol/patch.ts";
import { isJsonObject } from "../http/json.ts";
import type { ActionRun } from "./action_run.ts";
import type { Opening } from "./app.ts";
import type { PatchEvents } from "./running_stream.ts";
import { MAX_SUBSCRIPTIONS } from "./streams.ts";
import { type EndReason, Subscription } from "./subscription.ts";

/** The headers of a call that a tab sends with its subscription. All others are those of the request of the stream. */
const OF_CALL: ReadonlySet<string> = new Set([
  ACTION_HEADER,
  DATA_HEADER,
  LAYER_HEADER,
  LOCATION_HEADER,
  REQUEST_ID_HEADER,
  SWITCH_DEPTH_HEADER,
  TARGET_HEADER,
].map((name) => name.toLowerCase()));
/** The headers of the request of the stream that describe its body, and what it asks for. */
const OF_STREAM: readonly string[] = ["content-encoding", "content-length", "content-type", "transfer-encoding"];

/** A live stream that a tab of the browser wants to read: untrusted. */
export interface Subscribing {
  /** Path and query of its request. */
  readonly at: string;
  /** The headers of its request, by name. */
  readonly headers: Readonly<Record<string, unknown>>;
  /** The name of the stream. */
  readonly share: string;
  /** The position to continue from. */
  readonly place: string;
}

/** The event that ends a stream. */
const END: Patch = { event: "end", data: {} };

/** A patch; `of` is the position of its subscription in the list, `null` for one of the regions. */
interface Forwarded {
  readonly of: number | null;
  readonly patch: Patch & PatchMarks;
}

/** The parts of an application that subscriptions need. */
export type SubscriptionsApp = Opening;

/** Reads the subscriptions of a request: bounded, so that the others keep connections of their own, and malformed ones have an empty address, which opens nothing. */
export function readSubscriptions({ calls }: Readonly<Record<string, unknown>>): readonly Subscribing[] {
  if (!Array.isArray(calls)) return [];
  return calls.slice(0, MAX_SUBSCRIPTIONS).map((call: unknown) => {
    const { at, headers, share, place } = isJsonObject(call) ? call : {};
    const isValid = typeof at === "string" && typeof share === "string" && typeof place === "string";
    return isValid && isJsonObject(headers)
      ? { at, headers, share, place }
      : { at: "", headers: {}, share: "", place: "" };
  });
}

/** Yields the patches of a subscription, and its end. Never throws: the end of one does not end the others. */
export async function* forwardSubscription(
  run: ActionRun,
  of: number,
  subscribing: Subscribing,
  app: SubscriptionsApp,
): AsyncGenerator<Forwarded, void, void> {
  const subscription = await openSubscription(run, subscribing, app);
  const { opened } = subscription;
  if (opened === null) return yield { of, patch: endOf(of, null) };
  const { signal } = run.call.controller;
  const reading = new Reading();
  const leave = (): void => {
    opened.stream.stream.leave();
    reading.leave();
  };
  signal.addEventListener("abort", leave);
  if (signal.aborted) leave();
  try {
    const last = yield* readSubscription(of, opened, subscription, reading);
    yield { of, patch: endOf(of, last) };
  } finally {
    signal.removeEventListener("abort", leave);
    leave();
  }
}

/** The reader of a subscription. It does not wait for a generator that continues after it has left. */
class Reading {
  #isOver = false;
  #end = (): void => {};

  /** Waits for a result; `null` if the reader leaves before. */
  async until<T>(result: T | Promise<T>): Promise<T | null> {
    if (this.#isOver) return null;
    // Not `Promise.race()` with one promise, which would keep a callback of every result.
    const { promise: left, resolve } = Promise.withResolvers<null>();
    this.#end = () => resolve(null);
    return await Promise.race([result, left]);
  }

  leave(): void {
    this.#isOver = true;
    this.#end();
  }
}

/** Yields the patches of the regions, which belong to no subscription. */
export async function* ofRegions(patches: PatchEvents, signal: AbortSignal): AsyncGenerator<Forwarded, void, void> {
  const leave = (): void => void patches.return();
  signal.addEventListener("abort", leave);
  try {
    for (let next = await patches.next(); !next.done; next = await patches.next()) {
      yield { of: null, patch: next.value };
    }
  } finally {
    signal.removeEventListener("abort", leave);
    leave();
  }
}

/** Yields patches in their order, each after the event that names its subscription. */
export async function* inTurn(forwarded: AsyncGenerator<Forwarded, void, void>): AsyncGenerator<Patch, void, void> {
  let current: number | null = null;
  for await (const { of, patch } of forwarded) {
    if (of !== current && of !== null && patch.event !== "subscription") yield { event: "subscription", data: { of } };
    if (of !== null) current = of;
    yield patch;
  }
}

function endOf(of: number, last: readonly (Patch & PatchMarks)[] | null): Patch {
  return { event: "subscription", data: { of, last: last ?? [] } };
}

/** Yields the patches of an open stream; returns its last events, or `null` if the tab must ask by itself. */
async function* readSubscription(
  of: number,
  { stream: opened, first: begun }: NonNullable<Subscription["opened"]>,
  subscription: Subscription,
  reading: Reading,
): AsyncGenerator<Forwarded, readonly (Patch & PatchMarks)[] | null, void> {
  // The tab has shown what comes before, and no position of this stream: the response to its own request decides.
  const { stream } = opened;
  let hasBegun = false;
  let reason: EndReason = "left";
  try {
    let next = await reading.until(begun);
    for (; next !== null && !next.done; next = await reading.until(stream.events.next())) {
      const first: Patch & PatchMarks = next.value;
      const all = first.batch ?? [first];
      const last = all.at(-1);
      if (last !== undefined && isTerminal(last.event)) {
        if (subscription.isWatching) yield* all.slice(0, -1).map((patch) => ({ of, patch }));
        reason = "ended";
        return hasBegun ? [last] : null;
      }
      if (!subscription.isWatching) continue;
      hasBegun ||= last?.id !== undefined;
      yield { of, patch: next.value };
    }
    reason = stream.isReleased ? "released" : next === null ? "left" : "ended";
    return hasBegun && reason === "ended" ? [...opened.lastEvents(), END] : null;
  } catch (error) {
    reason = "failed";
    const event = opened.errorEvent(error);
    return hasBegun && event !== null ? [event, END] : null;
  } finally {
    opened.onEnd(reason);
  }
}

/** Sends the request of a subscription through every step. */
async function openSubscription(
  run: ActionRun,
  { at, headers, share, place }: Subscribing,
  app: SubscriptionsApp,
): Promise<Subscription> {
  const { arrival: { request, client }, controller: { signal } } = run.call;
  const subscription = new Subscription(share);
  const url = at.startsWith("/") ? URL.parse(at, request.url) : null;
  // `//` begins a host.
  if (url === null || url.origin !== new URL(request.url).origin) return subscription;
  const own = new Headers(request.headers);
  for (const name of [...OF_CALL, ...OF_STREAM]) own.delete(name);
  try {
    for (const [name, value] of Object.entries(headers)) {
      if (OF_CALL.has(name.toLowerCase()) && typeof value === "string") own.set(name, value);
    }
    own.set("accept", EVENT_STREAM);
    own.set(LAST_EVENT_ID_HEADER, place);
    const asked = new Request(url, { headers: own });
    const response = await app.openings.run(
      run.admitted.holder,
      signal,
      () => app.open(asked, client, subscription),
    );
    await response.body?.cancel();
  } catch {
    // Values that are not headers, or a response that fails when it is not read: nothing is opened.
  }
  return subscription;
}
