/**
 * Reads the one stream of a browser, for all of its tabs. When what they watch changes, the stream is opened again from the last places,
 * so that nothing is lost.
 *
 * @module
 */
import { readBlocks, type StreamBlock } from "../../protocol/event_stream.ts";
import { ACTION_HEADER, EVENT_STREAM, JSON_TYPE } from "../../protocol/names.ts";
import { WATCH_ACTION } from "../../protocol/region_names.ts";
import { abortable, sleep } from "../call/wait.ts";
import { limitConnections } from "./connection_limit.ts";
import type { FollowedCall } from "./followed.ts";
import type { Message, TabContents } from "./stream_messages.ts";

/** Calls at the same position of the same stream: one subscription. */
interface Subscription {
  readonly call: FollowedCall;
  readonly ids: string[];
  place: string;
}

/** The longest silence of the stream, in milliseconds. The server sends a heartbeat every 15 seconds. */
const SILENCE_MS = 60_000;
/** Time in which changes of regions and calls are collected, in milliseconds. */
export const COLLECT_MS = 50;
/** The longest time between two attempts to connect, in milliseconds. */
const MAX_RETRY_MS = 30_000;
/** Maximum number of tabs. */
const MAX_TABS = 100;

/** Reads the stream while this tab leads. */
export class StreamLeader {
  readonly #post: (message: Message) => void;
  readonly #tabs = new Map<string, TabContents>();
  /** The positions of calls, as this leader knows them: later than what their tabs have sent. */
  readonly #places = new Map<string, string>();
  /** Resolves when a stream may be opened. */
  #settled: Promise<unknown> = Promise.resolve();
  /** Closes the stream, to open it for others. */
  #stream = new AbortController();

  /** @param post Sends a message to all tabs, this one too. */
  constructor(post: (message: Message) => void) {
    this.#post = post;
  }

  /** Notes the contents of a tab. */
  note(sent: TabContents): void {
    const tabs = this.#tabs;
    for (const { id } of tabs.get(sent.tab)?.calls ?? []) {
      if (!sent.calls.some((call) => call.id === id)) this.#places.delete(id);
    }
    tabs.delete(sent.tab);
    if (sent.pages.length + sent.calls.length) tabs.set(sent.tab, sent);
    for (const oldest of tabs.keys()) if (tabs.size > MAX_TABS) tabs.delete(oldest);
    this.#stream.abort();
    this.#post({ kind: "noted", tab: sent.tab });
  }

  /** Closes the stream, and opens it again when a promise resolves. */
  reopen(settled: Promise<unknown>): void {
    this.#settled = settled;
    this.#stream.abort();
  }

  /** Reads until the signal is aborted. */
  async lead(signal: AbortSignal): Promise<void> {
    this.#post({ kind: "who" });
    let failures = 0;
    while (!signal.aborted) {
      this.#stream = new AbortController();
      const over = AbortSignal.any([signal, this.#stream.signal]);
      try {
        // Other tabs answer, too.
        await abortable(over, this.#settled);
        await sleep(over, COLLECT_MS);
        if (this.#tabs.size) {
          await this.#read(over, () => failures = 0);
          throw new Error("The stream has ended");
        }
        await sleep(over, MAX_RETRY_MS);
      } catch {
        if (over.aborted) continue;
        // The network, or the server: tried again until it works, since the page shows what it has. Calls show that they are
        // interrupted, unless the first attempt succeeds.
        if (failures) this.#post({ kind: "over", ids: this.#calls().map(({ id }) => id), last: [] });
        const delay = Math.min(500 * 2 ** failures++, MAX_RETRY_MS) * (0.5 + Math.random());
        // Aborted when the tabs watch something else: then it is opened at once.
        await sleep(over, delay).catch(() => {});
      }
    }
  }

  #calls(): FollowedCall[] {
    return Array.from(this.#tabs.values(), ({ calls }) => calls).flat();
  }

  /** Returns one subscription for all calls that need the same blocks. */
  #subscriptions(): Subscription[] {
    const found = new Map<string, Subscription>();
    for (const call of this.#calls()) {
      const place = this.#places.get(call.id) ?? call.place;
      const key = `${call.share} ${place}`;
      const known = found.get(key);
      if (known) known.ids.push(call.id);
      else found.set(key, { call, ids: [call.id], place });
    }
    return [...found.values()];
  }

  /** Reads the stream until it ends. */
  async #read(over: AbortSignal, onAlive: () => void): Promise<void> {
    const tabs = [...this.#tabs.values()];
    const subscriptions = this.#subscriptions();
    const connection = new AbortController();
    const signal = AbortSignal.any([over, connection.signal]);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const listen = () => {
      clearTimeout(timer);
      timer = setTimeout(() => connection.abort(), SILENCE_MS);
    };
    try {
      listen();
      // Other tabs depend on it, also while this one is hidden.
      limitConnections(signal, () => {});
      const answer = await fetch(location.pathname, {
        method: "POST",
        headers: { [ACTION_HEADER]: WATCH_ACTION, Accept: EVENT_STREAM, "Content-Type": JSON_TYPE },
        body: JSON.stringify({
          pages: tabs.flatMap(({ pages }) => pages),
          calls: subscriptions.map(({ call: { at, headers, share }, place }) => ({ at, headers, share, place })),
        }),
        signal,
      });
      if (!answer.ok) throw new Error(`Cannot open the stream of the browser: status ${answer.status}`);
      const names = tabs.map(({ tab, version }) => [tab, version] as const);
      let current: Subscription | undefined;
      for await (const block of readBlocks(answer.body, listen)) {
        const { event, data } = block;
        if (event === "message" && data === undefined) {
          this.#post({ kind: "heartbeat", ids: this.#calls().map(({ id }) => id) });
          continue;
        }
        onAlive();
        if (event === "regions") {
          const sent = JSON.parse(data ?? "");
          this.#post(sent.place ? { kind: "place", place: sent.place, tabs: names } : { kind: "dirty", ...sent });
        } else if (event === "subscription") {
          const { of, last } = JSON.parse(data ?? "");
          current = subscriptions[of];
          if (last) this.#end(current, last);
        } else if (current) this.#forward(current, block);
      }
    } finally {
      connection.abort();
      clearTimeout(timer);
    }
  }

  #forward(subscription: Subscription, block: StreamBlock): void {
    const { ids, place } = subscription;
    const { id } = block;
    if (id) {
      subscription.place = id;
      for (const call of ids) this.#places.set(call, id);
    }
    this.#post({ kind: "block", ids, after: place, block });
  }

  #end(subscription: Subscription | undefined, last: readonly (StreamBlock & { readonly data: unknown })[]): void {
    if (!subscription) return;
    const blocks = last.map((patch) => ({ ...patch, data: JSON.stringify(patch.data) }));
    this.#post({ kind: "over", ids: subscription.ids, last: blocks });
  }
}
