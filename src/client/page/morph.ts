/**
 * Makes a part of the page equal to new markup and keeps the nodes that stay: their focus, caret, scroll position, open
 * `<details>` and `<dialog>`, playing media, chosen files, shadow roots, listeners, and what was typed.
 *
 * ## What is matched with what
 *
 * Children are compared in four steps, each over what the one before has left:
 *
 * 1. Equal nodes at the start and at the end of both lists stay as they are. The browser compares them
 *    (`isEqualNode`), so a page that did not change costs one call, and of a thousand rows with one change one is looked
 *    at.
 * 2. Keys: `id`, else `data-hyper-key`, else the `name` of a control. A key that occurs once in the old tree and once in
 *    the new one makes a pair, wherever the two stand; and the nearest ancestors of the two that look alike become pairs
 *    too, so a wrapper without a key is known by what is in it.
 * 3. Same kind and same text, in order.
 * 4. Same kind, in order. Of one kind are two elements of one name with the same key, or both without.
 *
 * What is left of the new list is put in, what is left of the old one is taken out, at the very end: it may hold nodes
 * that another place asks for.
 *
 * ```text
 *  old   A  B  C  D  E        A and E are equal; of B, C, D, which are keyed, D and B stand in order already, with C in
 *  new   A  C  B  X  D  E     the way of B:
 *           ↑     ↑           C moves, X is put in, nothing else is touched
 * ```
 *
 * What stands where it is to stand does not move: both lists are gone through from their ends, and a node that is in the
 * way of the next one is passed over, and moves when its turn comes. So of two that change places two move, of one that
 * goes from one end to the other one, and of several that go together those that are fewer or those that are more. What
 * moves does so with `moveBefore` where there is one, because a node that is taken out and put back loses focus, scroll
 * position and frames.
 *
 * All of it is linear in the size of the two trees, but for the comparison in step 1, which a change repeats once for
 * each level above it.
 *
 * ## What the visitor did
 *
 * The live value of a control, checkbox or option is overwritten only where the server changed its mind: where the
 * attribute in the new markup differs from the one in the page, which is what the server said last. What the server
 * merely gives back, the value it was just sent, changes nothing that was typed since. The same holds for `open` on
 * `<details>`, which is state and attribute in one, so that what the server said last is remembered apart from it; an
 * open `<dialog>` is never closed. A file input is never cleared. What a form was sent with, and the server has accepted,
 * is the server's again: see `syncAcceptedForm()`.
 *
 * ## What is left alone
 *
 * An element with `hyper-keep`, with all that is in it; a text that is being written into an element with
 * `contenteditable`, for as long as that has the focus; the shadow root of any element; the children of a custom
 * element that the server sends empty, because then it has drawn them itself. A `<script>` is never changed into another
 * one and so never runs.
 *
 * ## Why it is written here
 *
 * idiomorph matches by the same idea, in about 3,300 bytes with brotli, which is a third of what the whole runtime may
 * weigh; it resets what was typed or, by option, ignores the server; it takes out and puts in what changed its order
 * without regard to how little could be moved; and its search for the best match may look at all later siblings for
 * every node.
 *
 * @module
 */
import { captureFocus, captureSelection } from "./focus.ts";
import { all, attr, doc, dom, type View } from "../dom.ts";

/** What the server said last about `open`. Entries live as long as their elements. */
const opened = new WeakMap<Element, boolean>();

/** The states a control was sent with and did not get back yet. Entries live until the server changes the control. */
const sent = new WeakMap<Element, readonly unknown[]>();

/** Live state, and the property that reflects the attribute the server sets it with. */
const STATES = [["value", "defaultValue"], ["checked", "defaultChecked"], ["selected", "defaultSelected"]] as const;

/** An element that may be a control. A property it does not have is undefined, before a change and after it. */
type Control = Element & Partial<Record<(typeof STATES)[number][number], unknown>>;

