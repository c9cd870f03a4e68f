/**
 * One stream for the regions of all tabs of a browser. The tab that holds the lock, the leader, reads it and forwards to the others.
 *
 * ```
 * tab ── its regions ──▶ channel ──▶ leader ── regions of all tabs ──▶ server
 * tab ◀── what is dirty ─── channel ◀── leader ◀── what is dirty, and the place ──┘
 * ```
 *
 * When the regions of a tab change, the leader opens the stream again from the last place, so that nothing is lost. When the leader
 * closes, another tab gets the lock. Without locks, as on a page without TLS, each visible tab reads a stream of its own.
 *
 * @module
 */
import { readBlocks } from "../../protocol/event_stream.ts";
import { ACTION_HEADER, EVENT_STREAM, JSON_TYPE, REGION_ATTRIBUTE } from "../../protocol/names.ts";
import { PLACE_ATTRIBUTE, WATCH_ACTION } from "../../protocol/region_names.ts";
import { whenUserChanges } from "./session_part.ts";
import { attr, doc } from "../dom.ts";
import { addressOf, layers } from "../page/layers.ts";
import { regionsOf } from "../page/region_list.ts";
import { abortable, sleep } from "../call/wait.ts";
import { markDirty } from "./regions.ts";

/** The regions of a page, or of a layer over it: references with their places. */
interface PageRegions {
  readonly at: string;
  readonly regions: readonly (readonly [string, string | null])[];
}

/** The regions of a tab. */
interface TabRegions {
  readonly tab: string;
  /** Counts what the tab has sent. */
  readonly version: number;
  readonly pages: readonly PageRegions[];
}

/** A message on the channel. */
type Message =
  /** The regions of a tab, or none when it closes. */
  | { readonly kind: "tab"; readonly sent: TabRegions }
  /** A new leader asks for the regions of all tabs. */
  | { readonly kind: "who" }
  /** Regions that have changed. */
  | { readonly kind: "dirty"; readonly at: string; readonly dirty: readonly string[]; readonly echo?: string }
  /** The place up to which these tabs, with what they had sent, have received everything. */
  | { readonly kind: "place"; readonly place: string; readonly tabs: readonly (readonly [string, number])[] };

/** Name of the lock and of the channel, with the version of the messages: tabs from before an update may be open. */
const NAME = "hyper:2:regions";
/** The longest silence of the stream, in milliseconds. The server sends a heartbeat every 15 seconds. */
const SILENCE_MS = 60_000;
/** Time in which changes of regions are collected, in milliseconds. */
const COLLECT_MS = 50;
/** The longest time between two attempts to connect, in milliseconds. */
const MAX_RETRY_MS = 30_000;
/** Maximum number of tabs. */
const MAX_TABS = 100;

/** Watches the regions of the page until the signal is aborted. */
export function watchRegionStream(ended: AbortSignal): void {
  const listening = { signal: ended };
  let tab: RegionTab | null = null;
  const enter = (): void => void (tab ??= new RegionTab());
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
      "hyper:navigate:after",
      "hyper:history:restore:after",
      "hyper:layer:open",
      "hyper:layer:close",
    ]
  ) {
    addEventListener(type, () => tab?.update(), listening);
  }
  ended.addEventListener("abort", leave);
  // Opened by the user before: the server decides what the one of now may watch.
  void whenUserChanges((_, settled) => tab?.reopen(settled), ended);
}

/** A tab while it is shown. */
class RegionTab {
  readonly #name = `${Math.random()}`;
  readonly #channel = new BroadcastChannel(NAME);
  readonly #closed = new AbortController();
  /** The regions of all tabs, by tab; `null` unless this tab is the leader. */
  #tabs: Map<string, TabRegions> | null = null;
  /** Resolves when a stream may be opened. */
  #settled: Promise<unknown> = Promise.resolve();
  /** Closes the stream, to open it for other regions. */
  #stream = new AbortController();
  /** The regions that were sent last, as JSON, and their number. */
  #sent = "";
  #version = 0;
  /** The regions of this tab that have received everything up to a place. */
  #known: { readonly references: ReadonlySet<string>; readonly place: string } = { references: new Set(), place: "" };
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.#channel.onmessage = ({ data }: MessageEvent<Message>) => this.#receive(data);
    const { signal } = this.#closed;
    if ("locks" in navigator) {
      // A frame that is not allowed to use locks shows changes when it is loaded again.
      navigator.locks.request(NAME, { signal }, () => this.#lead(signal)).catch(() => {});
    } else void this.#leadWhileVisible(signal);
    this.update();
  }

