// Changes of the regions of the open page by others, as the runtime receives them: over the stream of regions.
import { REGION_ATTRIBUTE } from "../protocol/names.ts";
import { PLACE_ATTRIBUTE, REGIONS_ACTION, WATCH_ACTION } from "../protocol/region_names.ts";
import { own } from "../protocol/wire.ts";
import { attribute, type DocumentNode, query } from "./dom.ts";
import { regionEntry } from "./region_list.ts";
import type { TestStream } from "./stream.ts";
import type { TestChanges, TestClient } from "./test_client.ts";

/** The longest time that a test waits for a change, in milliseconds. */
const WAIT_MS = 5_000;

/** The parts of a client that changes need. */
interface ChangingTab {
  readonly client: TestClient;
  /** The beginning of the IDs of its calls. */
  readonly mark: string;
  /** Returns the document of the open page. */
  document(): DocumentNode;
}

/** The stream of regions of a client. Opened again when its page has other regions. */
export class RegionChanges implements TestChanges {
  readonly #tab: ChangingTab;
  /** The stream, and what it was opened for. */
  #open: { readonly stream: TestStream; readonly key: string } | null = null;
  /** The regions that have received everything up to a place. */
  #known: { readonly references: ReadonlySet<string>; readonly place: string } = { references: new Set(), place: "" };

  constructor(tab: ChangingTab) {
    this.#tab = tab;
  }

  async next(): Promise<readonly string[]> {
    const { client } = this.#tab;
    const late = Promise.withResolvers<null>();
    const dirty = new Set<unknown>();
    const timer = setTimeout(() => late.resolve(null), WAIT_MS);
    try {
      for (;;) {
        const stream = await this.#streamOfPage();
        const event = await Promise.race([stream.next(), late.promise]);
        if (event === null) {
          throw new Error(
            `Cannot find a change on ${client.page.url}: no region of the page has changed in ${
              WAIT_MS / 1000
            } seconds`,
          );
        }
        const { dirty: references, echo, place } = own(event.data);
        if (Array.isArray(references) && echo !== this.#tab.mark) references.forEach((each) => dirty.add(each));
        // The place follows the regions that have changed at the same time.
        if (typeof place !== "string") continue;
        this.#note(place);
        const names = await this.#show(dirty);
        if (names.length > 0) return names;
      }
    } finally {
      clearTimeout(timer);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#open?.stream.cancel();
  }

  async #streamOfPage(): Promise<TestStream> {
    const { client } = this.#tab;
    const { pathname, search } = client.page.url;
    const regions = query(this.#tab.document(), `[${REGION_ATTRIBUTE}]`).map((region) => {
      const reference = attribute(region, REGION_ATTRIBUTE) ?? "";
      const { references, place } = this.#known;
      return [reference, references.has(reference) ? place : attribute(region, PLACE_ATTRIBUTE)] as const;
    });
    const key = JSON.stringify([pathname, search, regions.map(([reference]) => reference)]);
    if (this.#open?.key === key) return this.#open.stream;
    await this.#open?.stream.cancel();
    const stream = client.stream(WATCH_ACTION, { pages: [{ at: pathname + search, regions }] });
    this.#open = { stream, key };
    return stream;
  }

  #note(place: string): void {
    const [, , references] = JSON.parse(this.#open?.key ?? "[null,null,[]]");
    this.#known = { references: new Set(references), place };
  }

  /** Loads regions, and returns their names. */
  async #show(dirty: ReadonlySet<unknown>): Promise<readonly string[]> {
    const regions = query(this.#tab.document(), `[${REGION_ATTRIBUTE}]`)
      .filter((region) => dirty.has(attribute(region, REGION_ATTRIBUTE)));
    if (regions.length === 0) return [];
    const names = regions.map((region) => attribute(region, REGION_ATTRIBUTE)?.split(":")[0] ?? "");
    const { client } = this.#tab;
    const outcome = await client.action(REGIONS_ACTION, { regions: regions.map(regionEntry).join() });
    if (outcome.ok) return names;
    throw new Error(
      `Cannot show the changes of regions ${names.join()} on ${client.page.url}: status ${outcome.status}`,
    );
  }
}
