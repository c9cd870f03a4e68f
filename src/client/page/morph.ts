/**
 * Makes a part of the page equal to new markup and keeps the nodes that both have, with their state: focus, caret,
 * scroll position, open `<details>` and `<dialog>`, playing media, chosen files, shadow roots, listeners, and typed
 * text.
 *
 * ## Matching
 *
 * Children are matched in four steps, each over the nodes that the one before has left:
 *
 * 1. Equal nodes at both ends of the lists are not changed. The browser compares them (`isEqualNode`): an
 *    unchanged page takes one call, and of a thousand rows with one change, one is examined.
 * 2. Keys: `id`, else `data-hyper-key`, else the `name` of a control. Elements with a key that occurs once in each tree
 *    are a pair, wherever they are. So are their nearest ancestors of the same kind: a wrapper without a key is identified
 *    by its content.
 * 3. Same kind and same text, in order.
 * 4. Same kind, in order. Two elements are of one kind if they have the same name, and the same key or none.
 *
 * Remaining new nodes are inserted. Remaining old nodes are removed at the very end, because they may contain nodes
 * that belong elsewhere.
 *
 * ```text
 *  old   A  B  C  D  E        A and E are equal. B, C and D have keys. B and D are in the right order already:
 *  new   A  C  B  X  D  E     C is moved, X is inserted, nothing else is touched.
 *           ↑     ↑
 * ```
 *
 * Both lists are traversed from their ends, and nodes in the right order are not moved. One node in the way of the next
 * is skipped, and moved later. Swapping two nodes moves two; moving one node from one end to the other moves one; for a
 * group, either the group or the rest is moved. `moveBefore` is used where the browser has it: a node that is removed
 * and inserted again loses focus, scroll position and frames.
 *
 * The cost is linear in the size of the two trees, except for the comparison in step 1, which a change repeats once for
 * each level above it.
 *
 * ## State of the user
 *
 * The live value of a control is overwritten only if the server has changed it: if the attribute in the new markup
 * differs from that on the page. A value that the server only returns, because it was just sent, does not overwrite
 * text typed since, and nothing overwrites what the user is writing or has chosen in the control with the focus: see
 * `choice.ts`. Its new value is shown next to it. Attributes, and the content of editable elements, follow the same rule: see `attributes.ts`. An open `<dialog>` is never closed,
 * and a file input is never cleared. After the server has accepted a form, its controls show the state of the server
 * again: see `accepted_form.ts`.
 *
 * ## Exceptions
 *
 * Not changed: an element with `hyper-keep` and its content; an element that the runtime has added, such as an alert
 * (`data-hyper-own`), which also stays on the page; a `contenteditable` element in which the user has written,
 * while it has the focus: its new content is shown next to it; shadow
 * roots; the children of a custom element that the server sends empty, because it has rendered them itself. A
 * `<script>` is replaced and not changed, so that it never runs.
 *
 * ## Why not idiomorph
 *
 * It uses the same idea, but has about 3,300 bytes with brotli, a third of the whole runtime. It resets typed text or,
 * by option, ignores the server. It does not minimize moves, and may search all later siblings of every node.
 *
 * @module
 */
import { setAttributes } from "./attributes.ts";
import { captureChoice, keepContent, type OnYield } from "./choice.ts";
import { captureFocus, captureSelection } from "./focus.ts";
import { attr, doc, dom, type View } from "../dom.ts";
import { isOwned } from "./form_user.ts";
import { changeAsServer, forgetChanges } from "./live_changes.ts";
import { REGION_ATTRIBUTE } from "../../protocol/names.ts";
import { LOAD_ATTRIBUTE, LOADED } from "../../protocol/region_names.ts";
import { findPairs, kind, kindAndText, type Pairs } from "./pairs.ts";
import { type Control, sent, STATES } from "./sent_state.ts";

/** Makes an old node equal to a new one. Returns the node that is on the page then. */
type MorphNode = <Kind extends ChildNode>(old: Kind, next: Kind) => Kind;
/** Makes the children of an old node equal to those of a new one. */
type MorphNodes = (parent: ParentNode, source: ParentNode) => void;

