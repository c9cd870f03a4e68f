// The functions that create items. Each item becomes one event of the response, in the order given. After a form post
// without scripts the browser loads the page instead, which shows the toasts.
import { CHECKPOINT_PATTERN } from "../protocol/names.ts";
import { SWAPS } from "../protocol/patch.ts";
import {
  type CheckpointItem,
  type EventItem,
  type HistoryItem,
  type HtmlItem,
  type HtmlOptions,
  type LiveItem,
  type LiveOptions,
  type LoadJsItem,
  type RedirectItem,
  type RefreshItem,
  type RemoveItem,
  type SignalsItem,
  stamp,
  type SwitchItem,
  type SwitchTarget,
  type UnsafeHtml,
} from "./item.ts";
import type { Markup } from "./markup.ts";

/**
 * Inserts content into the page. Event `patch_html`.
 *
 * A string is text and is escaped; use components for markup.
 *
 * @param content A JSX expression, text, or a list of these.
 * @param options Where and how the content is inserted.
 * @returns The item.
 * @throws {TypeError} If `swap` is unknown, or if a delay is negative.
 *
 * @example Appending a row
 * ```ts
 * import { html } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * const item = html("5 < 6", { target: "#log", swap: "append" });
 * assertEquals(item.options.swap, "append");
 * ```
 */
export function html(content: Markup | UnsafeHtml, options: HtmlOptions = {}): HtmlItem {
  const { swap, swapDelay, settleDelay } = options;
  if (swap !== undefined && !SWAPS.includes(swap)) {
    throw new TypeError(`Cannot make an html item: swap "${swap}" is unknown; use one of ${SWAPS.join(", ")}`);
  }
  for (const [name, delay] of [["swapDelay", swapDelay], ["settleDelay", settleDelay]] as const) {
    if (delay !== undefined && !(delay >= 0 && Number.isFinite(delay))) {
      throw new TypeError(`Cannot make an html item: ${name} is ${delay}; use milliseconds, 0 or more`);
    }
  }
  return stamp({ kind: "html", content, options });
}

/**
 * Marks a string as trusted markup. It is inserted without escaping: never build it from user input.
 *
 * @param markup The markup, from a trusted source.
 * @returns Content for {@linkcode html}.
 *
 * @example Markup from a renderer that escapes
 * ```ts
 * import { html, unsafeHtml } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * const item = html(unsafeHtml("<b>done</b>"), { target: "#state" });
 * assertEquals(item.kind, "html");
 * ```
 */
export function unsafeHtml(markup: string): UnsafeHtml {
  return stamp({ markup });
}

/**
 * Removes every match of a selector from the page. Event `patch_html` with `swap: "delete"`.
 *
 * @param target A CSS selector.
 * @returns The item.
 *
 * @example
 * ```ts
 * import { remove } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(remove("#note-7").target, "#note-7");
 * ```
 */
export function remove(target: string): RemoveItem {
  return stamp({ kind: "remove", target });
}

/**
 * Sets one value of the page state: in the nearest `x-data`, or, if the name starts with `$`, in the store `hyper`.
 * Event `patch_signals`.
 *
 * @param name The name of the value.
 * @param value The new value, as JSON data.
 * @returns The item.
 *
 * @example
 * ```ts
 * import { signal } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(signal("unread", 3).values, { unread: 3 });
 * ```
 */
export function signal(name: string, value: unknown): SignalsItem {
  return signals({ [name]: value });
}

/**
 * Sets several values of the page state, like {@linkcode signal}.
 *
 * @param values New values by name.
 * @returns The item.
 *
 * @example
 * ```ts
 * import { signals } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(signals({ open: true, $unread: 3 }).kind, "signals");
 * ```
 */
export function signals(values: Readonly<Record<string, unknown>>): SignalsItem {
  return stamp({ kind: "signals", values });
}

/** Options for {@linkcode event}. */
export interface EventOptions {
  /** A CSS selector; the event is dispatched on its first match and bubbles. Default: the window. */
  readonly target?: string | undefined;
}