/**
 * Which nodes of the two trees belong together, as far as keys tell: each of a pair leads to the other. A new node that is
 * of no pair but holds one leads to `null`; it cannot be put in whole.
 */
type Pairs = Map<Node, Element | null>;

/** Makes an old node equal to a new one and returns the one that is in place then. */
type MorphNode = <Kind extends ChildNode>(old: Kind, next: Kind) => Kind;
/** Makes the children of an old node equal to those of a new one. */
type MorphNodes = (parent: ParentNode, source: ParentNode) => void;

/**
 * Notes which `<details>` and `<dialog>` the server sent open, so that a later morph can tell its change from the
 * visitor's. To be called with the document at the start; a morph does it by itself.
 *
 * @param root Where they are.
 * @param says What is known of some of them better than by how they are now.
 */
export function saveOpenState(root: ParentNode, says?: ReadonlyMap<Element, boolean>): void {
  for (const element of all("details,dialog", root)) {
    opened.set(element, says?.get(element) ?? dom(element).hasAttribute("open"));
  }
}

/**
 * Notes what a form is sent with, so that an answer which only gives it back does not overwrite what was typed while it
 * was on its way, and that what the server has taken does not stay.
 */
export function saveSentState(form: HTMLFormElement): void {
  for (const control of formControls(form)) sent.set(control, stateOf(control));
}

function stateOf(control: Control): readonly unknown[] {
  const view = dom(control);
  return STATES.map(([live]) => view[live]);
}

/**
 * Lets a form that was sent follow the answer that was accepted: a control that nobody has touched since shows what the
 * server says of it now, also where the server has said the same before. A box that was ticked to delete a row would
 * else stay ticked, and delete the next one.
 *
 * @param form The form that was sent.
 * @param roots What the answer has put in place.
 */
export function syncAcceptedForm(form: HTMLFormElement, roots: readonly Element[]): void {
  const controls = formControls(form).filter((control) => sent.has(control));
  const touched = controls.filter((control) => `${stateOf(control)}` !== `${sent.get(control)}`).map(wholeOf);
  for (const control of controls) {
    const view = dom(control);
    // Secrets and files never come back, so that their absence says nothing.
    if (view.matches("[type=password],[type=file]") || touched.includes(wholeOf(control))) continue;
    if (!roots.some((root) => dom(root).contains(control))) continue;
    for (const [live, server] of STATES) if (view[server] !== undefined) view[live] = view[server];
  }
}

/** What a control is a part of: where one option or box is touched, the others are not what they were sent as either. */
function wholeOf(control: Element): unknown {
  const whole = dom(control).closest("select") ?? control;
  return attr(whole, "name") ?? whole;
}

/** The controls of a form, those that only name it in their `form` attribute as well. */
const formControls = (form: HTMLFormElement): Control[] =>
  all("input,textarea,option").filter((control) => (dom(control) as View<HTMLInputElement>).form === form);

/**
 * Makes one element equal to another, in its place.
 *
 * @param target The element in the page.
 * @param source The element to become; it, and what is in it, may be moved into the page.
 * @returns The element that is now in the place of `target`: `target` itself unless its name differs.
 */
