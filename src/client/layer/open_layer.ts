/**
 * Layers: pages that are shown over the page, in dialogs.
 *
 * ```
 * link ─▶ page without layouts ─▶ dialog, with a history entry ─▶ Back, Escape, button ─▶ closed
 *                                                              └▶ close(value) ─▶ event, action, regions of the opener
 * ```
 *
 * A layer has one history entry, whatever is shown in it, so that Back always closes it. Forward opens it again. A reload shows its
 * page as the page that it is, because that is what the address bar shows.
 *
 * @module
 */
import { action } from "../call/action.ts";
import { abortReads } from "../call/active_call.ts";
import type { ActiveCall } from "../call/call.ts";
import { ConnectionError } from "../call/send.ts";
import { attr, doc, dom, isOff } from "../dom.ts";
import type { HyperEventMap } from "../events.ts";
import { redirectUrl } from "../../protocol/answer.ts";
import type { Wire } from "../../protocol/wire.ts";
import { mayLeavePage } from "../navigate/leave.ts";
import { loadPages } from "../navigate/nav_observer.ts";
import type { EntryState } from "../navigate/history.ts";
import type { LayerPage } from "../navigate/pages.ts";
import { clearFailure, raiseFailures, showFailure } from "../page/announce.ts";
import { captureFocus, type RestoreFocus } from "../page/focus.ts";
import { addressOf, covered, hrefOf, type Layer, layers } from "../page/layers.ts";
import { beginLoading, endLoading, updateIndicators } from "../page/busy.ts";
import { nameOf, regionHooks, regionsOf } from "../page/region_list.ts";
import { words } from "../page/words.ts";
import { loadNeeded, loadPart, tryPart } from "../parts/load_part.ts";
import { firstFocus, type LayerDialog, type LayerSettings, nameDialog, settingsOf } from "./layer_dialog.ts";
import { createLateDialog, type LateDialog } from "./late_dialog.ts";

/** A layer, as this part knows it. */
interface OpenLayer extends Layer, LayerDialog {
  readonly opener: Element | null;
  readonly below: string | null;
  title: string;
  ownTitle: string;
  readonly restoreFocus: RestoreFocus;
  /** Aborted when it is closed. */
  readonly ended: AbortController;
}

/** The server has closed a layer. */
interface Result {
  readonly value: unknown;
}

/** The key of the failure that a page cannot be shown. */
const KEY = "layer";

const opened = new Map<Layer, OpenLayer>();
/** Aborts the page that is being fetched: the next one replaces it. */
let fetching: AbortController | undefined;
/** The layer whose page is being fetched. */
let waiting: { readonly opener: Element | null; readonly dialog: LateDialog } | undefined;
/** The entry that a closed layer goes back to. */
let returning: { readonly key: string; readonly done: () => void } | undefined;

/** Observes the page until the signal is aborted. */
export function start(signal: AbortSignal): void {
  const closeAll = () => {
    fetching?.abort();
    const closed = removeLayers([...layers]);
    uncover();
    closed.forEach((layer) => tellOpener(layer));
  };
  signal.addEventListener("abort", closeAll);
  // Another page is shown.
  addEventListener("hyper:navigate:after", closeAll, { signal });
  addEventListener("hyper:swap:after", () => opened.forEach((layer) => nameDialog(layer, layer.ownTitle)), { signal });
  // An entry of a layer may be behind or before this one.
  loadPages().then((found) => found.claimEntries(showEntry), () => {});
}

/**
 * Opens a page in a layer. If the same element has opened one, that one is closed instead.
 *
 * @returns `true` if it is shown.
 */
export async function openLayer(url: string, opener: Element): Promise<boolean> {
  const own = [...opened.values()].find((layer) => layer.opener === opener);
  if (waiting?.opener === opener) {
    // The second click of a double click opens nothing else.
    if (waiting.dialog.isShown()) fetching?.abort();
    return false;
  }
  if (!own) return await open(url, settingsOf(opener), opener, null);
  await closeLayer(own);
  return false;
}

/** Closes a layer and those above it. The user is asked about unsaved forms, unless the server closes it. */
async function closeLayer(layer: Layer, result?: Result): Promise<void> {
  const index = layers.indexOf(layer);
  const closing = layers.slice(index);
  if (index < 0 || !result && !mayClose(closing)) return;
  const closed = removeLayers(closing);
  const entries = closed.flatMap(({ below }) => below ?? []);
  if (entries.length) {
    await new Promise<void>((done) => {
      returning = { key: entries.at(-1)!, done };
      history.go(-entries.length);
    });
  }
  uncover();
  closed.forEach((other) => tellOpener(other, other === layer ? result : undefined));
}