/**
 * Makes an element equal to another.
 *
 * @param target The element on the page.
 * @param source The new element; its nodes may be moved to the page.
 * @param onYield Called when the server has changed the control that the user edits. Default: none.
 * @returns The element now on the page: `target`, unless the names differ.
 */
export const morphElement = (target: Element, source: Element, onYield?: OnYield): Element =>
  changeAsServer(() => morphTree(target, source, onYield));

function morphTree(target: Element, source: Element, onYield?: OnYield): Element {
  const restoreFocus = captureFocus();
  const restoreChoice = captureChoice(onYield);
  const unplaced: ChildNode[] = [];
  // Old nodes that are matched.
  const placed = new Set<Node>();
  // Elements that differ from the new markup, and so are changed.
  const differing = new Set<Node>();
  // `isEqualNode` ignores the content of templates (DOM, 4.4).
  const view = dom(source);
  const templates = source instanceof HTMLTemplateElement || view.querySelector("template");
  // Computed on first use, for the two nodes whose children are then matched: everything around them is matched already,
  // and a pair with a node around them would be moved into its own descendant.
  let pairs: Pairs | undefined;

  const equal = (old?: ChildNode, next?: ChildNode): boolean =>
    // Other nodes have no `outerHTML`, in either tree.
    !!next && !!dom(old)?.isEqualNode(next) &&
    (!templates || (dom(old) as Partial<Element>).outerHTML === (dom(next) as Partial<Element>).outerHTML);

  const node: MorphNode = (old, next) => {
    if (equal(old, next)) return old;
    if (!(old instanceof Element && next instanceof Element)) {
      dom(old).nodeValue = dom(next).nodeValue;
      return old;
    }
    const view: View<Control> = dom(old);
    // The content that the browser has loaded is shown until it has loaded it again.
    const load = attr(next, LOAD_ATTRIBUTE);
    if (load && load !== LOADED && attr(old, REGION_ATTRIBUTE) === attr(next, REGION_ATTRIBUTE)) {
      view.setAttribute(LOAD_ATTRIBUTE, load);
      return old;
    }
    const hasFocus = old === doc.activeElement;
    if (view.matches("[hyper-keep]") || isOwned(old)) return old;
    differing.add(old);
    if (hasFocus && (view as Partial<HTMLElement>).isContentEditable && keepContent(old, next, onYield)) return old;
    const before = STATES.map(([, server]) => view[server]);
    // The user is writing, maybe with an input method: value and selection are not changed.
    const isEdited = hasFocus && view.value !== before[0];
    // An unedited value follows its attribute, which moves the caret to its end.
    const select = hasFocus && !isEdited ? captureSelection(old) : () => {};
    // A script that has not run would run when its source or text is set (HTML, 4.12.1.1). A parsed one cannot.
    const isContentKept = view.localName === "script" ? null : setAttributes(old, next);
    // Only the parser can create a shadow root that the server has declared.
    if (isContentKept === null || dom<Element>(next).shadowRoot && !view.shadowRoot) {
      view.replaceWith(next);
      return next;
    }
    // Both have the same name.
    if (old instanceof HTMLTextAreaElement) view.defaultValue = (dom(next) as View<Control>).defaultValue;
    else if (!isContentKept && (dom(next).firstChild || !view.localName.includes("-"))) children(old, next);
    STATES.forEach(([live, server], i) => {
      const value = view[server];
      if (value === before[i]) return;
      const isTyped = live === "value" && (isEdited || sent.get(old)?.[0] === value);
      if (isTyped && !sent.has(old) && value !== view.value) onYield?.(old, `${value}`);
      sent.delete(old);
      // Setting the value of a file input throws.
      if (!isTyped && !view.matches("[type=file]")) view[live] = value;
    });
    // A media element reads its sources once (HTML, 4.8.2), after this task.
    if (view.matches("source")) view.closest<HTMLMediaElement>("audio,video")?.load();
    select(old);
    return old;
  };

  const children: MorphNodes = (parent, source) => {
    // The content of a template is not its children. Both have the same name.
    if (parent instanceof HTMLTemplateElement && source instanceof HTMLTemplateElement) {
      return children(parent.content, source.content);
    }
    const oldNodes = [...dom(parent).childNodes];
    const newNodes = [...dom(source).childNodes];
    let equals = 0;
    while (equal(oldNodes[equals], newNodes[equals])) equals++;
    oldNodes.splice(0, equals);
    newNodes.splice(0, equals);
    let after: ChildNode | null = null;
    while (equal(oldNodes.at(-1), newNodes.at(-1))) {
      after = oldNodes.pop() ?? null;
      newNodes.pop();
    }
    const [old] = oldNodes, [next] = newNodes;
    if (
      old && next && oldNodes.length + newNodes.length === 2 && kind(old) === kind(next) &&
      // If pairs are known: both are in the same pair, or neither is in one.
      (pairs?.get(next) ?? old) === old && (pairs?.get(old) ?? next) === next
    ) {
      // Fast path: most changes are one text in one cell.
      node(old, next);
      return;
    }

    pairs ??= findPairs(parent, source);
    const matches = match(oldNodes, newNodes, pairs);
    for (const old of oldNodes) unplaced.push(old);
    const matched = new Set<ChildNode | undefined>(matches);
    const moved = new Set<ChildNode | undefined>();
    // Matched nodes that were not moved, in old order.
    const rest = oldNodes.filter((old) => matched.has(old));
    for (let i = newNodes.length; i--;) {
      const next = newNodes[i]!;
      const old = matches[i];
      const holds = pairs.has(next);
      // The browser selects an option when a select has no other, and it would stay selected here. A copy is not.
      const child = old ?? (holds || /^OPT/.test(dom(next).nodeName) ? doc.importNode(next, !holds) : next);
      while (moved.has(rest.at(-1))) rest.pop();
      // A single node in the way of the next one is skipped, and moved later.
      const at = old && [-1, -2].find((at) => rest.at(at) === old);
      if (at) rest.splice(at);
      else {
        if (old) moved.add(old);
        move(parent, child, after);
      }
      after = old ? node(old, next) : child;
      // Only elements contain others.
      if (holds && !old) children(child as Element, next as Element);
    }
  };

  /** Finds the old node for each new one. */
  const match = (
    oldNodes: readonly ChildNode[],
    newNodes: readonly ChildNode[],
    pairs: Pairs,
  ): (ChildNode | undefined)[] => {
    const matches: (ChildNode | undefined)[] = [];
    const place = (find: (next: ChildNode) => ChildNode | null | undefined) =>
      newNodes.forEach((next, i) => {
        const old = matches[i] ??= find(next) ?? undefined;
        if (old) placed.add(old);
      });
    place((next) => pairs.get(next));
    for (const kindOf of [kindAndText, kind]) {
      // Reversed, so that `pop()` returns the first in constant time.
      const free = Map.groupBy(oldNodes.filter((old) => !pairs.has(old) && !placed.has(old)).reverse(), kindOf);
      place((next) => free.get(kindOf(next))?.pop());
    }
    return matches;
  };

  let now = target;
  if (dom(target).nodeName === view.nodeName) now = node(target, source);
  else {
    pairs = findPairs(target, source);
    now = doc.importNode(source, false);
    dom(target).before(now);
    children(now, source);
    unplaced.push(target);
  }
  for (const old of unplaced) {
    // Alerts and toasts of the runtime are kept; the same attribute in the markup of a user has no effect.
    if (!placed.has(old) && !(dom(old) as Partial<Element>).matches?.("[data-hyper-own]:not([hyper-off] *)")) {
      dom(old).remove();
    }
  }
  forgetChanges((node) => !differing.has(node) && dom(now).contains(node));
  restoreChoice();
  restoreFocus();
  return now;
}

/** Inserts a node. One that is on the page is moved without being removed, if the browser can. */
export function move(parent: ParentNode, node: Node, after: Node | null): void {
  const view = dom(parent);
  if (view.moveBefore && doc.contains(node) && doc.contains(parent)) view.moveBefore(node, after);
  else view.insertBefore(node, after);
}
