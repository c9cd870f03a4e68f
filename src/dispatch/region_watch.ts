// One stream for all tabs of a browser: names the regions that have changed.
//
// ```
// { at: address, regions: [[reference, place], …] } ──▶ guards of page and region ──▶ topics ──▶ watcher
//     ◀── regions: { at, dirty: [reference, …], echo }, and the place up to which that is true
// ```
import { isAdmitted } from "../actions/region_guard.ts";
import { abortSafely, notify } from "../callback.ts";
import type { Holder } from "../http/caller.ts";
import type { Changed, ChangeReader, ChangeWatcher, TopicGroup } from "../live/change_watcher.ts";
import type { OriginPage } from "../pages/origin.ts";
import { sha256 } from "../platform/hash.ts";
import type { Patch } from "../protocol/patch.ts";
import type { ActionRun } from "./action_run.ts";
import { Alarm, type Ringing } from "./alarms.ts";
import type { Admission, Finding, Judging, Running } from "./app.ts";
import { Arrival, type ClientInfo } from "./arrival.ts";
import { topicsOf } from "../actions/region_topics.ts";
import { claimsOf } from "./claimed_regions.ts";
import { freshPage } from "./fresh_page.ts";
import { type ObservedCall, reporterOf } from "./observe.ts";
import { OriginRender } from "./page_renders.ts";
import { WATCH_REGIONS } from "./region_actions.ts";
import { isPageAdmitted, type RegionsApp } from "./regions.ts";
import { depsOf } from "./request_deps.ts";
import type { PatchEvents } from "./running_stream.ts";
import { judgeRequest } from "./steps/judge.ts";

/** Maximum number of pages, and of regions of all of them. The others are ignored. */
const MAX_PAGES = 100;
const MAX_REGIONS = 2_000;
/** Time after which the guards are asked again, in milliseconds. */
const ASK_AGAIN_MS = 60_000;

/** A region that a tab shows. */
export interface Watched {
  /** The address of the tab. */
  readonly at: string;
  readonly reference: string;
  /** The place in the feed of changes at which it was rendered; `null` if it is not known. */
  readonly place: string | null;
}

/** The topics of regions that may be watched: plain values, which streams that watch the same regions share. */
interface Subscribed extends TopicGroup {
  /** The regions that depend on each topic. */
  readonly topics: ReadonlyMap<string, readonly Watched[]>;
  /** All regions. */
  readonly watched: readonly Watched[];
  /** Regions that may not be watched. A request for them gets whatever is there now. */
  readonly denied: readonly Watched[];
}

/** A caller whose guards are asked. */
interface Asking {
  readonly arrival: Arrival;
  readonly signal: AbortSignal;
  readonly principal: string | null;
  readonly holder: Holder;
}

/** The parts of an application that watching needs. */
export type WatchApp = RegionsApp & Finding & Judging & Pick<Running, "changes"> & Pick<Admission, "principal">;

const NO_PATCHES: readonly Patch[] = [];
const DONE: IteratorResult<Patch, void> = { done: true, value: undefined };

/** Reads what a browser wants to watch: untrusted, bounded, and ignored where it is malformed. */
export function readWatched({ pages }: Readonly<Record<string, unknown>>): readonly Watched[] {
  if (!Array.isArray(pages)) return [];
  // Most regions of a page have one place: a stream holds it once.
  let known: string | null = null;
  const placeOf = (place: unknown): string | null => {
    if (place !== known) known = typeof place === "string" ? place : null;
    return known;
  };
  const watched = pages.slice(0, MAX_PAGES).flatMap((page: unknown) => {
    const { at, regions } = Object(page) as { readonly at?: unknown; readonly regions?: unknown };
    if (typeof at !== "string" || !Array.isArray(regions)) return [];
    return regions.flatMap((entry: unknown) => {
      const [reference, place] = Array.isArray(entry) ? entry : [];
      return typeof reference === "string" ? [{ at, reference, place: placeOf(place) }] : [];
    });
  });
  return watched.slice(0, MAX_REGIONS);
}

/**
 * The regions that have changed, until the reader leaves. Not a generator, and without the call: thousands of them wait, so that each
 * holds the request, and makes what it needs of it when the guards are asked.
 */