/**
 * Dispatches a `CustomEvent` in the page. Event `dispatch_event`.
 *
 * @param name The name of the event.
 * @param detail The `detail` of the event, as JSON data. Default: `{}`.
 * @param options The target.
 * @returns The item.
 *
 * @example
 * ```ts
 * import { event } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(event("cart:changed", { items: 2 }).name, "cart:changed");
 * ```
 */
export function event(name: string, detail: unknown = {}, options: EventOptions = {}): EventItem {
  return stamp({ kind: "event", name, detail, target: options.target ?? null });
}

/** Options for {@linkcode redirect}. */
export interface RedirectOptions {
  /** If `true`, the URL may have another origin, with http or https. Default: `false`. */
  readonly external?: boolean | undefined;
}

/**
 * Redirects the user to another page and ends the response: status 303 for a form post, event `redirect` for the
 * runtime.
 *
 * The URL is resolved against this site. A URL with another origin or without http is a programming error: the response
 * is 500 and the error is reported to `onError`.
 *
 * @param url The URL to go to.
 * @param options Pass `{ external: true }` to allow another origin.
 * @returns The item.
 *
 * @example
 * ```ts
 * import { redirect } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(redirect("/notes/7").url, "/notes/7");
 * ```
 */
export function redirect(url: string | URL, options: RedirectOptions = {}): RedirectItem {
  return stamp({ kind: "redirect", url: String(url), external: options.external === true });
}

/** The change that {@linkcode history} makes: a new entry, or another URL for the current one. */
export type HistoryChange = { readonly push: string; readonly replace?: never } | {
  readonly replace: string;
  readonly push?: never;
};

/**
 * Changes the URL that the browser shows, without loading it. Event `history`.
 *
 * @param change `{ push: url }` to add an entry, `{ replace: url }` to change the current one; URLs of this origin.
 * @returns The item.
 *
 * @example
 * ```ts
 * import { history } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(history({ replace: "/notes?q=milk" }).mode, "replace");
 * ```
 */
export function history(change: HistoryChange): HistoryItem {
  return change.push !== undefined
    ? stamp({ kind: "history", mode: "push", url: change.push })
    : stamp({ kind: "history", mode: "replace", url: change.replace });
}

/**
 * Loads a module script, at most once per page. Event `load_js`.
 *
 * @param src The URL of the script. Never use a URL that a user sent.
 * @returns The item.
 * @throws {TypeError} If the URL is invalid, or its scheme is not http or https.
 *
 * @example
 * ```ts
 * import { loadJs } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(loadJs("/chart.js").src, "/chart.js");
 * ```
 */
export function loadJs(src: string): LoadJsItem {
  const protocol = URL.parse(src, "https://page.invalid/")?.protocol;
  if (protocol !== "https:" && protocol !== "http:") {
    throw new TypeError(`Cannot load script ${JSON.stringify(src)}: the URL is invalid; use a path or an http URL`);
  }
  return stamp({ kind: "loadJs", src });
}

/**
 * Marks a position from which an interrupted stream can resume: the browser sends the name back in `Last-Event-ID`, and
 * `lastCheckpoint()` reads it. Event `checkpoint`, with an ID and without data.
 *
 * @param name The name, unique in its response: a letter or digit, then up to 63 of `A-Z a-z 0-9 . _ -`.
 * @returns The item.
 * @throws {TypeError} If the name is invalid.
 *
 * @example
 * ```ts
 * import { checkpoint } from "@hyper/actions";
 * import { assertThrows } from "@std/assert";
 *
 * assertThrows(() => checkpoint("half way"), TypeError);
 * ```
 */
export function checkpoint(name: string): CheckpointItem {
  if (!CHECKPOINT_PATTERN.test(name)) {
    throw new TypeError(
      `Cannot make checkpoint "${name}": the name is invalid; use a letter or digit and up to 63 letters, digits, dots, dashes or underscores`,
    );
  }
  return stamp({ kind: "checkpoint", name });
}

/** Options for {@linkcode switchTo}. */
export interface SwitchOptions {
  /** The path and query to call the action under. Default: the URL of the current call. */
  readonly path?: string | undefined;
}

