/**
 * Patches the page: inserts, replaces, morphs or removes what the server names.
 *
 * @module
 */
import type { Swap } from "../../protocol/patch.ts";
import { counterpartOf } from "../../protocol/counterpart.ts";
import { text, type Wire } from "../../protocol/wire.ts";
import { syncAcceptedForm } from "./accepted_form.ts";
import { type ActiveCall, emitCallEvent } from "../call/call.ts";
import { config } from "../config.ts";
import { applyFocus } from "./apply_focus.ts";
import { endStreams } from "./end_streams.ts";
import { captureFocus, type RestoreFocus } from "./focus.ts";
import { focusNear } from "./focus_near.ts";
import { doc, dom, idOf } from "../dom.ts";
import { copiesOf, keepElement, keptFor } from "./keep.ts";
import { loadNeeded, loadPart } from "../parts/load_part.ts";
import { parseContent, parsePage } from "./markup.ts";
import { morphElement } from "./morph.ts";
import { updateIndicators } from "./busy.ts";
import { predictions } from "./predictions.ts";
import { layerOf } from "./layers.ts";
import { refreshAround } from "./sent_page.ts";
import { isStale, markReplaced } from "./stale.ts";
import { findTargets } from "./targets.ts";
import { changeWithTiming } from "./timed_change.ts";
import { sleep } from "../call/wait.ts";

/** Applies the event `patch_html`. See `Effect` of `effect.ts` for the parameters. */
export async function patchHtml(
  data: Wire,
  activeCall: ActiveCall,
  sequence: number,
  again?: boolean,
): Promise<void> {
  const { signal } = activeCall;
  const swap = swapOf(data.swap ?? activeCall.swap) ?? "outer";
  if (swap === "none" || activeCall.layer?.isLeft) return;
  const strict = data.strict_targets ?? activeCall.strictTargets ?? config.strictTargets;
  const target = text(data.target) ?? activeCall.target;
  const elements = predictions.around(() => findTargets(target, activeCall, strict === true));
  const select = text(data.select);

  const changed: Element[] = [];
  let lost: ReturnType<RestoreFocus>;
  const change = () => {
    const restoreFocus = captureFocus();
    for (const [index, element] of elements.entries()) {
      const replaces = !ADDING.test(swap);
      // All patches of a response have its number, so the second patch of an element is not stale.
      if (!doc.contains(element) || replaces && isStale(element, sequence)) continue;
      if (!emitCallEvent("swap:before", activeCall, { element, swap })) continue;
      const page = text(data.page);
      if (page) refreshAround(parsePage(page), layerOf(element));
      const part = select &&
        ((content: DocumentFragment) => selectPart(content, select, element, select === target ? index : -1));
      const content = parseContent(
        `${data.content ?? ""}`,
        /inner|pend/.test(swap) ? element : dom(element).parentElement,
      );
      if (part) content.replaceChildren(...[part(content) ?? []].flat());
      const roots = part && !content.firstChild ? [] : insertContent(element, swap, content, again);
      if (replaces) { for (const root of [element, ...roots]) markReplaced(root, sequence); }
      roots.forEach(updateIndicators);
      roots.forEach(loadNeeded);
      changed.push(...roots);
      emitCallEvent("swap:after", activeCall, { element, swap });
    }
    const focus = text(data.focus);
    // The user is typing: the errors are there when they leave the field.
    lost = applyFocus(
      !focus || activeCall.trigger && focus === "first-invalid" ? "preserve" : focus,
      changed[0] ?? document,
      restoreFocus,
    );
  };
  const slow = data.transition || data.swap_delay || data.settle_delay;
  const changeAll = () =>
    predictions.around(
      () => {
        change();
        endStreams();
      },
      activeCall,
      /before|after/.test(swap) ? elements.map((element) => dom(element).parentElement ?? element) : elements,
    );
  if (slow) await changeWithTiming(data, elements, changed, changeAll, (ms) => sleep(signal, ms));
  else changeAll();
  if (lost) focusNear(lost);
  const { ok, form } = activeCall;
  if (ok && form) syncAcceptedForm(form, changed);
}

/** Shows what the server has changed in the control that the user is editing. If the part is missing, the page shows that. */
function reportChange(control: Element, value: string): void {
  loadPart("extras").then((extras) => extras.showChange(control, value)).catch(() => {});
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

/**
 * Returns the part of the content for an element. If content and page were searched with the same selector, it is the
 * element's own: `undefined` if it is not in the content. `index` is then the position of the element, else `-1`.
 */
function selectPart(content: DocumentFragment, selector: string, element: Element, index: number): Element | undefined {
  const parts = [...content.querySelectorAll(selector)];
  if (!parts[0]) throw new Error(`Cannot patch the page: nothing matches "${selector}" in the answer`);
  if (index < 0) return parts[0];
  return parts[counterpartOf(parts.map(idOf), idOf(element), index, (id) => !!doc.getElementById(id))];
}

/** Returns the element with the id of another one, in the layer of a third one. */
const twinOf = (root: Element, near: Element): Element | null =>
  copiesOf(root).find((twin) => layerOf(twin) === layerOf(near)) ?? null;

/** Inserts content. Returns the elements that are new or changed. */
export function insertContent(element: Element, swap: Swap, fragment: DocumentFragment, again?: boolean): Element[] {
  // The content of a body, for the body of a layer.
  if (swap === "morph" && layerOf(element)?.content === element) {
    const copy = dom(element).cloneNode();
    dom(copy as ParentNode).append(...fragment.childNodes);
    fragment.append(copy);
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
    const now = morphElement(element, twin, reportChange);
    roots[roots.indexOf(twin)] = now;
    // Content around the twin of the element is inserted around the element.
    const at = nodes.indexOf(twin);
    dom(now).before(...nodes.slice(0, at));
    dom(now).after(...nodes.slice(at + 1));
  } else {
    olds = swap === "inner" ? [...dom(element).childNodes] : adds
      // Added elements exist once: one that a topic has already inserted is replaced.
      ? roots.map((root) => twinOf(root, element))
      : [element];
    // All of these methods accept nodes, except `remove`, which ignores them.
    dom(element)[METHODS[swap] as "before"](fragment);
    if (swap === "inner") roots.unshift(element);
  }
  keptElements.forEach(keepElement);
  const kept: readonly Node[] = keptElements;
  for (const old of olds) {
    if (old && !kept.includes(old) && !(adds && dom(old).contains(element))) {
      dom(old).remove();
    }
  }
  return roots;
}
