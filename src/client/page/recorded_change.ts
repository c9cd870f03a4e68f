/**
 * Records a change of the page, so that it can be taken back. Elements that are new or different in it get the attribute `hyper-pending`.
 *
 * Scripts, the user and the runtime may change the page before it is taken back. What they have changed since stays as it is.
 *
 * @module
 */
import { all, attr, dom } from "../dom.ts";
import { type Control, sent, STATES } from "./sent_state.ts";

/** Marks elements that a prediction has added or changed. */
const MARK = "hyper-pending";

/** An attribute, or the text of a node, with its values before and after the change. */
interface ChangedValue {
  readonly node: Node;
  /** The name of the attribute; `null` for text. */
  readonly name: string | null;
  readonly before: string | null;
  after: string | null;
}

/** The state of a control before and after the change. */
interface ChangedControl {
  readonly control: Element;
  readonly before: readonly unknown[];
  readonly after: readonly unknown[];
  /** The state in which it was sent. */
  readonly sent: readonly unknown[] | undefined;
}

/** A change that can be taken back. */
export interface RecordedChange {
  /** Nodes that were added and removed, in order. */
  readonly nodes: readonly MutationRecord[];
  readonly values: readonly ChangedValue[];
  readonly controls: readonly ChangedControl[];
  /** The nodes that it has changed or removed, and those to which it has added others. */
  readonly places: readonly Node[];
}

/** Makes a change and records it. Its error is reported; what it has done before can be taken back. */
export function recordChange(change: () => void): RecordedChange {
  const controls = all("input,textarea,option").map((control) =>
    [control, stateOf(control), sent.get(control)] as const
  );
  const observer = new MutationObserver(() => {});
  observer.observe(document, {
    subtree: true,
    childList: true,
    attributeOldValue: true,
    characterDataOldValue: true,
  });
  try {
    change();
  } catch (error) {
    reportError(error);
  }
  const records = observer.takeRecords();
  for (const element of new Set(records.flatMap(changedElements))) dom(element).setAttribute(MARK, "");
  records.push(...observer.takeRecords());
  observer.disconnect();
  return {
    places: records.flatMap(({ target, addedNodes, removedNodes }) =>
      addedNodes[0] ? [target, ...removedNodes] : removedNodes[0] ? [...removedNodes] : target
    ),
    nodes: records.filter(({ type }) => type === "childList"),
    values: changedValues(records),
    controls: controls.map(([control, before, sent]) => ({ control, before, after: stateOf(control), sent })),
  };
}

/** Takes a change back. */
export function undoChange({ nodes, values, controls }: RecordedChange): void {
  for (const { target, addedNodes, removedNodes, previousSibling, nextSibling } of nodes.toReversed()) {
    const parent = dom(target);
    for (const node of addedNodes) if (dom(node).parentNode === target) parent.removeChild(node);
    const isHere = (node: Node | null) => dom(node)?.parentNode === target;
    const after = isHere(nextSibling)
      ? nextSibling
      : isHere(previousSibling)
      ? dom(previousSibling)!.nextSibling
      : null;
    for (const node of removedNodes) parent.insertBefore(node, after);
  }
  for (const { node, name, before, after } of values) {
    const now = valueOf(node, name);
    if (name === null) { if (now === after) dom(node).nodeValue = before; }
    else {
      const value = now === after ? before : name === "class" ? withoutTokens(now, before, after) : now;
      if (value === null) dom(node as Element).removeAttribute(name);
      else if (value !== now) dom(node as Element).setAttribute(name, value);
    }
  }
  for (const { control, before, after, sent: wasSent } of controls) {
    if (wasSent) sent.set(control, wasSent);
    STATES.forEach(([live], i) => {
      const view = dom(control as Control);
      if (before[i] !== after[i] && view[live] === after[i]) view[live] = before[i];
    });
  }
}

/** Returns the elements that are new or different in a change. */
function changedElements({ type, target, addedNodes }: MutationRecord): readonly Element[] {
  if (type === "attributes") return [target as Element];
  const place = dom(target).parentElement;
  if (type === "characterData") return place ? [place] : [];
  return [...addedNodes].flatMap((node) =>
    node instanceof Element ? node : dom(node).nodeValue?.trim() && target instanceof Element ? target : []
  );
}

function changedValues(records: readonly MutationRecord[]): readonly ChangedValue[] {
  const values: ChangedValue[] = [];
  for (const { type, target: node, attributeName: name, oldValue: before } of records) {
    if (type === "childList" || values.some((value) => value.node === node && value.name === name)) continue;
    values.push({ node, name, before, after: valueOf(node, name) });
  }
  return values;
}

/** Takes back a change of classes that others have changed since. */
function withoutTokens(now: string | null, before: string | null, after: string | null): string {
  const [current, old, made] = [now, before, after].map((text) => new Set(text?.match(/\S+/g)));
  return [...current!.difference(made!.difference(old!)).union(old!.difference(made!))].join(" ");
}

const valueOf = (node: Node, name: string | null): string | null =>
  name === null ? dom(node).nodeValue : attr(node as Element, name);

const stateOf = (control: Element): readonly unknown[] => STATES.map(([live]) => dom(control as Control)[live]);