/**
 * Shows a page in a layer. That of the page under the layer closes it, and is shown there.
 *
 * @returns `true` if it is shown.
 */
export async function followInLayer(layer: Layer, url: string): Promise<boolean> {
  const { pathname, search } = new URL(url);
  const below = addressOf(layer.under);
  if (pathname === below.split("?")[0] && pathname + search !== addressOf(layer)) {
    await closeLayer(layer);
    if (layers.includes(layer)) return false;
    const { under } = layer;
    if (under) return await followInLayer(under, url);
    return await (await loadPages()).navigate(url, { replace: pathname + search === below });
  }
  if (!mayClose([layer])) return false;
  const page = await fetchLayer(url, layer.dialog, () => void followInLayer(layer, url));
  const found = opened.get(layer);
  if (!page || !found) return false;
  endCalls(layer);
  dom(found.content).replaceChildren(...nodesOf(page));
  await setLayerUrl(layer, page.url);
  await show(found, page);
  return true;
}

/**
 * Applies an event of a call from a layer, or from a page that the user has left: a redirect, a change of the address, or the end of the
 * layer.
 *
 * @param layer The layer in which the call was made; `undefined` for the page.
 */
export async function applyToLayer(
  event: string,
  data: Wire,
  layer: Layer | undefined,
  activeCall: ActiveCall,
): Promise<void> {
  // The page that is shown is another one.
  if (!layer || activeCall.layer?.isLeft) return;
  if (event === "close_layer") {
    // The rest of the answer is about the page below.
    activeCall.layer = layer.under;
    return await closeLayer(layer, { value: data.value });
  }
  if (event === "history") return await setLayerUrl(layer, `${data.push_url ?? data.replace_url}`);
  const url = redirectUrl(data, location);
  if (!url) throw new Error(`Cannot go to "${data.url}"`);
  if (!layers.includes(layer)) await renewBelow(layer, url);
  else if (url.origin !== location.origin) location.assign(url);
  else await followInLayer(layer, url.href);
}

/**
 * Follows the redirect of a call whose layer the user has closed: if it leads to the page below, that page shows what has changed. The
 * user is not taken anywhere else.
 */
async function renewBelow({ under }: Layer, { origin, pathname }: URL): Promise<void> {
  const url = hrefOf(under);
  const isOpen = !under || layers.includes(under);
  if (!isOpen || origin !== location.origin || pathname !== new URL(url).pathname) return;
  if (under) await followInLayer(under, url);
  else await (await loadPages()).navigate(url, { replace: true });
}

/** Sets the address of a layer. */
async function setLayerUrl(layer: Layer, url: string): Promise<void> {
  layer.url = new URL(url, layer.url).href;
  if (opened.get(layer)?.below && layers.at(-1) === layer) (await loadPages()).setEntry(layer.url, false);
}

/** Shows the layers of a history entry. See `ClaimEntry`. */
function showEntry({ hyper, hyperLayer }: EntryState, current: string, from: string): boolean | undefined {
  fetching?.abort();
  if (returning) {
    // Fragments may have added entries.
    if (hyper !== returning.key) history.back();
    else {
      returning.done();
      returning = undefined;
    }
    return true;
  }
  const index = layers.findIndex((layer) => opened.get(layer)?.below === hyper);
  if (index >= 0) {
    const closing = layers.slice(index);
    const isClosed = mayClose(closing);
    if (isClosed) {
      const closed = removeLayers(closing);
      uncover();
      closed.forEach((layer) => tellOpener(layer));
    }
    return isClosed;
  }
  if (hyperLayer?.under !== current) return;
  covered.url ||= from;
  // As they were written into the entry.
  const settings = hyperLayer.settings as LayerSettings;
  void open(location.href, settings, doc.getElementById(settings[4]), current);
  return true;
}

/** Opens a layer; returns whether it is shown. `below` is the key of the entry under its own; `null` to add one. */
async function open(
  url: string,
  settings: LayerSettings,
  opener: Element | null,
  below: string | null,
): Promise<boolean> {
  // Not every browser focuses what is clicked.
  if (opener instanceof HTMLElement && !dom(opener).contains(doc.activeElement)) dom(opener).focus();
  const restoreFocus = captureFocus();
  const ended = new AbortController();
  let layer: OpenLayer | undefined = undefined;
  const close = () => {
    if (layer) return void closeLayer(layer);
    fetching?.abort();
    // It is opened again from its entry.
    if (below) history.back();
  };
  const dialog = createLateDialog(settings, opener, close, ended.signal);
  const own = waiting = { opener, dialog };
  const page = await fetchLayer(url, opener, () => void open(url, settings, opener, below));
  if (waiting === own) waiting = undefined;
  if (!page) {
    ended.abort();
    dialog.remove();
    return false;
  }
  const { setEntry } = await loadPages();
  if (!below && settings[3] !== "none") {
    covered.url = hrefOf(undefined);
    below = setEntry(page.url, true, settings);
  }
  layer = {
    ...dialog.fill(nodesOf(page)),
    under: layers.at(-1),
    url: page.url,
    opener,
    below,
    title: doc.title,
    ownTitle: "",
    restoreFocus,
    ended,
  };
  layers.push(layer);
  opened.set(layer, layer);
  await show(layer, page);
  return true;
}

