/**
 * Renews the regions of the page that have changed.
 *
 * ```
 * dirty ──▶ hidden tab: waits until it is seen
 *       ──▶ changed by a call of this page alone: its response has them, or will have them
 *       ──▶ one request for all; what becomes dirty meanwhile is the next one
 * ```
 *
 * @module
 */
import { REGION_ATTRIBUTE } from "../../protocol/names.ts";
import { EVERY_ATTRIBUTE, LOAD_ATTRIBUTE, REGIONS_ACTION } from "../../protocol/region_names.ts";
import { attr, doc, dom, isOff, ours } from "../dom.ts";
import type { ErrorEventDetail } from "../events.ts";
import { addressOf, hrefOf, layerOf } from "../page/layers.ts";
import { entryOf, REGION } from "../page/region_list.ts";
import { whenUserChanges } from "./session_part.ts";

/** The longest time between two attempts after a failure, in milliseconds. */
const MAX_RETRY_MS = 30_000;
/** Time between two looks at the regions that are renewed regularly, in milliseconds. */
const DUE_MS = 500;
/** Number of regions that one request asks for whether they are in view or not. */
const MANY = 10;
/** Number of requests for a region that change nothing, before it is left as it is. */
const MAX_ATTEMPTS = 3;

/** The regions that have changed, each with the beginning of the ID of the only call that has changed it. */
const dirty = new Map<Element, string | undefined>();
/** The ID of the call that has last changed a region of the page. */
const changedBy = new WeakMap<Element, string>();
/** The time at which a region that is renewed regularly was last due. */
const dueAt = new WeakMap<Element, number>();
/** Requests for a region that have changed nothing. */
const attempts = new WeakMap<Element, number>();
/** The calls whose response is not complete, each with the number of renewals before it. */
const inFlight = new Map<string, number>();
/** Number of responses that have renewed regions. */
let renewals = 0;
/** The last of them for a region. */
const renewedAt = new WeakMap<Element, number>();
let isAsking = false;
let failures = 0;

/** Marks the regions of an address as dirty, and renews them. */
export function markDirty(at: string, references: readonly string[], echo?: string): void {
  // One that the user has not scrolled to is loaded then.
  for (const region of ours(`${REGION}:not([${LOAD_ATTRIBUTE}=visible])`)) {
    if (addressOf(layerOf(region)) !== at || !references.includes(attr(region, REGION_ATTRIBUTE) ?? "")) continue;
    dirty.set(region, !dirty.has(region) || dirty.get(region) === echo ? echo : undefined);
  }
  renew();
}

/** Renews regions. */
export function renewRegions(regions: readonly Element[]): void {
  for (const region of regions) dirty.set(region, undefined);
  renew();
}

/** Observes the calls of the page until the signal is aborted. */
export function watchRegionCalls(signal: AbortSignal): void {
  const listening = { signal };
  addEventListener("hyper:beforeRequest", ({ detail: { id } }) => inFlight.set(id, renewals), listening);
  addEventListener("hyper:afterRequest", ({ detail: { id } }) => {
    inFlight.delete(id);
    renew();
  }, listening);
  addEventListener("hyper:swap:after", ({ detail: { id, action, method, element } }) => {
    const isRenewal = action === REGIONS_ACTION;
    if (isRenewal) renewals++;
    for (const region of ours(REGION, element)) {
      changedBy.set(region, id);
      if (isRenewal) renewedAt.set(region, renewals);
      // Others have changed it meanwhile: this response may have been rendered before. A GET may be a stream that lasts.
      else if (method !== "GET" && (renewedAt.get(region) ?? 0) > (inFlight.get(id) ?? renewals)) {
        dirty.set(region, undefined);
      }
    }
  }, listening);
  // The user has not asked for them, and another attempt follows, unless the user must sign in first.
  for (const type of ["hyper:requestError", "hyper:requestException"] as const) {
    addEventListener(type, (event) => {
      const { action, status } = event.detail as Partial<ErrorEventDetail>;
      if (action === REGIONS_ACTION && status !== 401) event.preventDefault();
    }, listening);
  }
  doc.addEventListener("visibilitychange", renew, listening);
  // What has changed in the meantime was not sent, and another user may see something else.
  void whenUserChanges((isSignedIn) => isSignedIn && renewRegions(ours(REGION)), signal);
  // Captured: a link, which loads the page without scripts, must not start a navigation.
  doc.addEventListener("click", (event) => {
    const { target } = event;
    const button = target instanceof Element && dom(target).closest("[hyper-renew]");
    const region = button && dom(button).closest(REGION);
    if (!region || isOff(region)) return;
    event.preventDefault();
    renewRegions([region]);
  }, { ...listening, capture: true });
  const timer = setInterval(renewDue, DUE_MS);
  signal.addEventListener("abort", () => {
    clearInterval(timer);
    dirty.clear();
  });
}