  /** Tells the leader about the regions of the page, if they have changed. */
  update(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#send(false), COLLECT_MS);
  }

  /** Closes the stream, as the leader, and opens it again when a promise resolves. */
  reopen(settled: Promise<unknown>): void {
    this.#settled = settled;
    this.#stream.abort();
  }

  /** Leaves. */
  close(): void {
    if (this.#closed.signal.aborted) return;
    clearTimeout(this.#timer);
    this.#post({ kind: "tab", sent: { tab: this.#name, version: 0, pages: [] } });
    this.#closed.abort();
    this.#stream.abort();
    this.#channel.close();
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
    const key = JSON.stringify(pages.map(({ at, regions }) => [at, regions.map(([reference]) => reference)]));
    if (key === this.#sent && !again) return;
    this.#sent = key;
    this.#post({ kind: "tab", sent: { tab: this.#name, version: ++this.#version, pages } });
  }

  /** Sends a message to all tabs, this one too. */
  #post(message: Message): void {
    this.#channel.postMessage(message);
    this.#receive(message);
  }

  #receive(message: Message): void {
    switch (message.kind) {
      case "tab":
        this.#note(message.sent);
        break;
      case "who":
        this.#send(true);
        break;
      case "dirty":
        markDirty(message.at, message.dirty, message.echo);
        break;
      case "place":
        // Not from a stream that was opened before the last regions were sent.
        if (message.tabs.some(([tab, version]) => tab === this.#name && version === this.#version)) {
          this.#known = {
            references: new Set(JSON.parse(this.#sent).flatMap(([, sent]: [string, string[]]) => sent)),
            place: message.place,
          };
        }
    }
  }

  /** Notes the regions of a tab, as the leader. */
  #note(sent: TabRegions): void {
    const tabs = this.#tabs;
    if (!tabs) return;
    tabs.delete(sent.tab);
    if (sent.pages.length) tabs.set(sent.tab, sent);
    for (const oldest of tabs.keys()) if (tabs.size > MAX_TABS) tabs.delete(oldest);
    this.#stream.abort();
  }

  async #lead(signal: AbortSignal): Promise<void> {
    this.#tabs = new Map();
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
        // The network, or the server: tried again until it works, since the page shows what it has.
        const delay = Math.min(500 * 2 ** failures++, MAX_RETRY_MS) * (0.5 + Math.random());
        await sleep(over, delay).catch(() => {});
      }
    }
    this.#tabs = null;
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

  /** Reads the stream until it ends. */
  async #read(over: AbortSignal, onAlive: () => void): Promise<void> {
    const tabs = [...this.#tabs?.values() ?? []];
    const connection = new AbortController();
    const signal = AbortSignal.any([over, connection.signal]);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const listen = () => {
      clearTimeout(timer);
      timer = setTimeout(() => connection.abort(), SILENCE_MS);
    };
    try {
      listen();
      const answer = await fetch(location.pathname, {
        method: "POST",
        headers: { [ACTION_HEADER]: WATCH_ACTION, Accept: EVENT_STREAM, "Content-Type": JSON_TYPE },
        body: JSON.stringify({ pages: tabs.flatMap(({ pages }) => pages) }),
        signal,
      });
      if (!answer.ok) throw new Error(`Cannot watch regions: status ${answer.status}`);
      const names = tabs.map(({ tab, version }) => [tab, version] as const);
      for await (const { event, data = "" } of readBlocks(answer.body, listen, signal)) {
        if (event !== "regions") continue;
        onAlive();
        const sent = JSON.parse(data);
        this.#post(sent.place ? { kind: "place", place: sent.place, tabs: names } : { kind: "dirty", ...sent });
      }
    } finally {
      clearTimeout(timer);
    }
  }
}