export class RegionWatch implements PatchEvents, ChangeReader, Ringing {
  readonly #request: Request;
  readonly #client: ClientInfo;
  readonly #holder: Holder;
  /** Aborts the guards that are being asked. Not for as long as the stream: a signal that had a listener takes 400 bytes. */
  #asking: AbortController | null = null;
  readonly #app: WatchApp;
  readonly #alarm = new Alarm(this);
  #subscribed: Subscribed;
  /** `null` before the first patch was asked for. */
  #watcher: ChangeWatcher | null = null;
  /** Patches that were not taken. */
  #waiting: readonly Patch[] = NO_PATCHES;
  /** Continues the reader that waits. */
  #wake: ((next: Promise<IteratorResult<Patch, void>>) => void) | null = null;
  /** `true` if the guards must be asked again. */
  #mustAsk = false;
  #isOver = false;

  constructor({ call, admitted }: ActionRun, watched: readonly Watched[], app: WatchApp) {
    this.#request = call.request;
    this.#client = call.arrival.client;
    this.#holder = admitted.holder;
    this.#subscribed = { name: "", topics: new Map(), watched, denied: [] };
    this.#app = app;
  }

  next(): Promise<IteratorResult<Patch, void>> {
    if (this.#isOver) return Promise.resolve(DONE);
    const [value, ...waiting] = this.#waiting;
    if (value !== undefined) {
      this.#waiting = waiting.length === 0 ? NO_PATCHES : waiting;
      return Promise.resolve({ done: false, value });
    }
    const isDue = this.#watcher === null || this.#mustAsk || this.#watcher.isDue;
    return isDue ? this.#fill() : new Promise((wake) => this.#wake = wake);
  }

  return(): Promise<IteratorResult<Patch, void>> {
    this.#end();
    return Promise.resolve(DONE);
  }

  throw(error: unknown): Promise<IteratorResult<Patch, void>> {
    this.#end();
    return Promise.reject(error);
  }

  onChanges(): void {
    if (this.#watcher?.isEnded) this.#end();
    this.#continue();
  }

  ring(): void {
    this.#alarm.set(ASK_AGAIN_MS);
    this.#mustAsk = true;
    this.#continue();
  }

  #continue(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.(this.next());
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#alarm.stop();
    if (this.#asking !== null) this.#stopAsking(this.#asking);
    this.#watcher?.end();
    this.#continue();
  }

  #stopAsking(asking: AbortController): void {
    const report = reporterOf({ request: this.#request, action: WATCH_REGIONS }, this.#app);
    abortSafely(asking, new DOMException("The reader has left", "AbortError"), report);
  }

  async #fill(): Promise<IteratorResult<Patch, void>> {
    try {
      this.#waiting = [...this.#watcher === null ? await this.#begin() : await this.#update(this.#watcher)];
    } catch (error) {
      this.#end();
      throw error;
    }
    return await this.next();
  }

  async #begin(): Promise<Iterable<Patch>> {
    const { changes } = this.#app;
    await changes.ready();
    if (this.#isOver) return [];
    // Before the guards are asked: changes before the topics are known are found by the places of the regions.
    const watcher = this.#watcher = changes.watch(this);
    this.#alarm.set(ASK_AGAIN_MS);
    const { place } = changes;
    const subscribed = await this.#subscribe();
    const dirty = [...subscribed.denied, ...missed(subscribed, this.#app)];
    this.#subscribed = watcher.set(subscribed);
    return eventsOf(dirty.map((each) => [each, null]), place);
  }

  async #update(watcher: ChangeWatcher): Promise<Iterable<Patch>> {
    const changed = watcher.isDue ? watcher.take() : null;
    const dirty = changed === null ? [] : eventsOf(dirtyWatched(changed, this.#subscribed), changed.place);
    if (!this.#mustAsk) return dirty;
    this.#mustAsk = false;
    const before = new Set(this.#subscribed.denied.map(watchedName));
    this.#subscribed = watcher.set(await this.#subscribe());
    const denied = this.#subscribed.denied.filter((each) => !before.has(watchedName(each)));
    return [...dirty, ...eventsOf(denied.map((each) => [each, null]), null)];
  }

  async #subscribe(): Promise<Subscribed> {
    const app = this.#app;
    const report = reporterOf({ request: this.#request, action: WATCH_REGIONS }, app);
    const arrival = new Arrival(this.#request, this.#client, null, report);
    judgeRequest(arrival, app);
    // The head of the response was sent.
    arrival.cookies.takeCookies();
    const principal = app.principal === null ? null : await app.principal(this.#request);
    const { signal } = this.#asking = new AbortController();
    if (this.#isOver) this.#stopAsking(this.#asking);
    try {
      return await subscribe({ arrival, holder: this.#holder, signal, principal }, this.#subscribed.watched, app);
    } finally {
      this.#asking = null;
    }
  }
}

/** Asks the guards of each page and region, with fresh dependencies, for their topics. */
async function subscribe(asking: Asking, watched: readonly Watched[], app: WatchApp): Promise<Subscribed> {
  const topics = new Map<string, Watched[]>();
  const denied: Watched[] = [];
  await Promise.all(Array.from(Map.groupBy(watched, ({ at }) => at), async ([at, regions]) => {
    const found = await topicsOfPage(asking, at, regions, app);
    for (const each of regions) {
      const names = found.get(each.reference);
      if (names === undefined) denied.push(each);
      for (const name of names ?? []) {
        const known = topics.get(name);
        if (known === undefined) topics.set(name, [each]);
        else known.push(each);
      }
    }
  }));
  const names = [...topics].map(([topic, regions]) => [topic, regions.map(watchedName)]);
  const name = sha256(JSON.stringify([watched.map(watchedName), denied.map(watchedName), names]));
  return { name, topics, watched, denied };
}

/** Returns the same text for the same region of the same page. */
function watchedName({ at, reference }: Watched): string {
  return `${at} ${reference}`;
}

/** Returns the topics of the regions of a page that the caller may see, by reference. A region that throws is reported and left out. */
async function topicsOfPage(
  { arrival, holder, principal, signal }: Asking,
  at: string,
  watched: readonly Watched[],
  app: WatchApp,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const call: ObservedCall = { request: arrival.request, action: WATCH_REGIONS };
  const found = new Map<string, readonly string[]>();
  const origin: OriginPage | null = app.origins.resolveAddress(at, arrival.url);
  if (origin === null || origin.route === null) return found;
  const asked = new OriginRender(origin, arrival, depsOf(arrival, origin, signal, app));
  const { pageRender, cache } = freshPage(call, asked, app);
  const report = reporterOf(call, app);
  try {
    if (!await isPageAdmitted(pageRender)) return found;
    const claims = claimsOf(watched.map(({ reference }) => reference), app.regions, {
      path: pageRender.url.pathname,
      principal,
    });
    await Promise.all(claims.map(async ({ reference, region, instance }) => {
      const ctx = { ...pageRender.deps.ctx, instance };
      const ask = async (): Promise<void> => {
        if (await isAdmitted(region, ctx)) found.set(reference, await topicsOf(region, ctx));
      };
      try {
        await app.renders.run(holder, signal, ask);
      } catch (error) {
        report(error);
      }
    }));
  } catch (error) {
    report(error);
  } finally {
    await notify(() => cache[Symbol.asyncDispose](), report);
  }
  return found;
}

/** Returns the regions that may have changed since they were rendered. */
function missed({ topics }: Subscribed, { changes }: WatchApp): ReadonlySet<Watched> {
  const dirty = new Set<Watched>();
  for (const [topic, regions] of topics) {
    for (const each of regions) if (changes.mayHaveChanged(topic, each.place)) dirty.add(each);
  }
  return dirty;
}

/** Returns the regions that depend on changed topics, each with the echo of the only call that has changed it. */
function dirtyWatched({ topics }: Changed, subscribed: Subscribed): readonly (readonly [Watched, string | null])[] {
  const dirty = new Map<Watched, string | null>();
  const names = topics === "all" ? subscribed.topics.keys() : topics.keys();
  for (const topic of names) {
    const echo = topics === "all" ? null : topics.get(topic) ?? null;
    for (const each of subscribed.topics.get(topic) ?? []) {
      const known = dirty.get(each);
      dirty.set(each, known === undefined || known === echo ? echo : null);
    }
  }
  return [...dirty];
}

/** Yields one event for each address and call, and the place up to which this is all. */
function* eventsOf(
  dirty: readonly (readonly [Watched, string | null])[],
  place: string | null,
): Generator<Patch, void, void> {
  const groups = Map.groupBy(dirty, ([{ at }, echo]) => `${at} ${echo}`);
  for (const group of groups.values()) {
    const [[{ at }, echo] = [{ at: "" }, null]] = group;
    const names = group.map(([{ reference }]) => reference);
    yield { event: "regions", data: { at, dirty: names, ...(echo === null ? {} : { echo }) } };
  }
  if (place !== null) yield { event: "regions", data: { place } };
}
