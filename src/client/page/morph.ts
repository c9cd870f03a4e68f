/**
 * Makes a part of the page equal to new markup and keeps the nodes that both have, with their state: focus, caret,
 * scroll position, open `<details>` and `<dialog>`, playing media, chosen files, shadow roots, listeners, and typed
 * text.
 *
 * ## Matching
 *
 * Children are matched in four steps, each over the nodes that the one before has left:
 *
 * 1. Equal nodes at the start and at the end of both lists are not changed. The browser compares them (`isEqualNode`): an
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
 * text typed since. `open` of `<details>` is state and attribute in one, so the last value of the server is stored
 * separately. An open `<dialog>` is never closed, and a file input is never cleared. After the server has accepted a
 * form, its controls show the state of the server again: see `syncAcceptedForm()`.
 *
 * ## Exceptions
 *
 * Not changed: an element with `hyper-keep` and its content; a `contenteditable` element while it has the focus; shadow
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
import { captureFocus, captureSelection } from "./focus.ts";
import { all, attr, doc, dom, type View } from "../dom.ts";

/** The last value of `open` from the server. */
const opened = new WeakMap<Element, boolean>();

/** The state in which a control was sent, until the server changes it. */
const sent = new WeakMap<Element, readonly unknown[]>();

/** Live state, and the property that reflects the attribute for it. */
const STATES = [["value", "defaultValue"], ["checked", "defaultChecked"], ["selected", "defaultSelected"]] as const;

/** An element that may be a control. Properties it lacks are undefined, before a change and after it. */
type Control = Element & Partial<Record<(typeof STATES)[number][number], unknown>>;

/**
 * Matches by key, from each node to the other. A new node that is not in a pair but contains one maps to `null`: it
 * cannot be inserted as a whole.
 */
type Pairs = Map<Node, Element | null>;

/** Makes an old node equal to a new one. Returns the node that is on the page then. */
type MorphNode = <Kind extends ChildNode>(old: Kind, next: Kind) => Kind;
/** Makes the children of an old node equal to those of a new one. */
type MorphNodes = (parent: ParentNode, source: ParentNode) => void;

/**
 * Saves which `<details>` and `<dialog>` the server has opened, so that a morph can distinguish its changes from those
 * of the user. Call it with the document on startup; a morph calls it itself.
 *
 * @param serverOpen The values for elements whose current state is not that of the server.
 */
export function saveOpenState(root: ParentNode, serverOpen?: ReadonlyMap<Element, boolean>): void {
  for (const element of all("details,dialog", root)) {
    opened.set(element, serverOpen?.get(element) ?? dom(element).hasAttribute("open"));
  }
}

/**
 * Saves the state of the controls when a form is sent. A response that only returns it does not overwrite text typed
 * since.
 */
export function saveSentState(form: HTMLFormElement): void {
  for (const control of formControls(form)) sent.set(control, liveState(control));
}

function liveState(control: Control): readonly unknown[] {
  const view = dom(control);
  return STATES.map(([live]) => view[live]);
}

/**
 * Sets the controls of an accepted form to the values of the server, unless the user has changed them since they were
 * sent. Otherwise, a checkbox that deletes a row would remain checked, and delete the next row.
 *
 * @param roots The elements that the response has inserted or changed.
 * @param kept Selector for the controls that are not set. Default: those whose values the server never returns.
 */
export function syncAcceptedForm(
  form: HTMLFormElement,
  roots: readonly Element[],
  kept = "[type=password],[type=file]",
): void {
  const controls = formControls(form).filter((control) => sent.has(control));
  const touched = controls.filter((control) => `${liveState(control)}` !== `${sent.get(control)}`).map(controlGroup);
  for (const control of controls) {
    const view = dom(control);
    if (view.matches(kept) || touched.includes(controlGroup(control))) continue;
    if (!roots.some((root) => dom(root).contains(control))) continue;
    for (const [live, server] of STATES) {
      // The value of a box without the attribute is "on": setting it would set the attribute (HTML, 4.10.5.4).
      if (view[server] === undefined || live === "value" && view.matches("[type=checkbox],[type=radio]")) continue;
      view[live] = view[server];
    }
  }
}

