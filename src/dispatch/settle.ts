/**
 * What a handler returned → an outcome: items become the patches that travel, content is rendered.
 *
 * @module
 */
import type { HtmlPatchData, Patch } from "../protocol/patch.ts";
import type { HtmlItem, Item, LiveItem } from "../results/item.ts";
import { type ItemSource, readYielded, type Result } from "../results/result.ts";
import type { Markup } from "../results/markup.ts";
import type { UnsafeHtml } from "../results/item.ts";
import type { Outcome } from "./outcome.ts";

/** What settling needs of the request. */
export interface Settling {
  /** The action, for messages. */
  readonly actionName: string;
  /** The id of the call, for checkpoints; `null` where none was sent. */
  readonly requestId: string | null;
  /** Renders content as a part of the page the call came from. */
  fragment(content: Markup | UnsafeHtml): string | Promise<string>;
  /** Renders that page again, as it is after the handler: its body element; `null` where nobody needs it. */
  body(): Promise<string | null>;
  /** Checks where a redirect leads; throws what is wrong with it. */
  redirectTarget(url: string, external: boolean): string;
  /** What comes of watching a topic, for as long as its reader is there. */
  watch(item: LiveItem): AsyncGenerator<Patch, void, void>;
}

/** What settling gives: every kind of outcome that a handler can have, its stream without the life around it. */
export type Settled =
  | Extract<Outcome, { readonly kind: "response" | "nothing" | "value" | "markup" | "events" }>
  | { readonly kind: "stream"; readonly events: AsyncGenerator<Patch, void, void> };

/** Whether a result is what settling would make of it: most have nothing to be rendered or looked up. */
export function isSettled(
  result: Result,
): result is Extract<Result, { readonly kind: "nothing" | "response" | "value" }> {
  return result.kind === "nothing" || result.kind === "response" || result.kind === "value";
}

/** Settles a result. Everything it can find wrong is the programmer's error, thrown. */
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
      // Not through another generator: each that an event passes on its way costs as much as the event.
      if (first?.kind === "live") return { kind: "stream", events: settling.watch(first) };
      if (result.items.some((item) => item.kind === "live")) {
        return { kind: "stream", events: settleStream(result.items, settling) };
      }
      const events: Patch[] = [];
      for (const item of result.items) {
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

async function* settleStream(items: ItemSource, settling: Settling): AsyncGenerator<Patch, void, void> {
  const checkpoints = new Set<string>();
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
      yield* settling.watch(item);
      continue;
    }
    const made = toPatch(item, settling);
    // Waited for only where it has to be: most are made at once, and a stream may have thousands.
    const patch = made instanceof Promise ? await made : made;
    if (patch !== null) yield patch;
  }
}

/** An item that is one patch. */
export type PatchItem = Exclude<Item, LiveItem>;

/**
 * What an item comes to on the wire; `null` for one that has nothing to say to this caller, a promise only where something has
 * to be waited for.
 */
export function toPatch(item: PatchItem, settling: Omit<Settling, "watch">): Patch | null | Promise<Patch | null> {
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
      return { event: "toast", data: item.value };
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
      // An address that is only shown is held to what one that is gone to is held to.
      const url = settling.redirectTarget(item.url, false);
      return { event: "history", data: item.mode === "push" ? { push_url: url } : { replace_url: url } };
    }
    case "loadJs":
      return { event: "load_js", data: { src: item.src } };
    case "checkpoint":
      // A caller without an id, such as a form posted without scripts, has nothing to resume.
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
    case "refresh":
      return settling.body().then((content) => content === null ? null : refreshPatch(item.selector, content));
    default:
      return unreachable(item);
  }
}

/**
 * The body of a page, or a part of it, in place of what is there.
 *
 * @param selector The part, or `null` for all of it.
 * @param content The body.
 */
export function refreshPatch(selector: string | null, content: string): Extract<Patch, { event: "patch_html" }> {
  const part = selector === null ? {} : { select: selector };
  return { event: "patch_html", data: { target: selector ?? "body", content, swap: "morph", ...part } };
}

function htmlPatch({ options }: HtmlItem, content: string): Patch {
  const { target, swap, transition, focus, swapDelay, settleDelay, strict } = options;
  // Member by member: an object spread for each that may be there would cost more than most markup does.
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