export function morphElement(target: Element, source: Element): Element {
  const restoreFocus = captureFocus();
  const trash: ChildNode[] = [];
  // The old nodes that have a place in the new tree.
  const placed = new Set<Node>();
  // What the server says now about `open`.
  const says = new Map<Element, boolean>();
  // isEqualNode does not look into templates (DOM, 4.4).
  const view = dom(source);
  const templates = source instanceof HTMLTemplateElement || view.querySelector("template");
  // What stands in such a template is the shadow root that the old element has already (HTML, 4.12.3).
  for (const template of all("template[shadowrootmode]", source)) dom(template).remove();
  // Made at the first need, when nothing has been put in or moved yet and both trees are still what they were.
  let pairs: Pairs | undefined;

  const equal = (old?: ChildNode, next?: ChildNode): boolean =>
    // What is no element has no outerHTML, on either side.
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
    // A value that nobody has edited follows its attribute at once, and throws the caret to its end.
    const select = hasFocus ? captureSelection(old) : () => {};
    // A script that has not run yet would, when it is given a source or a text (HTML, 4.12.1.1); a parsed one cannot.
    if (view.localName === "script" || !attributes(old, next, says)) {
      view.replaceWith(next);
      return next;
    }
    // Both are of one name, so what holds for the old one holds for the new one.
    if (old instanceof HTMLTextAreaElement) view.defaultValue = (dom(next) as View<Control>).defaultValue;
    else if (dom(next).firstChild || !view.localName.includes("-")) children(old, next);
    STATES.forEach(([live, server], i) => {
      if (view[server] !== before[i]) follow(old, live, view[server]);
    });
    select(old);
    return old;
  };

  const children: MorphNodes = (parent, source) => {
    // What is in a template is not a child of it. Both are of one name.
    if (parent instanceof HTMLTemplateElement && source instanceof HTMLTemplateElement) {
      return children(parent.content, source.content);
    }
    const gone = [...dom(parent).childNodes];
    const come = [...dom(source).childNodes];
    let equals = 0;
    while (equal(gone[equals], come[equals])) equals++;
    gone.splice(0, equals);
    come.splice(0, equals);
    let after: ChildNode | null = null;
    while (equal(gone.at(-1), come.at(-1))) {
      after = gone.pop() ?? null;
      come.pop();
    }
    const [old] = gone, [next] = come;
    if (
      old && next && gone.length + come.length === 2 && kind(old) === kind(next) &&
      // Where pairs are known, either both are of this one or neither is of any.
      (pairs?.get(next) ?? old) === old && (pairs?.get(old) ?? next) === next
    ) {
      // Most changes are one text in one cell; they need none of what follows.
      node(old, next);
      return;
    }

    const matches = come.length ? match(gone, come) : [];
    for (const old of gone) trash.push(old);
    const matched = new Set<ChildNode | undefined>(matches);
    const moved = new Set<ChildNode | undefined>();
    // Those that have not moved yet, in the order they have.
    const rest = gone.filter((old) => matched.has(old));
    for (let i = come.length; i--;) {
      const next = come[i]!;
      const old = matches[i];
      const holds = pairs?.has(next) === true;
      // An option that its own select has chosen for want of another would be chosen here too; a copy is not.
      const child = old ?? (holds || /^OPT/.test(dom(next).nodeName) ? doc.importNode(next, !holds) : next);
      while (moved.has(rest.at(-1))) rest.pop();
      // One node that is in the way of the next is passed over: it moves when its turn comes.
      const at = old && [-1, -2].find((at) => rest.at(at) === old);
      if (at) rest.splice(at);
      else {
        if (old) moved.add(old);
        move(parent, child, after);
      }
      after = old ? node(old, next) : child;
      // Only an element holds others.
      if (holds && !old) children(child as Element, next as Element);
    }
  };

  /** Finds the old node of each new one, if there is one. */
  const match = (gone: readonly ChildNode[], come: readonly ChildNode[]): (ChildNode | undefined)[] => {
    const known = pairs ??= findPairs(target, source);
    const matches: (ChildNode | undefined)[] = [];
    const place = (find: (next: ChildNode) => ChildNode | null | undefined) =>
      come.forEach((next, i) => {
        const old = matches[i] ??= find(next) ?? undefined;
        if (old) placed.add(old);
      });
    place((next) => known.get(next));
    for (const likeness of [kindAndText, kind]) {
      // Backwards, so that the first one is at the end, where taking it costs the same in a list of any length.
      const free = Map.groupBy(gone.filter((old) => !known.has(old) && !placed.has(old)).reverse(), likeness);
      place((next) => free.get(likeness(next))?.pop());
    }
    return matches;
  };

  let now = target;
  if (dom(target).nodeName === view.nodeName) now = node(target, source);
  else {
    now = shellOf(source);
    dom(target).before(now);
    children(now, source);
    trash.push(target);
  }
  for (const old of trash) {
    // What the runtime says stays until it has been read.
    if (!placed.has(old) && !(old instanceof Element && dom(old).hasAttribute("data-hyper-own"))) {
      dom(dom(old).parentNode)?.removeChild(old);
    }
  }
  saveOpenState(now, says);
  restoreFocus();
  return now;
}