/**
 * Switches to another action and ends the response, for example from a command to an action that watches its progress.
 * At most four switches may follow one another. Event `switch_action`.
 *
 * @param action The action that takes over the call. It is called with its method: POST, unless it declares GET.
 * @param data The data for it, as JSON data.
 * @param options The path.
 * @returns The item.
 *
 * @example A command that switches to an action that watches
 * ```ts
 * import { action, html, switchTo } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * const watch = action("watch_import", { method: "GET" }, function* () {
 *   yield html("Started", { target: "#state" });
 * });
 * const start = action("start_import", () => switchTo(watch, { job: 7 }));
 * assertEquals(start.name, "start_import");
 * ```
 */
export function switchTo(
  action: SwitchTarget,
  data: Readonly<Record<string, unknown>> = {},
  options: SwitchOptions = {},
): SwitchItem {
  return stamp({ kind: "switch", action, data, path: options.path ?? null });
}

/**
 * Renders the page again after the action function and morphs the client's copy to match. Event `patch_html` with
 * `swap: "morph"`.
 *
 * @param selector A CSS selector of the parts to update. Each element is updated with its own new version: the one with
 * its id, else the one at its position. One that the page does not render any more stays. Default: the whole body, with the title
 * of the page and the attributes `class`, `lang`, `dir` and `data-*` of `<html>`. If the
 * user has gone to another page, as before an undo in a toast, that page is loaded again instead.
 * @returns The item.
 *
 * @example
 * ```ts
 * import { refresh } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(refresh("#cart").selector, "#cart");
 * ```
 */
export function refresh(selector?: string): RefreshItem {
  return stamp({ kind: "refresh", selector: selector ?? null });
}

/** The longest topic, in UTF-16 code units. */
const MAX_TOPIC = 256;

/** Throws a `TypeError` if a topic is empty, longer than 256 characters, or begins with `hyper:`. */
export function checkTopic(topic: string): void {
  if (typeof topic === "string" && topic.length > 0 && topic.length <= MAX_TOPIC && !topic.startsWith("hyper:")) return;
  const remedy = `use 1 to ${MAX_TOPIC} characters that do not start with "hyper:"`;
  throw new TypeError(`Cannot use topic "${String(topic).slice(0, 64)}": the topic is invalid; ${remedy}`);
}

/**
 * Watches a topic: the response stays open while the page is open, and carries every item that any instance publishes
 * to the topic, in order. Use it in an action with method GET; only the browser runtime can watch. Any other client
 * receives the items before it, and the response ends.
 *
 * A tab that reconnects receives the items it missed from a bounded log, or refreshes: see {@linkcode LiveOptions}. An
 * item may be applied twice when a tab refreshes, so publish idempotent items: `refresh()`, `html()` that morphs or
 * replaces, `remove()` before an `append`.
 *
 * A generator may yield it after other items. Code after it does not run while the tab watches; `finally` runs when the
 * tab is closed.
 *
 * @param topic The topic: up to 256 characters, not starting with `hyper:`. Build it from values that a guard has
 *   checked, because it selects what the client receives.
 * @param options Who may watch, and how a tab catches up.
 * @returns The item.
 * @throws {TypeError | RangeError} If the topic is invalid, or if `guardSeconds` is not above 0.
 *
 * @example A board that changes when another user changes it
 * ```ts
 * import { action, html, live } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * const watchBoard = action("watch_board", { method: "GET" }, () => live("board", { refresh: "#board" }));
 *
 * const rename = action("rename", async ({ data, publish }) => {
 *   const title = html(String(data.title), { target: "#title", swap: "inner" });
 *   await publish("board", title); // to the other clients
 *   return title; // and to the tab that called
 * });
 * assertEquals([watchBoard.method, rename.method], ["GET", "POST"]);
 * ```
 */
export function live(topic: string, options: LiveOptions = {}): LiveItem {
  checkTopic(topic);
  const { guardSeconds = 60 } = options;
  if (!(guardSeconds > 0)) {
    throw new RangeError(
      `Cannot watch topic "${topic}": guardSeconds is ${guardSeconds}; use a number above 0`,
    );
  }
  return stamp({ kind: "live", topic, options });
}
