// Turns the result of an action function into an outcome: items become patches, content is rendered.
import type { HtmlPatchData, Patch } from "../protocol/patch.ts";
import type { ChangedItem, HtmlItem, Item, LiveItem, ToastItem, ToastUndo } from "../results/item.ts";
import { type ItemSource, readYielded, type Result } from "../results/result.ts";
import type { Markup } from "../results/markup.ts";
import type { UnsafeHtml } from "../results/item.ts";
import type { Outcome } from "./outcome.ts";

/** The parts of a request that settling needs. */
export interface Settling {
  /** The action, for messages. */
  readonly actionName: string;
  /** The request id, for checkpoints; `null` if none was sent. */
  readonly requestId: string | null;
  /** Renders content as a part of the origin page. */
  fragment(content: Markup | UnsafeHtml): string | Promise<string>;
  /** Renders the form of an undo. */
  undoForm(undo: ToastUndo): string | Promise<string>;
  /** Renders the origin page after the action function; `null` if the client does not need it. */
  body(): Promise<RefreshedPage | null>;
  /** Checks the target of a redirect; throws if it is not allowed. */
  redirectTarget(url: string, external: boolean): string;
  /** `true` if the call comes from a layer. */
  readonly isInLayer: boolean;
  /** Address of the page that the client shows, if it is not the origin page, as for an undo in a toast; else `null`. */
  readonly elsewhere: string | null;
  /** Notes topics that have changed, to be published when the action has ended. */
  noteChanged(item: ChangedItem): void;
  /** Notes that a generator watches a topic: its code runs when that ends. */
  noteWatched(): void;
  /** Yields the patches of a topic until its reader leaves. */
  watch(item: LiveItem): AsyncGenerator<Patch, void, void>;
}

/** A page that was rendered again. */
export interface RefreshedPage {
  /** Its body element. */
  readonly html: string;
  /** The start tag of its `<html>`, and its title if there is one. */
  readonly around: string;
}

/** A settled result: an outcome, with a stream as its bare generator. */
export type Settled =
  | Extract<Outcome, { readonly kind: "response" | "nothing" | "value" | "markup" | "events" }>
  | { readonly kind: "stream"; readonly events: AsyncGenerator<Patch, void, void> };

/** Returns whether a result is an outcome already, with nothing to render or look up. */
export function isSettled(
  result: Result,
): result is Extract<Result, { readonly kind: "nothing" | "response" | "value" }> {
  return result.kind === "nothing" || result.kind === "response" || result.kind === "value";
}

/** Settles a result. Throws for an error of the developer. */
export async function settle(result: Result, settling: Settling): Promise<Settled> {
  switch (result.kind) {
    case "nothing":
    case "response":
    case "value":
      return result;
    case "markup":
      return { kind: "markup", html: await settling.fragment(result.content) };
    case "items": {
      const [first] = result.items;
      // Not through another generator: each one costs as much as the event that passes it.
      if (first?.kind === "live") return { kind: "stream", events: settling.watch(first) };
      if (result.items.some((item) => item.kind === "live")) {
        return { kind: "stream", events: settleStream(result.items, settling) };
      }
      const events: Patch[] = [];
      for (const item of inOrder(result.items, settling)) {
        if (item.kind === "changed") settling.noteChanged(item);
        const patch = item.kind === "live" ? null : await toPatch(item, settling);
        if (patch !== null) events.push(patch);
      }
      return { kind: "events", events };
    }
    case "stream":
      return { kind: "stream", events: settleStream(result.items, settling) };
    default:
      return unreachable(result);
  }
}

/** Returns the items; one that becomes a redirect, which ends the response, is the last one. */
function inOrder(items: readonly Item[], { isInLayer, elsewhere }: Settling): readonly Item[] {
  const isLast = (item: Item) =>
    item.kind === "close" ? !isInLayer : item.kind === "refresh" && item.selector === null && elsewhere !== null;
  return items.some(isLast) ? [...items.filter((item) => !isLast(item)), ...items.filter(isLast)] : items;
}

async function* settleStream(items: ItemSource, settling: Settling): AsyncGenerator<Patch, void, void> {
  const checkpoints = new Set<string>();
  const topics: string[] = [];
  for await (const value of items) {
    const item = readYielded(value, settling.actionName);
    if (item.kind === "checkpoint") {
      if (checkpoints.has(item.name)) {
        throw new TypeError(
          `Cannot pass checkpoint "${item.name}" of action "${settling.actionName}" twice: a name marks one place`,
        );
      }
      checkpoints.add(item.name);
    }
    if (item.kind === "live") {
      settling.noteWatched();
      yield* settling.watch(item);
      continue;
    }
    if (item.kind === "changed") {
      settling.noteChanged(item);
      topics.push(...item.topics);
      continue;
    }
    const made = toPatch(item, settling);
    // Awaited only if it is a promise: most patches are made synchronously, and a stream may have thousands.
    const patch = made instanceof Promise ? await made : made;
    if (patch !== null) yield patch;
  }
  // For a repeat, which renders the regions as they are then.
  if (topics.length > 0) yield changedPatch(topics);
}

