/**
 * One stream for the regions and topics of all tabs of a browser. The tab that holds the lock, the leader, reads it and forwards to the
 * others.
 *
 * ```
 * tab ── its regions and calls ──▶ channel ──▶ leader ── those of all tabs ──▶ server
 * tab ◀── what is dirty, blocks ─── channel ◀── leader ◀── what is dirty, blocks, places ──┘
 * ```
 *
 * When the leader closes, another tab gets the lock. Without locks, as on a page without TLS, each visible tab reads a stream of its own.
 *
 * @module
 */
import { REGION_ATTRIBUTE } from "../../protocol/names.ts";
import { PLACE_ATTRIBUTE } from "../../protocol/region_names.ts";
import { whenUserChanges } from "./session_part.ts";
import { attr, doc } from "../dom.ts";
import { addressOf, layers } from "../page/layers.ts";
import { regionHooks, regionsOf } from "../page/region_list.ts";
import { endFollowed, followedCalls, giveBlock, giveHeartbeat, stopFollowing, whenFollowedChange } from "./followed.ts";
import { markDirty } from "./regions.ts";
import { COLLECT_MS, StreamLeader } from "./stream_leader.ts";
import type { Message, PageRegions } from "./stream_messages.ts";

/** Name of the lock and of the channel, with the version of the messages: tabs from before an update may be open. */
const NAME = "hyper:3:stream";
/** Time to wait for a leader before the lock is taken from it, in milliseconds: a tab that hangs does not answer. */
const LEADER_TIMEOUT_MS = 10_000;

/** Watches the regions and topics of the page until the signal is aborted. */
export function watchSharedStream(ended: AbortSignal): void {
  const listening = { signal: ended };
  let tab: SharedTab | null = null;
  const enter = (): void => void (tab ??= new SharedTab());
  const leave = (): void => {
    tab?.close();
    tab = null;
  };
  enter();
  // A page that is frozen, or in the back/forward cache, must hold neither a lock nor a connection.
  addEventListener("pagehide", leave, listening);
  addEventListener("pageshow", enter, listening);
  doc.addEventListener("freeze", leave, listening);
  doc.addEventListener("resume", enter, listening);
  for (
    const type of [
      "hyper:swap:after",
      "hyper:afterRequest",
      "hyper:layer:close",
    ]
  ) {
    addEventListener(type, () => tab?.update(), listening);
  }
  regionHooks.onPage = () => tab?.renew();
  ended.addEventListener("abort", leave);
  whenFollowedChange(() => tab?.update());
  // Opened by the user before: the server decides what the one of now may watch.
  void whenUserChanges((_, settled) => tab?.reopen(settled), ended);
}

/** No region of the tab is known to be up to date. */
const NONE: { readonly references: ReadonlySet<string>; readonly place: string } = { references: new Set(), place: "" };

