/**
 * What a handler may tell the browser to do, as values. Each becomes one event of the answer, in the order given; in an
 * answer to a form posted without scripts, toasts survive the redirect and the rest has happened by loading the page.
 *
 * @module
 */
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
  type ToastItem,
  type UnsafeHtml,
} from "./item.ts";
import type { Markup } from "./markup.ts";

/**
 * Puts content into the page.
 *
 * A string is text, escaped as Preact escapes it; markup comes from components. Event `patch_html`.
 *
 * @param content A JSX expression, text, or a list of these.
 * @param options Where the content goes and how; see {@linkcode HtmlOptions} for each default.
 * @returns The item.
 * @throws {TypeError} When `swap` is no swap mode, or a delay is negative.
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
    throw new TypeError(`Cannot make an html item: swap "${swap}" is none of ${SWAPS.join(", ")}`);
  }
  for (const [name, delay] of [["swapDelay", swapDelay], ["settleDelay", settleDelay]] as const) {
    if (delay !== undefined && !(delay >= 0 && Number.isFinite(delay))) {
      throw new TypeError(`Cannot make an html item: ${name} is ${delay}, milliseconds from 0 up are needed`);
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
 * @example Markup from a renderer that escapes by itself
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
 * Sets one signal of the page: a value of the nearest `x-data`, or with a leading `$` of the store `hyper`. Event
 * `patch_signals`.
 *
 * @param name The signal's name.
 * @param value Its new value, anything JSON can say.
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
 * Sets several signals at once, as {@linkcode signal} does one.
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

/**
 * Says something to the visitor, now or, after a redirect, on the next page. Event `toast`.
 *
 * @param value A text, or an object; of an object `message`, else `title`, else `value` is announced.
 * @returns The item.
 *
 * @example
 * ```ts
 * import { toast } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(toast("Saved").value, { value: "Saved" });
 * assertEquals(toast({ message: "Saved", level: "success" }).value, { message: "Saved", level: "success" });
 * ```
 */
export function toast(value: string | number | boolean | Readonly<Record<string, unknown>>): ToastItem {
  return stamp({ kind: "toast", value: typeof value === "object" ? value : { value } });
}

/** Where {@linkcode event} is dispatched. */
export interface EventOptions {
  /** A CSS selector; the event bubbles from its first match. Default: the window. */
  readonly target?: string | undefined;
}

/**
 * Dispatches a `CustomEvent` in the page. Event `dispatch_event`.
 *
 * @param name The event's name.
 * @param detail Its `detail`, anything JSON can say. Default: `{}`.
 * @param options Where it is dispatched.
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

/** How far {@linkcode redirect} may lead. */
export interface RedirectOptions {
  /** Allow another origin, over http or https. Default: `false`. */
  readonly external?: boolean | undefined;
}

/**
 * Sends the visitor to another page and ends the answer. 303 for a form post, event `redirect` for the runtime.
 *
 * The URL is resolved against this site. One that leads to another origin, or is no http URL, is the programmer's
 * error when the answer is made: 500, told to `onError`.
 *
 * @param url Where to go.
 * @param options Pass `{ external: true }` to leave this origin.
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

/** What {@linkcode history} writes: a new entry, or another URL for the present one. */
export type HistoryChange = { readonly push: string; readonly replace?: never } | {
  readonly replace: string;
  readonly push?: never;
};

