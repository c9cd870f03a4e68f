// Responds to the actions of the runtime.
import { MAX_CURSOR } from "../actions/region_pages.ts";
import type { PageDeniedError } from "../pages/page_guard.ts";
import type { PageRender } from "../pages/page_render.ts";
import { REGION_ATTRIBUTE } from "../protocol/names.ts";
import { MORE_ATTRIBUTE } from "../protocol/region_names.ts";
import { catalogueText } from "../texts/catalogue.ts";
import type { ActionRun } from "./action_run.ts";
import type { Running } from "./app.ts";
import type { Call } from "./call.ts";
import { type ClaimedRegion, claimsOf, MAX_CLAIMS, outermost } from "./claimed_regions.ts";
import { failure, signInInstead } from "./failure.ts";
import { freshPage } from "./fresh_page.ts";
import type { Failure, Outcome } from "./outcome.ts";
import { RENDER_MORE, WATCH_REGIONS } from "./region_actions.ts";
import { readWatched, RegionWatch, type WatchApp, type Watched } from "./region_watch.ts";
import { denialOfPage, type RegionsApp, renderRegions } from "./regions.ts";
import { mergeAll } from "./merge.ts";
import { refreshPatch } from "./settle.ts";
import type { PatchEvents } from "./running_stream.ts";
import { ReadingOwner, startReading } from "./stream_life.ts";
import { forwardSubscription, inTurn, ofRegions, readSubscriptions } from "./subscriptions.ts";
import type { Subscribing, SubscriptionsApp } from "./subscriptions.ts";

/** The parts of an application that the actions of the runtime need. */
export type RegionCallsApp =
  & RegionsApp
  & SubscriptionsApp
  & WatchApp
  & Pick<Running, "streams">;

/** Runs an action of the runtime. */
export async function runRegionAction(run: ActionRun, app: RegionCallsApp): Promise<Outcome> {
  const { call, page: { pageRender } } = run;
  if (call.arrival.intent.audience !== "runtime") return failure(406, catalogueText("notFound"));
  if (call.action === WATCH_REGIONS) {
    const { kwargs } = run.input;
    const subscriptions = readSubscriptions(kwargs);
    const events = watchAll(run, readWatched(kwargs), subscriptions, app);
    // Each page that is watched has dependencies of its own. Nothing of the request is needed any more.
    await run.dropData();
    await call.arrival.lifetime.end();
    const controller = subscriptions.length === 0 ? null : call.controller;
    return await startReading(run, events, new ReadingOwner(run, app), controller, app);
  }
  const { pageRender: now, cache } = freshPage(call, pageRender, app);
  try {
    return await renderAsked(call, now, run, app);
  } finally {
    await cache[Symbol.asyncDispose]();
  }
}

/** Watches the regions and the topics of all tabs of a browser. */
function watchAll(
  run: ActionRun,
  watched: readonly Watched[],
  subscriptions: readonly Subscribing[],
  app: RegionCallsApp,
): PatchEvents {
  const regions = new RegionWatch(run, watched, app);
  if (subscriptions.length === 0) return regions;
  const topics = subscriptions.map((each, of) => forwardSubscription(run, of, each, app));
  return inTurn(mergeAll([ofRegions(regions, run.call.controller.signal), ...topics]));
}

/**
 * Returns the failure for a page that denies its regions. The user has not asked for them, so that a redirect of the page, as to the
 * sign-in, must not replace it.
 */
function failureOfDenial({ response }: PageDeniedError, url: URL): Failure {
  return (response === null ? null : signInInstead(response, url)) ?? failure(403, catalogueText("denied"));
}

async function renderAsked(call: Call, now: PageRender, run: ActionRun, app: RegionsApp): Promise<Outcome> {
  if (!now.isOrigin || now.page === null) return failure(403, catalogueText("denied"));
  const denial = await denialOfPage(now);
  if (denial !== null) return failureOfDenial(denial, now.url);
  const entries = `${run.input.kwargs.regions ?? ""}`.split(",").slice(0, MAX_CLAIMS);
  const claims = claimsOf(entries, app.regions, { path: now.url.pathname, principal: run.admitted.principal });
  if (claims.length === entries.length) {
    return call.action === RENDER_MORE
      ? await app.renders.run(
        run.admitted.holder,
        call.arrival.client.gone,
        () => renderMore(claims[0], run.input.kwargs.cursor, now, app),
      )
      : { kind: "events", events: await renderRegions(outermost(claims, () => true), now, call, run.admitted, app) };
  }
  // They were signed for another user, or by a key that is not valid any more: the page has new ones.
  const rendered = await app.rendering.body(now);
  if (rendered.kind !== "html") return failure(403, catalogueText("denied"));
  call.arrival.trace?.step("result");
  return { kind: "events", events: [refreshPatch(null, rendered)] };
}

/** Renders the page of a list after a cursor, in place of the link to it. */
async function renderMore(
  claim: ClaimedRegion | undefined,
  cursor: unknown,
  now: PageRender,
  { rendering }: RegionsApp,
): Promise<Outcome> {
  const isCursor = typeof cursor === "string" && cursor !== "" && cursor.length <= MAX_CURSOR;
  if (!claim?.region.append || !isCursor) return failure(400, catalogueText("invalidRequest"));
  const html = await rendering.regions(now)(claim.region, claim.instance, { kind: "after", cursor });
  const isLink = `:is([${MORE_ATTRIBUTE}],:has([${MORE_ATTRIBUTE}]))`;
  const target = `[${REGION_ATTRIBUTE}="${claim.reference}"]>:last-child${isLink}`;
  return {
    kind: "events",
    events: [{ event: "patch_html", data: { target, content: rendering.innerOf(html), swap: "outer" } }],
  };
}