/** Pairs the keyed nodes of two trees, and the ancestors that they have in common. */
function findPairs(root: Element, source: ParentNode): Pairs {
  const pairs: Pairs = new Map();
  const keyed = keyedIn(root);
  // Nothing is taken out of an island.
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

/** The keyed elements of a tree; `null` where several have one key, because then it tells nothing. */
function keyedIn(root: ParentNode): Map<string, Element | null> {
  const found = new Map<string, Element | null>();
  for (const element of all("[id],[data-hyper-key],[name]", root)) {
    const key = kind(element);
    found.set(key, found.has(key) ? null : element);
  }
  return found;
}

/** Two nodes of one kind may become one another. */
function kind(node: Node): string {
  const { nodeName } = dom(node);
  if (!(node instanceof Element)) return nodeName;
  const [id, key, name, type, value] = ["id", "data-hyper-key", "name", "type", "value"].map((attribute) =>
    attr(node, attribute)
  );
  if (id) return `${nodeName}#${id}`;
  if (key) return `${nodeName}=${key}`;
  // A choice is known by what it stands for; any other control has its value to change.
  const choice = /option|radio|checkbox/i.test(nodeName + type) && (value ?? dom(node).textContent);
  return `${nodeName} ${name} ${type} ${choice}`;
}

function kindAndText(node: Node): string {
  return kind(node) + dom(node).textContent;
}

/** A node like this one, without what is in it. */
function shellOf<Kind extends Node>(node: Kind): Kind {
  return doc.importNode(node, false);
}

/** Moves a node that is in the page without taking it out, where the browser can; else, and else wise, puts it in. */
export function move(parent: ParentNode, node: Node, after: Node | null): void {
  const view = dom(parent);
  if (view.moveBefore && doc.contains(node) && doc.contains(parent)) view.moveBefore(node, after);
  else view.insertBefore(node, after);
}

/**
 * Gives an element the attributes of another, but for `open` where that is the visitor's.
 *
 * @returns `false` where the two differ in one that a page with Trusted Types lets nobody set: a handler, or the document
 * of a frame. Then nothing is changed, and the new element, which was parsed as a whole, has to take the place.
 */
function attributes(old: Element, next: Element, says: Map<Element, boolean>): boolean {
  const view = dom(old);
  const come = dom(next);
  const dialog = view.localName === "dialog";
  const theirs = dialog || view.localName === "details" ? "open" : "";
  // By nodes: `setAttribute` refuses names that a parser lets through, such as `@click`.
  const changed = [...come.attributes].filter(({ name, value }) => name !== theirs && attr(old, name) !== value);
  if (changed.some(({ name }) => name === "srcdoc" || /^on/.test(name) && name in Object.getPrototypeOf(next))) {
    return false;
  }
  for (const attribute of changed) view.setAttributeNode(doc.importNode(attribute));
  for (const name of view.getAttributeNames()) {
    if (name !== theirs && !come.hasAttribute(name)) view.removeAttribute(name);
  }
  if (theirs) {
    const open = come.hasAttribute(theirs);
    says.set(old, open);
    if (open !== (opened.get(old) ?? false) && (open || !dialog)) view.toggleAttribute(theirs, open);
  }
  return true;
}

/** Lets live state follow the server, which has just changed its mind about it. */
function follow(control: Control, live: (typeof STATES)[number][0], value: unknown): void {
  const view = dom(control);
  const echo = sent.get(control)?.[0] === value;
  sent.delete(control);
  // Writing the value of a file input throws.
  if (!(live === "value" && echo || view.matches("[type=file]"))) view[live] = value;
}
