/**
 * Applies the events of a response to the page: one effect for each.
 *
 * The data of an event is not trusted: only own properties are read, and each is checked before use.
 *
 * @module
 */
import type { Swap } from "../../protocol/patch.ts";
import { text, type Wire } from "../../protocol/wire.ts";
import { type ActiveCall, type Call, emitCallEvent } from "../call/call.ts";
import { config } from "../config.ts";
import { applyFocus, captureFocus, type RestoreFocus } from "./focus.ts";
import { all, doc, dom, idOf } from "../dom.ts";
import { keepElement, keptFor } from "./keep.ts";
import { loadLater, tryLater } from "../later/load_later.ts";
import { parseContent } from "./markup.ts";
import { morphElement, sent } from "./morph.ts";
import { pages } from "../navigate/nav_observer.ts";
import { updateIndicators } from "./indicators.ts";
import { isStale, markReplaced } from "./stale.ts";
import { abortable, sleep } from "../call/wait.ts";

/**
 * Applies an event. `sequence` is the number of its response (see `stale.ts`); `again` is `true` if it may have been
 * applied before.
 */
type Effect = (data: Wire, activeCall: ActiveCall, sequence: number, again?: boolean) => void | Promise<void>;

/** The effects by event name. Other events are only fired as `hyper:streamEvent`. */
export const effects: ReadonlyMap<string, Effect> = new Map(Object.entries<Effect>({
  patch_html: patchHtml,
  toast(data, activeCall) {
    // A scalar is sent as `{ value }`.
    emitCallEvent("toast", activeCall, { value: `${Object.keys(data)}` === "value" ? data.value : { ...data } });
    // The rest of the response does not wait. If the later bundle cannot be loaded, the event is all there is.
    tryLater().then((later) => later?.showToast(data));
  },
  dispatch_event({ name, payload, target }, activeCall) {
    const selector = text(target);
    for (const place of selector ? findTargets(selector, activeCall) : [globalThis]) {
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
      // The rest of the response is applied.
      emitCallEvent("requestException", activeCall, { error });
    });
  },
}));

async function patchHtml(data: Wire, activeCall: ActiveCall, sequence: number, again?: boolean): Promise<void> {
  const { signal } = activeCall;
  const swap = swapOf(data.swap ?? activeCall.swap) ?? "outer";
  if (swap === "none") return;
  const strict = data.strict_targets ?? activeCall.strictTargets ?? config.strictTargets;
  const elements = findTargets(text(data.target) ?? activeCall.target, activeCall, strict === true);

  const changed: Element[] = [];
  let lost: ReturnType<RestoreFocus>;
  const change = () => {
    const restoreFocus = captureFocus();
    for (const element of elements) {
      const replaces = !ADDING.test(swap);
      // All patches of a response have its number, so the second patch of an element is not stale.
      if (!doc.contains(element) || replaces && isStale(element, sequence)) continue;
      if (!emitCallEvent("swap:before", activeCall, { element, swap })) continue;
      const roots = insertContent(element, swap, `${data.content ?? ""}`, text(data.select), again);
      if (replaces) { for (const root of [element, ...roots]) markReplaced(root, sequence); }
      roots.forEach(updateIndicators);
      changed.push(...roots);
      emitCallEvent("swap:after", activeCall, { element, swap });
    }
    lost = applyFocus(text(data.focus) ?? "preserve", changed[0] ?? document, restoreFocus);
  };
  const slow = data.transition || data.swap_delay || data.settle_delay;
  // Without the later bundle the change is made at once.
  const later = slow ? await tryLater() : null;
  if (later) await later.changeWithTiming(data, elements, changed, change, (ms) => sleep(signal, ms));
  else change();
  if (lost) (await tryLater())?.focusNear(lost);
  const { ok, form } = activeCall;
  if (ok && form) (await tryLater())?.syncAcceptedForm(form, changed, sent);
}

/** The DOM method that inserts the content of each swap mode. Replaced content is removed afterwards. */
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

/** Swap modes that add content and replace none. */
const ADDING = /before|after|pend/;

/** Returns the value if it is a swap mode. */
export const swapOf = (value: unknown): Swap | undefined =>
  Object.keys(METHODS).find((swap): swap is Swap => swap === value);

/** Inserts content. Returns the elements that are new or changed. */
function insertContent(element: Element, swap: Swap, content: string, select?: string, again?: boolean): Element[] {
  const fragment = parseContent(content, /inner|pend/.test(swap) ? element : dom(element).parentElement);
  if (select) {
    const found = fragment.querySelector(select);
    if (!found) throw new Error(`Cannot patch the page: nothing matches "${select}" in the answer`);
    fragment.replaceChildren(found);
  }
  const roots = [...fragment.children];
  const nodes = [...fragment.childNodes];
  const adds = ADDING.test(swap);
  // If it was added before, only an id can show that.
  if (adds && again && !roots.some(idOf)) return [];
  const keptElements = keptFor(fragment);
  let olds: (ChildNode | null)[] = [];
  const twin = roots.find((root) => idOf(root) === idOf(element)) ?? roots[0];
  if (swap === "morph" && twin) {
    const now = morphElement(element, twin);
    roots[roots.indexOf(twin)] = now;
    // Content around the twin of the element is inserted around the element.
    const at = nodes.indexOf(twin);
    dom(now).before(...nodes.slice(0, at));
    dom(now).after(...nodes.slice(at + 1));
  } else {
    olds = swap === "inner" ? [...dom(element).childNodes] : adds
      // Added elements exist once: one that a topic has already inserted is replaced.
      ? roots.map((root) => doc.getElementById(idOf(root)))
      : [element];
    // All of these methods accept nodes, except `remove`, which ignores them.
    dom(element)[METHODS[swap] as "before"](fragment);
    if (swap === "inner") roots.unshift(element);
  }
  keptElements.forEach(keepElement);
  const kept: readonly Node[] = keptElements;
  for (const old of olds) {
    if (old && !kept.includes(old) && !(adds && dom(old).contains(element))) {
      dom(dom(old).parentNode)?.removeChild(old);
    }
  }
  return roots;
}

/**
 * Finds the targets of a selector. If there are none, fires `swap:missing` and, on a local address, logs the most
 * similar ids.
 *
 * @throws {Error} When nothing matches and `strict` is `true`.
 */
function findTargets(target: string | null, call: Call, strict = false): Element[] {
  const found = target ? all(target) : [];
  if (!found[0]) {
    emitCallEvent("swap:missing", { ...call, target });
    const message = `Cannot patch the page: nothing matches "${target}", the target of action "${call.action}"`;
    if (strict) throw new Error(message);
    // Only advice for developers: a failure to load it has no effect.
    if (isLocal()) {
      import("./advice.ts").then(({ advise }) => advise(message, target, all("[id]").map(idOf))).catch(() => {});
    }
  }
  return found;
}

/** Returns `true` if the page is on the machine of its developer. */
const isLocal = (): boolean => /^(localhost$|127|\[::1)/.test(location.hostname);