/** Returns what identifies the group of a control: a changed option or radio button affects the others. */
function controlGroup(control: Element): unknown {
  const whole = dom(control).closest("select") ?? control;
  return attr(whole, "name") ?? whole;
}

/** Returns the controls of a form, including those with a `form` attribute. */
const formControls = (form: HTMLFormElement): Control[] =>
  all("input,textarea,option").filter((control) => (dom(control) as View<HTMLInputElement>).form === form);

/**
 * Makes an element equal to another.
 *
 * @param target The element on the page.
 * @param source The new element; its nodes may be moved to the page.
 * @returns The element now on the page: `target`, unless the names differ.
 */
export function morphElement(target: Element, source: Element): Element {
  const restoreFocus = captureFocus();
  const unplaced: ChildNode[] = [];
  // Old nodes that are matched.
  const placed = new Set<Node>();
  // The values of `open` in the new markup.
  const serverOpen = new Map<Element, boolean>();
  // `isEqualNode` ignores the content of templates (DOM, 4.4).
  const view = dom(source);
  const templates = source instanceof HTMLTemplateElement || view.querySelector("template");
  // The old element already has the shadow root of such a template (HTML, 4.12.3).
  for (const template of all("template[shadowrootmode]", source)) dom(template).remove();
  // Computed on first use, while both trees are unchanged.
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
    const hasFocus = old === doc.activeElement;
    if (hasFocus && (view as Partial<HTMLElement>).isContentEditable || view.hasAttribute("hyper-keep")) return old;
    const before = STATES.map(([, server]) => view[server]);
    // An unedited value follows its attribute, which moves the caret to its end.
    const select = hasFocus ? captureSelection(old) : () => {};
    // A script that has not run would run when its source or text is set (HTML, 4.12.1.1). A parsed one cannot.
    if (view.localName === "script" || !setAttributes(old, next, serverOpen)) {
      view.replaceWith(next);
      return next;
    }
    // Both have the same name.
    if (old instanceof HTMLTextAreaElement) view.defaultValue = (dom(next) as View<Control>).defaultValue;
    else if (dom(next).firstChild || !view.localName.includes("-")) children(old, next);
    STATES.forEach(([live, server], i) => {
      if (view[server] !== before[i]) setLiveState(old, live, view[server]);
    });
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

    const matches = newNodes.length ? match(oldNodes, newNodes) : [];
    for (const old of oldNodes) unplaced.push(old);
    const matched = new Set<ChildNode | undefined>(matches);
    const moved = new Set<ChildNode | undefined>();
    // Matched nodes that were not moved, in old order.
    const rest = oldNodes.filter((old) => matched.has(old));
    for (let i = newNodes.length; i--;) {
      const next = newNodes[i]!;
      const old = matches[i];
      const holds = pairs?.has(next) === true;
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
  const match = (oldNodes: readonly ChildNode[], newNodes: readonly ChildNode[]): (ChildNode | undefined)[] => {
    const known = pairs ??= findPairs(target, source);
    const matches: (ChildNode | undefined)[] = [];
    const place = (find: (next: ChildNode) => ChildNode | null | undefined) =>
      newNodes.forEach((next, i) => {
        const old = matches[i] ??= find(next) ?? undefined;
        if (old) placed.add(old);
      });
    place((next) => known.get(next));
    for (const kindOf of [kindAndText, kind]) {
      // Reversed, so that `pop()` returns the first in constant time.
      const free = Map.groupBy(oldNodes.filter((old) => !known.has(old) && !placed.has(old)).reverse(), kindOf);
      place((next) => free.get(kindOf(next))?.pop());
    }
    return matches;
  };

  let now = target;
  if (dom(target).nodeName === view.nodeName) now = node(target, source);
  else {
    now = doc.importNode(source, false);
    dom(target).before(now);
    children(now, source);
    unplaced.push(target);
  }
  for (const old of unplaced) {
    // Alerts and toasts of the runtime are kept.
    if (!placed.has(old) && !(old instanceof Element && dom(old).hasAttribute("data-hyper-own"))) {
      dom(dom(old).parentNode)?.removeChild(old);
    }
  }
  saveOpenState(now, serverOpen);
  restoreFocus();
  return now;
}

/** Finds pairs of keyed nodes, and of their ancestors. */
function findPairs(root: Element, source: ParentNode): Pairs {
  const pairs: Pairs = new Map();
  const keyed = keyedIn(root);
  // Nothing is taken out of a kept element.
  for (const element of all("[hyper-keep] *", root)) keyed.delete(kind(element));
  for (const [key, next] of keyedIn(source)) {
    let old = keyed.get(key) ?? null;
    for (let at = old && next; at && at !== source && !pairs.has(at); at = dom(at).parentElement) {
      if (old === root || old && (pairs.has(old) || kind(old) !== kind(at))) old = null;
      pairs.set(at, old);
      if (!old) continue;
      pairs.set(old, at);
      old = dom(old).parentElement;
    }
  }
  return pairs;
}

/** Returns the keyed elements of a tree; `null` for a key that is not unique. */
function keyedIn(root: ParentNode): Map<string, Element | null> {
  const found = new Map<string, Element | null>();
  for (const element of all("[id],[data-hyper-key],[name]", root)) {
    const key = kind(element);
    found.set(key, found.has(key) ? null : element);
  }
  return found;
}

/** Returns the kind of a node. A node can be changed into another of its kind. */
function kind(node: Node): string {
  const { nodeName } = dom(node);
  if (!(node instanceof Element)) return nodeName;
  const [id, key, name, type, value] = ["id", "data-hyper-key", "name", "type", "value"].map((attribute) =>
    attr(node, attribute)
  );
  if (id) return `${nodeName}#${id}`;
  if (key) return `${nodeName}=${key}`;
  // The value identifies a choice. Other controls may change stateAttribute.
  const choice = /option|radio|checkbox/i.test(nodeName + type) && (value ?? dom(node).textContent);
  return `${nodeName} ${name} ${type} ${choice}`;
}

function kindAndText(node: Node): string {
  return kind(node) + dom(node).textContent;
}

/** Inserts a node. One that is on the page is moved without being removed, if the browser can. */
export function move(parent: ParentNode, node: Node, after: Node | null): void {
  const view = dom(parent);
  if (view.moveBefore && doc.contains(node) && doc.contains(parent)) view.moveBefore(node, after);
  else view.insertBefore(node, after);
}

/**
 * Sets the attributes of an element to those of another, except an `open` that is the state of the user.
 *
 * @returns `false` if they differ in one that Trusted Types forbids to set: an event handler or `srcdoc`. Then nothing
 * was changed, and the new element must replace the old one.
 */
function setAttributes(old: Element, next: Element, serverOpen: Map<Element, boolean>): boolean {
  const view = dom(old);
  const nextView = dom(next);
  const dialog = view.localName === "dialog";
  const stateAttribute = dialog || view.localName === "details" ? "open" : "";
  // As nodes: `setAttribute` rejects names that the parser allows, such as `@click`.
  const changed = [...nextView.attributes].filter(({ name, value }) =>
    name !== stateAttribute && attr(old, name) !== value
  );
  if (changed.some(({ name }) => name === "srcdoc" || /^on/.test(name) && name in Object.getPrototypeOf(next))) {
    return false;
  }
  for (const attribute of changed) view.setAttributeNode(doc.importNode(attribute));
  for (const name of view.getAttributeNames()) {
    if (name !== stateAttribute && !nextView.hasAttribute(name)) view.removeAttribute(name);
  }
  if (stateAttribute) {
    const open = nextView.hasAttribute(stateAttribute);
    serverOpen.set(old, open);
    if (open !== (opened.get(old) ?? false) && (open || !dialog)) view.toggleAttribute(stateAttribute, open);
  }
  return true;
}

/** Sets live state to a value that the server has changed. */
function setLiveState(control: Control, live: (typeof STATES)[number][0], value: unknown): void {
  const view = dom(control);
  const echo = sent.get(control)?.[0] === value;
  sent.delete(control);
  // Setting the value of a file input throws.
  if (!(live === "value" && echo || view.matches("[type=file]"))) view[live] = value;
}
