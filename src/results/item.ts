/**
 * Items: values that an action function returns, each of which becomes one event of the response.
 *
 * @module
 */
import type { Guard } from "../context.ts";
import type { Swap } from "../protocol/patch.ts";
import type { Markup } from "./markup.ts";

/** Gives its argument in place of an instance, so that what extends it puts its private fields onto that. */
class Given {
  constructor(value: object) {
    return value;
  }
}

/**
 * The stamp of what this module has made. Nothing that merely looks alike bears it, nor does a copy, so that data of a
 * visitor, or of a database, is never taken for an item or for markup. Not a `WeakSet`: what is in one, and all that hangs on
 * it, outlives the collections of V8's young generation.
 */
class Stamp extends Given {
  readonly #made = true;

  static isOn(value: object): boolean {
    return #made in value;
  }
}

export function stamp<T extends object>(value: T): T {
  new Stamp(value);
  return value;
}

/** Markup that no component made, let through as it is: see {@linkcode unsafeHtml}. */
export interface UnsafeHtml {
  /** The markup. */
  readonly markup: string;
}

/** How {@linkcode html} puts its content into the page. */
export interface HtmlOptions {
  /** A CSS selector; every match is patched. Default: the `target` of the call. */
  readonly target?: string | undefined;
  /** How the content takes its place. Default: the `swap` of the call, else `outer`. */
  readonly swap?: Swap | undefined;
  /** Wrap the change in a view transition where the browser has them. Default: `false`. */
  readonly transition?: boolean | undefined;
  /** Where the focus goes: `"preserve"`, `"first-invalid"`, or a CSS selector. Default: `"preserve"`. */
  readonly focus?: string | undefined;
  /** Milliseconds to wait before the change, at least 0. Default: 0. */
  readonly swapDelay?: number | undefined;
  /** Milliseconds to wait after the change before it counts as settled, at least 0. Default: 0. */
  readonly settleDelay?: number | undefined;
  /** Whether a target that is not on the page is an error. Default: what `Hyper.configure()` says, else `false`. */
  readonly strict?: boolean | undefined;
}

/** Made by {@linkcode html}. */
export interface HtmlItem {
  /** Which item it is. */
  readonly kind: "html";
  /** What goes into the page. */
  readonly content: Markup | UnsafeHtml;
  /** Where it goes and how. */
  readonly options: HtmlOptions;
}
/** Made by {@linkcode remove}. */
export interface RemoveItem {
  /** Which item it is. */
  readonly kind: "remove";
  /** A CSS selector; every match goes. */
  readonly target: string;
}
/** Made by {@linkcode signal} and {@linkcode signals}. */
export interface SignalsItem {
  /** Which item it is. */
  readonly kind: "signals";
  /** New values by name. */
  readonly values: Readonly<Record<string, unknown>>;
}
/** Made by {@linkcode toast}. */
export interface ToastItem {
  /** Which item it is. */
  readonly kind: "toast";
  /** What is announced. */
  readonly value: Readonly<Record<string, unknown>>;
}
/** Made by {@linkcode event}. */
export interface EventItem {
  /** Which item it is. */
  readonly kind: "event";
  /** The event's name. */
  readonly name: string;
  /** Its `detail`. */
  readonly detail: unknown;
  /** A CSS selector, or `null` for the window. */
  readonly target: string | null;
}
/** Made by {@linkcode redirect}. */
export interface RedirectItem {
  /** Which item it is. */
  readonly kind: "redirect";
  /** Where to go, as it was given. */
  readonly url: string;
  /** Whether another origin is allowed. */
  readonly external: boolean;
}
/** Made by {@linkcode history}. */
export interface HistoryItem {
  /** Which item it is. */
  readonly kind: "history";
  /** A new entry, or another URL for the present one. */
  readonly mode: "push" | "replace";
  /** The URL to show. */
  readonly url: string;
}
/** Made by {@linkcode loadJs}. */
export interface LoadJsItem {
  /** Which item it is. */
  readonly kind: "loadJs";
  /** The script's URL. */
  readonly src: string;
}
/** Made by {@linkcode checkpoint}. */
export interface CheckpointItem {
  /** Which item it is. */
  readonly kind: "checkpoint";
  /** The place. */
  readonly name: string;
}
/** Made by {@linkcode switchTo}. */
export interface SwitchItem {
  /** Which item it is. */
  readonly kind: "switch";
  /** The action to go on with. */
  readonly action: SwitchTarget;
  /** What it is called with. */
  readonly data: Readonly<Record<string, unknown>>;
  /** The path to ask under, or `null` for the URL of the call. */
  readonly path: string | null;
}
/** Made by {@linkcode refresh}. */
export interface RefreshItem {
  /** Which item it is. */
  readonly kind: "refresh";
  /** The part of the page, or `null` for the body. */
  readonly selector: string | null;
}

/** How a topic is watched: see {@linkcode live}. */
export interface LiveOptions {
  /**
   * Decides who may watch, beside the guards of the action and the handler. Asked before anything is sent, and again as
   * `guardSeconds` says, each time with nothing remembered of the time before; `false` then ends the stream with 403, a
   * `Response` that redirects takes the visitor there. Default: everyone.
   */
  readonly guard?: Guard | undefined;
  /**
   * Seconds between two times that the three guards are asked, above 0. A session that has ended hears no more after this
   * long, or at once with `handler.disconnect()`. Default: 60.
   */
  readonly guardSeconds?: number | undefined;
  /**
   * What a tab is told that has missed something: one that opens, since much can happen between the page and its stream;
   * one that comes back too late for the log; one that reads too slowly. A CSS selector is that part of its page,
   * rendered again for whoever watches; a function gives items instead, an empty list for a topic that has no state.
   * Default: the whole body of its page.
   */
  readonly refresh?: string | (() => Item | readonly Item[] | PromiseLike<Item | readonly Item[]>) | undefined;
}

/** Made by {@linkcode live}. */
export interface LiveItem {
  /** Which item it is. */
  readonly kind: "live";
  /** What is watched. */
  readonly topic: string;
  /** Who may watch it, and what a tab is told that has missed something. */
  readonly options: LiveOptions;
}

/** One thing a handler tells the browser to do. */
export type Item =
  | HtmlItem
  | RemoveItem
  | SignalsItem
  | ToastItem
  | EventItem
  | RedirectItem
  | HistoryItem
  | LoadJsItem
  | CheckpointItem
  | SwitchItem
  | RefreshItem
  | LiveItem;

/** What {@linkcode switchTo} needs to know of the action it hands over to. */
export interface SwitchTarget {
  /** The action's name. */
  readonly name: string;
  /** How it is asked for. */
  readonly method: "GET" | "POST";
  /** Whether the method was declared: a destination must say how it is asked for. */
  readonly methodDeclared: boolean;
}

/** Whether a value is an item made by this module. */
export function isItem(value: unknown): value is Item {
  return typeof value === "object" && value !== null && "kind" in value && Stamp.isOn(value);
}

/** Whether content is markup let through by {@linkcode unsafeHtml}. */
export function isUnsafeHtml(value: unknown): value is UnsafeHtml {
  return typeof value === "object" && value !== null && "markup" in value && Stamp.isOn(value);
}
