/**
 * One verb for each thing the browser may be told to do to the page.
 *
 * Data comes over the wire: only own properties are read, and each is checked before it is used.
 *
 * @module
 */
import type { Swap } from "../../protocol/patch.ts";
import { type ActiveCall, type Call, emitCallEvent } from "../call/call.ts";
import { config } from "../config.ts";
import { applyFocus, captureFocus } from "./focus.ts";
import { all, doc, dom, idOf } from "../dom.ts";
import { keepElement, keptFor } from "./keep.ts";
import { loadLater, tryLater } from "../later/load_later.ts";
import { parseFragment } from "./markup.ts";
import { morphElement, syncAcceptedForm } from "./morph.ts";
import { pages } from "../navigate/nav_observer.ts";
import { updateIndicators } from "./indicators.ts";
import { isStale, markReplaced } from "./stale.ts";
import { abortable, sleep } from "../call/wait.ts";
import type { Wire } from "../call/wire.ts";

/** What is done for an event. `place` is the answer's place in time, `again` whether it may have been done before. */
type Effect = (data: Wire, activeCall: ActiveCall, place: number, again?: boolean) => void | Promise<void>;

/** The effects by the names of their events. An event without one is only announced. */
export const effects: ReadonlyMap<string, Effect> = new Map(Object.entries<Effect>({
  patch_html: patchHtml,
  toast(data, activeCall) {
    // A scalar travels as `{ value }`.
    emitCallEvent("toast", activeCall, { value: `${Object.keys(data)}` === "value" ? data.value : { ...data } });
    // The rest of the answer does not wait for it. Without the file the event alone has told it.
    tryLater().then((later) => later?.showToast(data));
  },
  dispatch_event({ name, payload, target }, activeCall) {
    const selector = text(target);
    for (const place of selector ? find(selector, activeCall) : [globalThis]) {
      dom(place).dispatchEvent(new CustomEvent(`${name}`, { detail: payload, bubbles: true }));
    }
  },
  async history({ push_url, replace_url }) {
    const { setEntry } = await pages();
    setEntry(`${push_url ?? replace_url}`, push_url !== undefined);
  },
  async load_js({ src }, activeCall) {
    const { signal } = activeCall;
    await abortable(signal, loadLater().then(({ loadScript }) => loadScript(`${src}`))).catch((error: unknown) => {
      signal.throwIfAborted();
      // Nothing else fails with it.
      emitCallEvent("requestException", activeCall, { error });
    });
  },
}));

async function patchHtml(data: Wire, activeCall: ActiveCall, place: number, again?: boolean): Promise<void> {
  const { signal } = activeCall;
  const swap = swapOf(data.swap ?? activeCall.swap) ?? "outer";
  if (swap === "none") return;
  const strict = data.strict_targets ?? activeCall.strictTargets ?? config.strictTargets;
  const elements = find(text(data.target) ?? activeCall.target, activeCall, strict === true);

  const changed: Element[] = [];
  const change = () => {
    const restoreFocus = captureFocus();
    for (const element of elements) {
      const replaces = !ADDING.test(swap);
      // Every patch of an answer carries the answer's own place, so its second patch of an element is not stale.
      if (!doc.contains(element) || replaces && isStale(element, place)) continue;
      if (!emitCallEvent("swap:before", activeCall, { element, swap })) continue;
      const roots = put(element, swap, `${data.content ?? ""}`, text(data.select), again);
      if (replaces) { for (const root of [element, ...roots]) markReplaced(root, place); }
      if (activeCall.ok && activeCall.form) syncAcceptedForm(activeCall.form, roots);
      roots.forEach(updateIndicators);
      changed.push(...roots);
      emitCallEvent("swap:after", activeCall, { element, swap });
    }
    applyFocus(text(data.focus) ?? "preserve", changed[0] ?? document, restoreFocus);
  };
  const slow = data.transition || data.swap_delay || data.settle_delay;
  // What cannot be shown slowly, for want of the file, is shown.
  const later = slow ? await tryLater() : null;
  if (later) await later.changeWithTiming(data, elements, changed, change, (ms) => sleep(signal, ms));
  else change();
}

/** How new content comes in for each swap; what it replaces goes afterwards. `none` has ended before. */
const METHODS = {
  inner: "prepend",
  outer: "before",
  morph: "before",
  delete: "remove",
  before: "before",
  after: "after",
  prepend: "prepend",
  append: "append",
  none: "",
} as const;

/** The swaps that add and replace nothing. */
const ADDING = /before|after|pend/;

/** A swap mode, or nothing. */
export const swapOf = (value: unknown): Swap | undefined =>
  Object.keys(METHODS).find((swap): swap is Swap => swap === value);

/** Puts content in place; gives the elements that are new, or changed. */
function put(element: Element, swap: Swap, content: string, select?: string, again?: boolean): Element[] {
  const fragment = parseFragment(content, /inner|pend/.test(swap) ? element : dom(element).parentElement);
  if (select) {
    const found = fragment.querySelector(select);
    if (!found) throw new Error(`Cannot patch the page: nothing matches "${select}" in the answer`);
    fragment.replaceChildren(found);
  }
  const roots = [...fragment.children];
  const nodes = [...fragment.childNodes];
  const adds = ADDING.test(swap);
  // What is added again could be there already, and what bears no id cannot be told from it.
  if (adds && again && !roots.some(idOf)) return [];
  const islands = keptFor(fragment);
  let olds: (ChildNode | null)[] = [];
  const twin = roots.find((root) => idOf(root) === idOf(element)) ?? roots[0];
  if (swap === "morph" && twin) {
    const now = morphElement(element, twin);
    roots[roots.indexOf(twin)] = now;
    // What stands around the element's twin goes around the element.
    const at = nodes.indexOf(twin);
    dom(now).before(...nodes.slice(0, at));
    dom(now).after(...nodes.slice(at + 1));
  } else {
    olds = swap === "inner" ? [...dom(element).childNodes] : adds
      // What is added is on the page once: it moves, where a topic has brought it before.
      ? roots.map((root) => doc.getElementById(idOf(root)))
      : [element];
    // All of these take nodes, but for `remove`, which lets them be.
    dom(element)[METHODS[swap] as "before"](fragment);
    if (swap === "inner") roots.unshift(element);
  }
  islands.forEach(keepElement);
  const kept: readonly Node[] = islands;
  for (const old of olds) {
    if (old && !kept.includes(old) && !(adds && dom(old).contains(element))) {
      dom(dom(old).parentNode)?.removeChild(old);
    }
  }
  return roots;
}

/**
 * Finds what a selector means. Where it means nothing the page is told, and in development the console, with the ids
 * that look most like it.
 *
 * @throws {Error} When nothing matches and `strict` is on.
 */
function find(target: string | null, call: Call, strict = false): Element[] {
  const found = target ? all(target) : [];
  if (!found[0]) {
    emitCallEvent("swap:missing", { ...call, target });
    const message = `Cannot patch the page: nothing matches "${target}", the target of action "${call.action}"`;
    if (strict) throw new Error(message);
    // Advice for a developer: that it cannot be had changes nothing.
    if (isLocal()) {
      import("./advice.ts").then(({ advise }) => advise(message, target, all("[id]").map(idOf))).catch(() => {});
    }
  }
  return found;
}

/** Whether the page is looked at on the machine of whoever develops it. */
const isLocal = (): boolean => /^(localhost$|127|\[::1)/.test(location.hostname);

/** A string that says something, or nothing. */
export const text = (value: unknown): string | undefined => typeof value === "string" && value ? value : undefined;