/** An item that becomes one patch. */
export type PatchItem = Exclude<Item, LiveItem>;

/**
 * Returns the patch of an item; `null` if the client has no use for it, a promise only if something has to be awaited.
 */
export function toPatch(
  item: PatchItem,
  settling: Omit<Settling, "watch" | "noteWatched" | "noteChanged">,
): Patch | null | Promise<Patch | null> {
  switch (item.kind) {
    case "html": {
      const content = settling.fragment(item.content);
      return typeof content === "string" ? htmlPatch(item, content) : content.then((html) => htmlPatch(item, html));
    }
    case "remove":
      return { event: "patch_html", data: { target: item.target, content: "", swap: "delete" } };
    case "signals":
      return { event: "patch_signals", data: item.values };
    case "toast":
      return toastPatch(item, settling);
    case "event":
      return {
        event: "dispatch_event",
        data: {
          name: item.name,
          payload: item.detail,
          ...(item.target === null ? {} : { target: item.target }),
        },
      };
    case "redirect": {
      const url = settling.redirectTarget(item.url, item.external);
      return { event: "redirect", data: { url, ...(item.external ? { external: true } : {}) } };
    }
    case "history": {
      // The URL is only shown, but has to pass the same check as a target.
      const url = settling.redirectTarget(item.url, false);
      return { event: "history", data: item.mode === "push" ? { push_url: url } : { replace_url: url } };
    }
    case "loadJs":
      return { event: "load_js", data: { src: item.src } };
    case "checkpoint":
      // A client without a request id, such as a form posted without scripts, does not resume.
      if (settling.requestId === null) return null;
      return { event: "checkpoint", id: `${settling.requestId}:checkpoint:${item.name}` };
    case "switch":
      return {
        event: "switch_action",
        data: {
          name: item.action.name,
          data: item.data,
          method: item.action.method,
          ...(item.path === null ? {} : { url: settling.redirectTarget(item.path, false) }),
        },
      };
    case "changed":
      return changedPatch(item.topics);
    case "close": {
      if (settling.isInLayer) return { event: "close_layer", data: { value: item.value } };
      const { redirect } = item;
      return redirect === null ? null : { event: "redirect", data: { url: settling.redirectTarget(redirect, false) } };
    }
    case "refresh":
      // The body of the origin page would replace that of another page.
      if (item.selector === null && settling.elsewhere !== null) {
        return { event: "redirect", data: { url: settling.redirectTarget(settling.elsewhere, false) } };
      }
      return settling.body().then((page) => page === null ? null : refreshPatch(item.selector, page));
    default:
      return unreachable(item);
  }
}

/**
 * Returns the patch that replaces the body of a page, or a part of it.
 *
 * @param selector The part, or `null` for all of it.
 */
export function refreshPatch(
  selector: string | null,
  { html: content, around }: RefreshedPage,
): Extract<Patch, { event: "patch_html" }> {
  const rest = selector === null ? { page: around } : { select: selector };
  return { event: "patch_html", data: { target: selector ?? "body", content, swap: "morph", ...rest } };
}

function changedPatch(topics: readonly string[]): Patch {
  return { event: "changed", data: { topics } };
}

function htmlPatch({ options }: HtmlItem, content: string): Patch {
  const { target, swap, transition, focus, swapDelay, settleDelay, strict } = options;
  // Member by member: an object spread for each optional member costs more than most markup.
  const data: { -readonly [K in keyof HtmlPatchData]: HtmlPatchData[K] } = { content };
  if (target !== undefined) data.target = target;
  if (swap !== undefined) data.swap = swap;
  if (transition !== undefined) data.transition = transition;
  if (focus !== undefined) data.focus = focus;
  if (swapDelay !== undefined) data.swap_delay = swapDelay;
  if (settleDelay !== undefined) data.settle_delay = settleDelay;
  if (strict !== undefined) data.strict_targets = strict;
  return { event: "patch_html", data };
}

function unreachable(value: never): never {
  throw new TypeError(`Cannot settle ${JSON.stringify(value)}: no such kind`);
}

/** Returns the patch of a toast. Only the markup of a form that the server has just rendered is its `undo`. */
function toastPatch({ value, undo }: ToastItem, settling: Pick<Settling, "undoForm">): Patch | Promise<Patch> {
  const { undo: _, ...data } = value;
  if (undo === null) return { event: "toast", data };
  const patch = (form: string): Patch => ({ event: "toast", data: { ...data, undo: form } });
  const form = settling.undoForm(undo);
  return typeof form === "string" ? patch(form) : form.then(patch);
}
