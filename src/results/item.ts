// Items: values that an action function returns, each of which becomes one event of the response.
import type { Guard } from "../context.ts";
import type { Swap } from "../protocol/patch.ts";
import type { Markup } from "./markup.ts";

/** Returns its argument instead of an instance, so that a subclass adds its private fields to that object. */
class Given {
  constructor(value: object) {
    return value;
  }
}

/**
 * Marks the objects that this module created. A copy or an object of the same shape is not marked, so data of a user or
 * a database is never treated as an item or as markup. Not a `WeakSet`: its entries, and everything they reference,
 * survive minor garbage collections of V8.
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

/** Trusted markup: see {@linkcode unsafeHtml}. */
export interface UnsafeHtml {
  /** The markup. */
  readonly markup: string;
}

/** Options for {@linkcode html}. */
export interface HtmlOptions {
  /** A CSS selector; every match is patched. Default: the `target` of the call. */
  readonly target?: string | undefined;
  /** The swap mode. Default: the `swap` of the call, else `outer`. */
  readonly swap?: Swap | undefined;
  /**
   * If `true`, the change runs in a view transition of the page. With `"scoped"`, it runs in one of the parent of the target, outside of which
   * the page stays as it is. A browser without view transitions, or without scoped ones, makes the change at once. Default: `false`.
   */
  readonly transition?: boolean | "scoped" | undefined;
  /** Element that receives the focus: `"preserve"`, `"first-invalid"`, or a CSS selector. Default: `"preserve"`. */
  readonly focus?: string | undefined;
  /** Delay before the change, in milliseconds. Default: `0`. */
  readonly swapDelay?: number | undefined;
  /** Time after the change before it counts as settled, in milliseconds. Default: `0`. */
  readonly settleDelay?: number | undefined;
  /** If `true`, a missing target is an error. Default: the setting of `Hyper.configure()`, else `false`. */
  readonly strict?: boolean | undefined;
}

/** An item made by {@linkcode html}. */
export interface HtmlItem {
  /** The kind of item. */
  readonly kind: "html";
  /** The content to insert. */
  readonly content: Markup | UnsafeHtml;
  /** The target and the mode of the swap. */
  readonly options: HtmlOptions;
}
/** An item made by {@linkcode remove}. */
export interface RemoveItem {
  /** The kind of item. */
  readonly kind: "remove";
  /** A CSS selector; every match is removed. */
  readonly target: string;
}
/** An item made by {@linkcode signal} or {@linkcode signals}. */
export interface SignalsItem {
  /** The kind of item. */
  readonly kind: "signals";
  /** New values by name. */
  readonly values: Readonly<Record<string, unknown>>;
}
/** An item made by {@linkcode toast}. */
export interface ToastItem {
  /** The kind of item. */
  readonly kind: "toast";
  /** The content of the toast. */
  readonly value: Readonly<Record<string, unknown>>;
  /** The call that its button makes, or `null`. */
  readonly undo: ToastUndo | null;
}