/** Fetches a page. Returns `null` if another one is fetched, or the browser loads it, or it fails, which is shown to the user. */
async function fetchLayer(url: string, source: Element | null, retry: () => void): Promise<LayerPage | null> {
  fetching?.abort();
  const { signal } = fetching = new AbortController();
  const call = { key: KEY, action: "", target: null, form: null };
  clearFailure(KEY);
  beginLoading(call);
  try {
    const page = await (await loadPages()).loadForLayer(url, signal);
    // A download, a page of another program, one that has other policies.
    if (!page) location.assign(url);
    return page;
  } catch (error) {
    if (signal.aborted) return null;
    const isLost = error instanceof TypeError || error instanceof DOMException;
    showFailure(KEY, isLost ? words().networkError : "", source, retry);
    if (!isLost) reportError(error);
    return null;
  } finally {
    endLoading(call);
  }
}

/** Completes a layer whose page has been inserted. */
async function show(layer: OpenLayer, { page }: LayerPage): Promise<void> {
  const { content, opener, url } = layer;
  const patch = await loadPart("patch");
  patch.refreshAround(page, layer);
  nameDialog(layer, layer.ownTitle);
  updateIndicators(content);
  loadNeeded(content);
  regionHooks.onPage();
  patch.tryFocus(firstFocus(content));
  tell(opener, "hyper:layer:open", { url });
}

/** Removes layers from the page. Returns them, the topmost first. */
function removeLayers(closing: readonly Layer[]): OpenLayer[] {
  const closed = closing.flatMap((layer) => opened.get(layer) ?? []).reverse();
  for (const layer of closed) {
    endCalls(layer);
    layer.ended.abort();
    layers.splice(layers.indexOf(layer), 1);
    opened.delete(layer);
    // Failures are shown in the topmost dialog.
    raiseFailures();
    dom(layer.dialog).remove();
    doc.title = layer.title;
    const lost = layer.restoreFocus();
    if (lost) tryPart("patch").then((patch) => patch?.focusNear(lost));
  }
  return closed;
}

/** Tells the element that has opened a layer that it is closed, and does what its attributes name. */
function tellOpener({ url, opener, under }: OpenLayer, result?: Result): void {
  tell(opener, "hyper:layer:close", { url, ok: !!result, value: result?.value ?? null });
  if (!result || !opener || isOff(opener)) return;
  const name = attr(opener, "hyper-layer-action");
  const regions = attr(opener, "hyper-layer-region");
  if (regions) renewLayer(regions.split(/\s+/), under);
  if (!name) return;
  const target = attr(opener, "hyper-target");
  // A patch may have removed the opener.
  const sourceEl = dom(opener).isConnected ? opener : under?.content;
  action(name, { value: result.value }, { sourceEl, target }).catch((error: unknown) => {
    // An event has reported the error.
    if (!(error instanceof ConnectionError)) reportError(error);
  });
}

/** The address bar shows the URL of the page again, unless a layer with an entry is left. */
function uncover(): void {
  if (!layers.some((layer) => opened.get(layer)?.below)) covered.url = "";
}

/** Ends the requests of a layer. */
const endCalls = (layer: Layer): void => abortReads("removed", (call) => call.layer === layer);

const mayClose = (closing: readonly Layer[]): boolean => closing.every(({ dialog }) => mayLeavePage(dialog));

const nodesOf = ({ page }: LayerPage): Node[] => [...dom(doc.adoptNode(dom(page).body)).childNodes];

/** Renews the regions of a layer, or of the page, that have one of several names. */
async function renewLayer(names: readonly string[], layer: Layer | undefined): Promise<void> {
  const live = await tryPart("live");
  live?.renewRegions(regionsOf(layer).filter((region) => names.includes(nameOf(region))));
}

/** Fires an event on an opener, or on the window if it is gone. */
function tell<Name extends "hyper:layer:open" | "hyper:layer:close">(
  opener: Element | null,
  name: Name,
  detail: HyperEventMap[Name]["detail"],
): void {
  const target = opener && dom(opener).isConnected ? opener : globalThis;
  dom(target).dispatchEvent(new CustomEvent(name, { detail, bubbles: target !== globalThis }));
}