/** A tab while it is shown. */
class SharedTab {
  readonly #name = `${Math.random()}`;
  /** `null` without locks: then no tab reads for another one. */
  readonly #channel = "locks" in navigator ? new BroadcastChannel(NAME) : null;
  readonly #closed = new AbortController();
  /** `null` unless this tab is the leader. */
  #leader: StreamLeader | null = null;
  /** The contents that were sent last, as JSON, and their number. */
  #sent = "";
  #version = 0;
  /** The references that were sent last. */
  #references: readonly string[] = [];
  /** The regions of this tab that have received everything up to a place. */
  #known = NONE;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Runs until a leader has noted what was sent. */
  #leaderTimer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    const { signal } = this.#closed;
    if (this.#channel) {
      this.#channel.onmessage = ({ data }: MessageEvent<Message>) => this.#receive(data);
      void this.#leadWithLock({ signal });
    } else void this.#leadWhileVisible(signal);
    this.update();
  }

  /** Tells the leader about the regions and calls of the page, if they have changed. */
  update(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#send(false), COLLECT_MS);
  }

  /** Tells it about those of a page whose response may be older than the last place: it asks for what has changed since. */
  renew(): void {
    this.#known = NONE;
    this.#sent = "";
    this.update();
  }

  /** Closes the stream, as the leader, and opens it again when a promise resolves. */
  reopen(settled: Promise<unknown>): void {
    this.#leader?.reopen(settled);
  }

  /** Leaves. */
  close(): void {
    if (this.#closed.signal.aborted) return;
    clearTimeout(this.#timer);
    clearTimeout(this.#leaderTimer);
    this.#post({ kind: "tab", sent: { tab: this.#name, version: 0, pages: [], calls: [] } });
    this.#closed.abort();
    this.#channel?.close();
  }

  #send(again: boolean): void {
    const { references: known, place } = this.#known;
    const pages = [undefined, ...layers].map((layer): PageRegions => {
      const regions = regionsOf(layer).map((region): readonly [string, string | null] => {
        const reference = attr(region, REGION_ATTRIBUTE) ?? "";
        return [reference, known.has(reference) ? place : attr(region, PLACE_ATTRIBUTE)];
      });
      return { at: addressOf(layer), regions };
    }).filter(({ regions }) => regions.length);
    const calls = followedCalls();
    const watched = pages.map(({ at, regions }) => [at, regions.map(([reference]) => reference)]);
    const key = JSON.stringify([watched, calls.map(({ id }) => id)]);
    if (key === this.#sent && !again || !this.#version && !pages.length && !calls.length) return;
    this.#sent = key;
    this.#references = pages.flatMap(({ regions }) => regions.map(([reference]) => reference));
    if (this.#channel) this.#leaderTimer ??= setTimeout(() => this.#leadWithLock({ steal: true }), LEADER_TIMEOUT_MS);
    this.#post({ kind: "tab", sent: { tab: this.#name, version: ++this.#version, pages, calls } });
  }

  /** Sends a message to all tabs, this one too. */
  #post(message: Message): void {
    this.#channel?.postMessage(message);
    this.#receive(message);
  }

  #receive(message: Message): void {
    switch (message.kind) {
      case "tab":
        this.#leader?.note(message.sent);
        break;
      case "noted":
        if (message.tab === this.#name) this.#stopTimer();
        break;
      case "who":
        this.#send(true);
        break;
      case "dirty":
        markDirty(message.at, message.dirty, message.echo);
        break;
      case "block":
        giveBlock(message.ids, message.after, message.block);
        break;
      case "heartbeat":
        giveHeartbeat(message.ids);
        break;
      case "over":
        endFollowed(message.ids, message.last);
        break;
      case "place":
        // Not from a stream that was opened before the last regions were sent.
        if (message.tabs.some(([tab, version]) => tab === this.#name && version === this.#version)) {
          this.#known = { references: new Set(this.#references), place: message.place };
        }
    }
  }

  #stopTimer(): void {
    clearTimeout(this.#leaderTimer);
    this.#leaderTimer = undefined;
  }

  async #lead(signal: AbortSignal): Promise<void> {
    const leader = this.#leader = new StreamLeader((message) => this.#post(message));
    await leader.lead(signal);
    if (this.#leader === leader) this.#leader = null;
  }

  /** Leads as long as this tab holds the lock. When another tab has taken it, waits for it again. */
  async #leadWithLock(options: LockOptions): Promise<void> {
    const closed = this.#closed.signal;
    this.#stopTimer();
    const lost = new AbortController();
    try {
      await navigator.locks.request(NAME, options, () => this.#lead(AbortSignal.any([closed, lost.signal])));
    } catch {
      lost.abort();
      if (closed.aborted) return;
      // A frame that is not allowed to use locks shows changes of regions when it is loaded again.
      if (!this.#leader) return stopFollowing();
      await this.#leadWithLock({ signal: closed });
    }
  }

  async #leadWhileVisible(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const hidden = new AbortController();
      const hide = () => doc.hidden && hidden.abort();
      doc.addEventListener("visibilitychange", hide, { signal });
      if (!doc.hidden) await this.#lead(AbortSignal.any([signal, hidden.signal]));
      if (doc.hidden) {
        await new Promise((resolve) => doc.addEventListener("visibilitychange", resolve, { once: true }));
      }
    }
  }
}
