/** A browser without one: its tabs show three rows, which are regions, and share one stream. */
import { createParser } from "../../src/protocol/event_stream.ts";
import { askFor, instanceAt, type PageRegion, regionsIn, RegionStream } from "../support/region_stream.ts";

/** A tab. */
interface Tab {
  /** The region of each row. */
  readonly regions: Map<string, PageRegion>;
  /** The text of each row. */
  readonly rows: Map<string, string>;
}

/** A browser. */
export class RegionBrowser {
  /** The user in its cookie. */
  user: string;
  readonly tabs: readonly Tab[];
  /** Number of streams that have ended without its own doing. */
  breaks = 0;
  /** Rows that were rendered for another session than the one that asked. */
  readonly wrong: string[] = [];
  readonly #url: string;
  readonly #onChange: () => void;
  /** Closes the stream, to open it for other regions. */
  #stream = new AbortController();

  constructor(url: string, user: string, tabs: number, onChange: () => void) {
    this.#url = url;
    this.user = user;
    this.tabs = Array.from({ length: tabs }, () => ({ regions: new Map(), rows: new Map() }));
    this.#onChange = onChange;
  }

  /** Loads the page in a tab. */
  async load(tab: Tab): Promise<void> {
    const { user } = this;
    const response = await fetch(`${this.#url}/`, { headers: { cookie: `user=${user}` } });
    this.#show(tab, await response.text(), user);
    this.#stream.abort();
  }

  /** Watches until the signal is aborted. */
  async watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#stream = new AbortController();
      const own = this.#stream.signal;
      try {
        await this.#read(AbortSignal.any([signal, own]));
        if (!own.aborted) this.breaks++;
      } catch {
        // Nothing answers, or a row could not be fetched. Like a browser, it tries again.
      }
      // A random time, so that not all browsers return at once.
      if (!own.aborted && !signal.aborted) await new Promise((resolve) => setTimeout(resolve, 200 * Math.random()));
    }
  }

  async #read(over: AbortSignal): Promise<void> {
    const { user } = this;
    const pages = this.tabs.map(({ regions }) => ({ at: "/", regions: [...regions.values()] }));
    await using stream = await RegionStream.watch(instanceAt(this.#url), pages, { cookie: `user=${user}` });
    over.addEventListener("abort", () => stream[Symbol.asyncDispose]());
    if (over.aborted) return;
    for (let event = await stream.next(); event !== null && !over.aborted; event = await stream.next()) {
      const { dirty } = event;
      await Promise.all(this.tabs.map((tab) => this.#renew(tab, dirty)));
    }
  }

  /** Fetches rows of a tab. A tab of another user gets the page instead. */
  async #renew(tab: Tab, dirty: readonly string[]): Promise<void> {
    const { user } = this;
    const references = [...tab.regions.values()].map(([reference]) => reference).filter((each) => dirty.includes(each));
    if (references.length === 0) return;
    const response = await askFor(instanceAt(this.#url), references, "/", { cookie: `user=${user}` });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`Cannot fetch rows: status ${response.status}`);
    for (const { event, data = "" } of createParser()(text)) {
      if (event === "patch_html") this.#show(tab, JSON.parse(data).content, user);
    }
    // The page of another user has other regions to watch.
    if (![...tab.regions.values()].some(([reference]) => references.includes(reference))) this.#stream.abort();
  }

  #show(tab: Tab, html: string, user: string): void {
    const regions = regionsIn(html);
    for (const [index, [, text = ""]] of [...html.matchAll(/<li [^>]*>([^<]*)<\/li>/g)].entries()) {
      const [owner, row = ""] = text.split(/[ =]/);
      if (owner !== user) this.wrong.push(`${text}, for ${user}`);
      tab.rows.set(row, text);
      const region = regions[index];
      if (region !== undefined) tab.regions.set(row, region);
    }
    this.#onChange();
  }
}