/** A call that takes back what an action has done: see {@linkcode toast}. */
export interface ToastUndo {
  /** The action to call, with method POST. */
  readonly action: SwitchTarget;
  /** The data for it, as JSON data. The user can read and change it. Default: none. */
  readonly data?: Readonly<Record<string, unknown>> | undefined;
  /** The label of the button. Default: the text `undo` of the catalogue, "Undo". */
  readonly label?: string | undefined;
}
/** An item made by {@linkcode event}. */
export interface EventItem {
  /** The kind of item. */
  readonly kind: "event";
  /** The name of the event. */
  readonly name: string;
  /** The `detail` of the event. */
  readonly detail: unknown;
  /** A CSS selector, or `null` for the window. */
  readonly target: string | null;
}
/** An item made by {@linkcode redirect}. */
export interface RedirectItem {
  /** The kind of item. */
  readonly kind: "redirect";
  /** The URL as given. */
  readonly url: string;
  /** `true` if the URL may have another origin. */
  readonly external: boolean;
}
/** An item made by {@linkcode history}. */
export interface HistoryItem {
  /** The kind of item. */
  readonly kind: "history";
  /** Adds an entry, or changes the URL of the current one. */
  readonly mode: "push" | "replace";
  /** The URL to show. */
  readonly url: string;
}
/** An item made by {@linkcode loadJs}. */
export interface LoadJsItem {
  /** The kind of item. */
  readonly kind: "loadJs";
  /** The URL of the script. */
  readonly src: string;
}
/** An item made by {@linkcode checkpoint}. */
export interface CheckpointItem {
  /** The kind of item. */
  readonly kind: "checkpoint";
  /** The name of the checkpoint. */
  readonly name: string;
}
/** An item made by {@linkcode switchTo}. */
export interface SwitchItem {
  /** The kind of item. */
  readonly kind: "switch";
  /** The action that takes over the call. */
  readonly action: SwitchTarget;
  /** The data for it. */
  readonly data: Readonly<Record<string, unknown>>;
  /** The path to call it under, or `null` for the URL of the current call. */
  readonly path: string | null;
}
/** An item made by {@linkcode refresh}. */
export interface RefreshItem {
  /** The kind of item. */
  readonly kind: "refresh";
  /** A CSS selector of the part to render again, or `null` for the body. */
  readonly selector: string | null;
}

/** Options for {@linkcode live}. */
export interface LiveOptions {
  /**
   * Decides whether a client may watch, in addition to the guards of the action and the handler. Called before the
   * first item is sent, and then every `guardSeconds` seconds, each time with new dependencies. `false` ends the stream
   * with 403; a `Response` that redirects sends the user to its location. Default: every client may.
   */
  readonly guard?: Guard | undefined;
  /**
   * Interval between two checks of the three guards, in seconds; above 0. A session that ended receives items for at
   * most this long; use `handler.disconnect()` to end it at once. Default: `60`.
   */
  readonly guardSeconds?: number | undefined;
  /**
   * The items that a tab receives if it may have missed some: when it opens, when it reconnects after the log was truncated, or
   * when it reads too slowly. A CSS selector renders that part of its page again, for its user; a function returns
   * items, or an empty list for a topic without state. Default: the whole body of its page.
   */
  readonly refresh?: string | (() => Item | readonly Item[] | PromiseLike<Item | readonly Item[]>) | undefined;
}

/** An item made by {@linkcode live}. */
export interface LiveItem {
  /** The kind of item. */
  readonly kind: "live";
  /** The topic to watch. */
  readonly topic: string;
  /** Options for access, and for tabs that missed messages. */
  readonly options: LiveOptions;
}

/** An item made by `changed()`. */
export interface ChangedItem {
  /** The kind of item. */
  readonly kind: "changed";
  /** The topics whose data has changed. */
  readonly topics: readonly string[];
  /** Seconds after which regions are rendered once more, or `null`. */
  readonly again: number | null;
}

/** An item made by `close()`. */
export interface CloseItem {
  /** The kind of item. */
  readonly kind: "close";
  /** The value for the element that has opened the layer. */
  readonly value: unknown;
  /** The URL to go to if the call does not come from a layer, or `null`. */
  readonly redirect: string | null;
}

/** A value that an action function returns: one event of the response. */
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
  | LiveItem
  | ChangedItem
  | CloseItem;

/** The properties of an action that {@linkcode switchTo} reads. */
export interface SwitchTarget {
  /** The name of the action. */
  readonly name: string;
  /** The HTTP method to call it with. */
  readonly method: "GET" | "POST";
}

/** Returns whether this module created a value as an item. */
export function isItem(value: unknown): value is Item {
  return typeof value === "object" && value !== null && "kind" in value && Stamp.isOn(value);
}

/** Returns whether content is markup from {@linkcode unsafeHtml}. */
export function isUnsafeHtml(value: unknown): value is UnsafeHtml {
  return typeof value === "object" && value !== null && "markup" in value && Stamp.isOn(value);
}
