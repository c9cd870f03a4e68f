// The regions of the caller's page that an action has changed.
import type { RegionContext } from "../actions/region.ts";
import type { PageDeniedError } from "../pages/page_guard.ts";
import type { PageRender } from "../pages/page_render.ts";
import { REGION_ATTRIBUTE } from "../protocol/names.ts";
import type { Patch } from "../protocol/patch.ts";
import type { Finding, Injecting, Observing, Running } from "./app.ts";
import type { Call } from "./call.ts";
import { topicsOf } from "../actions/region_topics.ts";
import { type ClaimedRegion, outermost, readClaims } from "./claimed_regions.ts";
import { freshPage } from "./fresh_page.ts";
import { reporterOf } from "./observe.ts";
import type { Outcome } from "./outcome.ts";
import type { Admitted } from "./steps/admit.ts";

/** The parts of an application that regions need. */
export type RegionsApp =
  & Pick<Finding, "regions">
  & Pick<Running, "rendering" | "renders" | "changes">
  & Injecting
  & Observing;

/** Replaces the changes in an outcome by the regions that the client needs: their HTML, or their names. */
export function withRegions(
  outcome: Outcome,
  call: Call,
  pageRender: PageRender,
  admitted: Admitted | null,
  app: RegionsApp,
): Outcome | Promise<Outcome> {
  if (outcome.kind !== "events") return outcome;
  const { events } = outcome;
  const at = events.findIndex(({ event }) => event === "changed");
  return at === -1 ? outcome : replaceChanges(events, at, call, pageRender, admitted, app);
}

/** Replaces the changes among events, of which the first is at a position. */
async function replaceChanges(
  events: readonly Patch[],
  at: number,
  call: Call,
  pageRender: PageRender,
  admitted: Admitted | null,
  app: RegionsApp,
): Promise<Outcome> {
  const rest = events.filter(({ event }) => event !== "changed");
  const topics = events.flatMap((patch) => patch.event === "changed" ? patch.data.topics : []);
  return {
    kind: "events",
    events: rest.toSpliced(at, 0, ...await changedRegions(topics, call, pageRender, admitted, app)),
  };
}

/** Returns the patches of the regions that depend on topics; for a client that reads data, their references. */
export async function changedRegions(
  topics: readonly string[],
  call: Call,
  pageRender: PageRender,
  admitted: Admitted | null,
  app: RegionsApp,
): Promise<readonly Patch[]> {
  // A generator publishes them later. The regions that are rendered now have the changes already.
  app.changes.versions.touch(topics);
  const { audience, regions: header } = call.arrival.intent;
  if (audience === "document" || topics.length === 0) return [];
  const scope = { path: pageRender.url.pathname, principal: admitted?.principal ?? null };
  const claims = readClaims(header, app.regions, scope);
  if (claims.kind === "stale") return [{ event: "regions", data: { stale: true } }];
  const { pageRender: now, cache } = freshPage(call, pageRender, app);
  try {
    if (claims.regions.length === 0 || !await isPageAdmitted(now)) return audience === "data" ? namesOf([]) : [];
    const dirty = await dirtyOf(claims.regions, new Set(topics), now, reporterOf(call, app));
    return audience === "data" ? namesOf(dirty) : await renderRegions(dirty, now, call, admitted, app);
  } finally {
    await cache[Symbol.asyncDispose]();
  }
}

/** Asks the guard of a page, for what is rendered without the page. */
export async function isPageAdmitted(pageRender: PageRender): Promise<boolean> {
  return await denialOfPage(pageRender) === null;
}

/** Returns the denial of the guard of a page; `null` if it admits the request. */
export async function denialOfPage({ page, deps }: PageRender): Promise<PageDeniedError | null> {
  if (page === null || page.guard === null) return null;
  const verdict = await deps.get(page.guard);
  return verdict.kind === "admitted" ? null : verdict.error;
}

/**
 * Returns the outermost of the regions that depend on one of the topics. One whose topics cannot be read is reported: the action has
 * run, and the others must have their content.
 */
async function dirtyOf(
  regions: readonly ClaimedRegion[],
  topics: ReadonlySet<string>,
  { deps }: PageRender,
  report: (error: unknown) => void,
): Promise<readonly ClaimedRegion[]> {
  const dirty = new Set<ClaimedRegion>();
  await Promise.all(regions.map(async (each) => {
    const ctx: RegionContext = { ...deps.ctx, instance: each.instance };
    try {
      if ((await topicsOf(each.region, ctx)).some((topic) => topics.has(topic))) dirty.add(each);
    } catch (error) {
      report(error);
    }
  }));
  return outermost(regions, (each) => dirty.has(each));
}

/** Renders regions, and nothing else of their page. One that fails is reported, and stays as it is on the page. */
export async function renderRegions(
  regions: readonly ClaimedRegion[],
  pageRender: PageRender,
  call: Call,
  admitted: Admitted | null,
  app: RegionsApp,
): Promise<readonly Patch[]> {
  const { client } = call.arrival;
  const render = app.rendering.regions(pageRender);
  // A patch changes every copy of an instance.
  const instances = new Map(regions.map((each) => [each.reference, each]));
  const patches = await Promise.all(Array.from(instances.values(), async ({ reference, region, instance }) => {
    try {
      const holder = admitted?.holder ?? client.holder;
      const content = await app.renders.run(holder, client.gone, () => render(region, instance));
      return [{
        event: "patch_html",
        data: { target: `[${REGION_ATTRIBUTE}="${reference}"]`, content, swap: "morph" },
      }] as const;
    } catch (error) {
      // The action has run, and the others have their content.
      reporterOf(call, app)(error);
      return [];
    }
  }));
  return patches.flat();
}

function namesOf(regions: readonly ClaimedRegion[]): readonly Patch[] {
  return [{ event: "regions", data: { dirty: regions.map(({ reference }) => reference) } }];
}
