/**
 * Finds the nodes of two trees that are the same node to a morph.
 *
 * @module
 */
import { all, attr, dom } from "../dom.ts";

/**
 * Matches by key, from each node to the other. A new node that is not in a pair but contains one maps to `null`: it
 * cannot be inserted as a whole.
 */
export type Pairs = Map<Node, Element | null>;

/** Finds pairs of keyed nodes, and of their ancestors. */
export function findPairs(root: ParentNode, source: ParentNode): Pairs {
  const pairs: Pairs = new Map();
  const keyed = keyedIn(root);
  // Nothing is taken out of a kept element, or out of one that the runtime has added.
  for (const element of all(":is([hyper-keep],[data-hyper-own]) *", root)) keyed.delete(kind(element));
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
export function kind(node: Node): string {
  const { nodeName } = dom(node);
  if (!(node instanceof Element)) return nodeName;
  const [id, key, name, type, value, own] = ["id", "data-hyper-key", "name", "type", "value", "data-hyper-own"].map((
    attribute,
  ) => attr(node, attribute));
  if (id) return `${nodeName}#${id}`;
  if (key) return `${nodeName}=${key}`;
  // The value identifies a choice. The value of other controls may change.
  const choice = /option|radio|checkbox/i.test(nodeName + type) && (value ?? dom(node).textContent);
  // An element that the runtime has added is not one of the server.
  return `${nodeName} ${name} ${type} ${choice} ${own}`;
}

export function kindAndText(node: Node): string {
  return kind(node) + dom(node).textContent;
}