/** Renews the regions whose time has passed. While the page is hidden they wait. */
function renewDue(): void {
  if (doc.hidden) return;
  const now = performance.now();
  for (const region of ours(`[${EVERY_ATTRIBUTE}]`)) {
    const since = dueAt.get(region);
    if (since !== undefined && now - since < Number(attr(region, EVERY_ATTRIBUTE)) * 1000) continue;
    dueAt.set(region, now);
    // The time of a region that has just appeared begins.
    if (since !== undefined) dirty.set(region, undefined);
  }
  if (dirty.size) renew();
}

/** Asks for the regions that are dirty, unless they have to wait. */
function renew(): void {
  if (isAsking || doc.hidden) return;
  const asked: Element[] = [];
  for (const [region, echo] of dirty) {
    if (echo && [...inFlight.keys()].some((id) => id.startsWith(echo))) continue;
    // A request has one address. The others follow.
    if (asked[0] && layerOf(region) !== layerOf(asked[0])) continue;
    dirty.delete(region);
    if (doc.contains(region) && !(echo && changedBy.get(region)?.startsWith(echo))) asked.push(region);
  }
  const first = firstOf(asked);
  for (const region of asked) if (!first.includes(region)) dirty.set(region, undefined);
  if (first.length) void requestRegions(first);
}

/** Returns the regions to ask for first: of many, those that the user sees. */
function firstOf(regions: readonly Element[]): readonly Element[] {
  const seen = regions.length > MANY ? regions.filter(isSeen) : [];
  return seen.length ? seen : regions;
}

function isSeen(region: Element): boolean {
  const { top, bottom } = dom(region).getBoundingClientRect();
  return bottom > top && bottom > 0 && top < innerHeight;
}

async function requestRegions(regions: readonly Element[]): Promise<void> {
  isAsking = true;
  let callId = "";
  const layer = layerOf(regions[0]);
  // In the order of the page, so that the server finds those that are inside others.
  const list = ours(REGION).filter((region) => regions.includes(region)).map(entryOf).join();
  const outcome = await globalThis.action(REGIONS_ACTION, { regions: list }, {
    key: REGIONS_ACTION,
    sync: "none",
    url: hrefOf(layer),
    sourceEl: layer?.dialog,
    onBeforeSubmit: ({ id }) => {
      callId = id;
    },
  }).catch(() => null);
  isAsking = false;
  const status = outcome?.status ?? 0;
  failures = outcome?.ok ? 0 : failures + 1;
  for (const region of regions) {
    // Left as it is if the response was overtaken by another one, or got lost.
    const isRenewed = changedBy.get(region) === callId;
    const count = isRenewed ? 0 : (attempts.get(region) ?? 0) + (outcome?.ok ? 1 : 0);
    attempts.set(region, count);
    if (!isRenewed && count < MAX_ATTEMPTS && !/^4/.test(`${status}`)) dirty.set(region, undefined);
  }
  if (failures) setTimeout(renew, Math.min(500 * 2 ** failures, MAX_RETRY_MS) * (0.5 + Math.random()));
  else renew();
}