/**
 * Changes the address the browser shows, without loading it. Event `history`.
 *
 * @param change `{ push: url }` for a new entry, `{ replace: url }` for the present one; URLs of this origin.
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
 * Loads a module script, once for each page. Event `load_js`.
 *
 * @param src The script's URL. It must be the program's own: never one a visitor sent.
 * @returns The item.
 * @throws {TypeError} When it is no URL, or its scheme is neither http nor https.
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
    throw new TypeError(`Cannot load script ${JSON.stringify(src)}: it takes a path or an http URL`);
  }
  return stamp({ kind: "loadJs", src });
}

/**
 * Marks a place that a broken stream is resumed from: the browser sends it back as `Last-Event-ID`, and
 * `lastCheckpoint()` reads it. Event `checkpoint`, an id and no data.
 *
 * @param name The place, unique in its answer: a letter or digit, then up to 63 of `A-Z a-z 0-9 . _ -`.
 * @returns The item.
 * @throws {TypeError} When the name is not of that form.
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
      `Cannot make checkpoint "${name}": a name is a letter or digit and up to 63 letters, digits, dots, dashes or underscores`,
    );
  }
  return stamp({ kind: "checkpoint", name });
}

/** Where {@linkcode switchTo} sends the browser. */
export interface SwitchOptions {
  /** The path and query to ask under. Default: the URL of the call. */
  readonly path?: string | undefined;
}

/**
 * Hands the call over to another action and ends the answer: a command answers by starting a watcher. At most four
 * hand-overs follow one another. Event `switch_action`.
 *
 * @param action The action to go on with. It must declare its method.
 * @param data What it is called with, anything JSON can say.
 * @param options Where to send it.
 * @returns The item.
 * @throws {TypeError} When the action does not declare its method.
 *
 * @example A command that goes on as a watcher
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
  if (!action.methodDeclared) {
    throw new TypeError(
      `Cannot switch to action "${action.name}": it does not say how it is asked for, declare method: "GET" or "POST"`,
    );
  }
  return stamp({ kind: "switch", action, data, path: options.path ?? null });
}

/**
 * Renders the page again after the handler and brings the visitor's copy in line with it. Event `patch_html` with
 * `swap: "morph"`.
 *
 * @param selector Only this part of the page. Default: the whole body.
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
  throw new TypeError(
    `Cannot use topic "${
      String(topic).slice(0, 64)
    }": a topic is a text of 1 to ${MAX_TOPIC} characters that does not begin with "hyper:"`,
  );
}

/**
 * Watches a topic: the answer goes on for as long as the page is open, with everything that is published to it, on
 * whichever instance, in the order it was published. For an action that is asked for with GET and answers the runtime;
 * anybody else gets the items before it, and no more.
 *
 * A tab that was away gets what it missed, from a bounded log, or is told to refresh: see {@linkcode LiveOptions}. What
 * is published about the time of a refresh may reach a tab that shows it already, so publish what comes out the same when
 * it is done twice: `refresh()`, `html()` that morphs or replaces, `remove()` before an `append`.
 *
 * A generator may give it too, after what is to be sent first; its `finally` runs when the tab is gone. Nothing that
 * follows it is reached while the tab is there.
 *
 * @param topic What is watched: up to 256 characters, not beginning with `hyper:`. It decides what is heard, so build it
 * from what a guard has allowed.
 * @param options Who may watch, and what a tab is told that has missed something.
 * @returns The item.
 * @throws {TypeError} When the topic is none.
 * @throws {RangeError} When `guardSeconds` is not above 0.
 *
 * @example A board that changes when somebody else acts
 * ```ts
 * import { action, html, live } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * const watchBoard = action("watch_board", { method: "GET" }, () => live("board", { refresh: "#board" }));
 *
 * const rename = action("rename", async ({ data, publish }) => {
 *   const title = html(String(data.title), { target: "#title", swap: "inner" });
 *   await publish("board", title); // to everybody else
 *   return title; // and to the tab that asked
 * });
 * assertEquals([watchBoard.method, rename.method], ["GET", "POST"]);
 * ```
 */
export function live(topic: string, options: LiveOptions = {}): LiveItem {
  checkTopic(topic);
  const { guardSeconds = 60 } = options;
  if (!(guardSeconds > 0)) {
    throw new RangeError(
      `Cannot watch topic "${topic}": guardSeconds is ${guardSeconds}, a number of seconds above 0 is needed`,
    );
  }
  return stamp({ kind: "live", topic, options });
}
