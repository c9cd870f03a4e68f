// One stream for all tabs of a browser: names the regions that have changed.
//
// ```
// { at: address, regions: [[reference, place], …] } ──▶ guards of page and region ──▶ topics ──▶ watcher
//     ◀── regions: { at, dirty: [reference, …], echo }, and the place up to which that is true
// ```
import { isAdmitted } from "../actions/region_guard.ts";
import { notify } from "../callback.ts";
import type { Changed } from "../live/changes.ts";
import type { OriginPage } from "../pages/origin.ts";
import type { Patch } from "../protocol/patch.ts";
import type { ActionRun } from "./action_run.ts";
import { Alarm } from "./alarms.ts";
import type { Admission, Finding, Running } from "./app.ts";
import { topicsOf } from "../actions/region_topics.ts";
import { claimsOf } from "./claimed_regions.ts";
import { freshPage } from "./fresh_page.ts";
import { reporterOf } from "./observe.ts";
import { OriginRender } from "./page_renders.ts";
import { isPageAdmitted, type RegionsApp } from "./regions.ts";
import { depsOf } from "./request_deps.ts";

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

/** The topics of regions that may be watched. */
interface Subscribed {
  readonly byTopic: ReadonlyMap<string, readonly Watched[]>;
  /** Regions that may not be watched. A request for them gets whatever is there now. */
  readonly denied: readonly Watched[];
}

/** The parts of an application that watching needs. */
type WatchApp = RegionsApp & Finding & Pick<Running, "changes"> & Pick<Admission, "principal">;

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

/** Yields the regions that have changed, until the reader leaves. */
export async function* watchRegions(
  run: ActionRun,
  watched: readonly Watched[],
  app: WatchApp,
): AsyncGenerator<Patch, void, void> {
  const { signal } = run.call.controller;
  await app.changes.ready();
  // Changes before the topics are known are found by the places of the regions.
  const watcher = app.changes.watch();
  const leave = (): void => watcher.end();
  signal.addEventListener("abort", leave);
  let isAsking = false;
  const alarm: Alarm = new Alarm(() => {
    alarm.set(ASK_AGAIN_MS);
    isAsking = true;
    watcher.poke();
  });
  alarm.set(ASK_AGAIN_MS);
  try {
    const { place } = app.changes;
    let subscribed = await subscribe(run, watched, run.admitted.principal, app);
    watcher.set(subscribed.byTopic);
    yield* eventsOf([...subscribed.denied, ...missed(subscribed, app)].map((each) => [each, null]), place);
    for (
      let changed = await nextChange(watcher, signal);
      changed !== null;
      changed = await nextChange(watcher, signal)
    ) {
      yield* eventsOf(dirtyWatched(changed, subscribed), changed.place);
      if (!isAsking) continue;
      isAsking = false;
      const before = new Set(subscribed.denied);
      const principal = app.principal === null ? null : await app.principal(run.call.request);
      subscribed = await subscribe(run, watched, principal, app);
      watcher.set(subscribed.byTopic);
      yield* eventsOf(subscribed.denied.filter((each) => !before.has(each)).map((each) => [each, null]), null);
    }
  } finally {
    alarm.stop();
    signal.removeEventListener("abort", leave);
    watcher.end();
  }
}

function nextChange(watcher: ReturnType<WatchApp["changes"]["watch"]>, signal: AbortSignal): Promise<Changed | null> {
  if (signal.aborted) watcher.end();
  return watcher.next();
}

/** Asks the guards of each page and region, with fresh dependencies, for their topics. */
async function subscribe(
  run: ActionRun,
  watched: readonly Watched[],
  principal: string | null,
  app: WatchApp,
): Promise<Subscribed> {
  const byTopic = new Map<string, Watched[]>();
  const denied: Watched[] = [];
  await Promise.all(Array.from(Map.groupBy(watched, ({ at }) => at), async ([at, regions]) => {
    const topics = await topicsOfPage(run, at, regions, principal, app);
    for (const each of regions) {
      const names = topics.get(each.reference);
      if (names === undefined) denied.push(each);
      for (const name of names ?? []) {
        const known = byTopic.get(name);
        if (known === undefined) byTopic.set(name, [each]);
        else known.push(each);
      }
    }
  }));
  return { byTopic, denied };
}

/** Returns the topics of the regions of a page that the caller may see, by reference. A region that throws is reported and left out. */
async function topicsOfPage(
  run: ActionRun,
  at: string,
  watched: readonly Watched[],
  principal: string | null,
  app: WatchApp,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const { call } = run;
  const { arrival, controller: { signal } } = call;
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
        await app.renders.run(run.admitted.holder, signal, ask);
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
function missed({ byTopic }: Subscribed, { changes }: WatchApp): ReadonlySet<Watched> {
  const dirty = new Set<Watched>();
  for (const [topic, regions] of byTopic) {
    for (const each of regions) if (changes.mayHaveChanged(topic, each.place)) dirty.add(each);
  }
  return dirty;
}

/** Returns the regions that depend on changed topics, each with the echo of the only call that has changed it. */
function dirtyWatched({ topics }: Changed, { byTopic }: Subscribed): readonly (readonly [Watched, string | null])[] {
  const dirty = new Map<Watched, string | null>();
  const names = topics === "all" ? byTopic.keys() : topics.keys();
  for (const topic of names) {
    const echo = topics === "all" ? null : topics.get(topic) ?? null;
    for (const each of byTopic.get(topic) ?? []) {
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
