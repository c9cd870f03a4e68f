/**
 * What a handler returned, read once into a value that says which kind it is.
 *
 * @module
 */
import type { Item } from "./item.ts";
import { isItem } from "./item.ts";
import type { MarkupNode } from "./markup.ts";

/** What a generator of items gives, whichever of the two it is. */
export type ItemSource = Iterable<Item> | AsyncIterable<Item>;

/** What a handler returned, by kind. */
export type Result =
  | { readonly kind: "nothing" }
  | { readonly kind: "response"; readonly response: Response }
  | { readonly kind: "items"; readonly items: readonly Item[] }
  | { readonly kind: "stream"; readonly items: ItemSource }
  | { readonly kind: "markup"; readonly content: MarkupNode }
  | { readonly kind: "value"; readonly value: unknown };

/**
 * Reads what a handler returned.
 *
 * @param returned What the handler returned, awaited.
 * @param actionName Whose handler it was, for the message.
 * @param isMarkupNode Whether a value is a virtual node; only `preact/` can tell.
 * @returns The result.
 * @throws {TypeError} When it is nothing that can be answered with; the message names the action and the place.
 */
export function readResult(
  returned: unknown,
  actionName: string,
  isMarkupNode: (value: unknown) => value is MarkupNode,
): Result {
  if (returned === undefined) return { kind: "nothing" };
  if (returned instanceof Response) return { kind: "response", response: returned };
  if (isItem(returned)) return { kind: "items", items: [returned] };
  if (isMarkupNode(returned)) return { kind: "markup", content: returned };
  if (isGenerator(returned)) return { kind: "stream", items: returned };
  if (Array.isArray(returned) && returned.some(isItem)) return { kind: "items", items: readList(returned, actionName) };
  const flaw = flawOfJson(returned, "", new Set(), isMarkupNode);
  if (flaw === null) return { kind: "value", value: returned };
  throw new TypeError(
    `Cannot answer with what action "${actionName}" returned: ${flaw}; return nothing, a Response, items such as html() ` +
      `or toast(), a generator of items, a JSX expression, or plain JSON data`,
  );
}

/** Checks one thing a generator gave. */
export function readYielded(value: unknown, actionName: string): Item {
  if (isItem(value)) return value;
  throw new TypeError(
    `Cannot send what the generator of action "${actionName}" gave: ${
      describeReturned(value)
    } is no item; yield items such as ` +
      `html() or toast()`,
  );
}

function readList(list: readonly unknown[], actionName: string): readonly Item[] {
  list.forEach((value, index) => {
    if (!isItem(value)) {
      throw new TypeError(
        `Cannot answer with the list that action "${actionName}" returned: ${
          describeReturned(value)
        } at index ${index} is no ` +
          `item, while others are`,
      );
    }
  });
  // Every member was just shown to be an item.
  return list as readonly Item[];
}

function isGenerator(value: unknown): value is ItemSource {
  if (typeof value !== "object" || value === null) return false;
  if (Symbol.asyncIterator in value) return true;
  return Symbol.iterator in value && "next" in value && typeof value.next === "function";
}

/** What stands in the way of saying a value as JSON, or `null`. What JSON.stringify drops in silence is a flaw here. */
function flawOfJson(
  value: unknown,
  path: string,
  seen: Set<object>,
  isMarkupNode: (value: unknown) => boolean,
): string | null {
  switch (typeof value) {
    case "string":
    case "boolean":
      return null;
    case "number":
      return Number.isFinite(value) ? null : `${value}${at(path)} is no JSON number`;
    case "object":
      break;
    default:
      return `${describeReturned(value)}${at(path)} is no JSON`;
  }
  if (value === null) return null;
  if (isMarkupNode(value)) return `a JSX expression${at(path)} is no data, put it into html()`;
  if (isItem(value)) return `an item${at(path)} is no data, return items alone or in a flat list`;
  if (seen.has(value)) return `the object${at(path)} contains itself`;
  const prototype = Object.getPrototypeOf(value);
  if (!Array.isArray(value) && prototype !== null && prototype !== Object.prototype && !hasToJson(value)) {
    return `${describeReturned(value)}${at(path)} is no plain object`;
  }
  if (hasToJson(value)) return null;
  seen.add(value);
  for (const [key, member] of Object.entries(value)) {
    // An absent member of an object is left out, as JSON.stringify does and TypeScript expects of optional properties.
    if (member === undefined && !Array.isArray(value)) continue;
    const flaw = flawOfJson(member, Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`, seen, isMarkupNode);
    if (flaw !== null) return flaw;
  }
  seen.delete(value);
  return null;
}

function hasToJson(value: object): boolean {
  return "toJSON" in value && typeof value.toJSON === "function";
}

function at(path: string): string {
  return path === "" ? "" : ` at ${path.replace(/^\./, "")}`;
}

function describeReturned(value: unknown): string {
  if (value === null) return "null";
  if (typeof value === "string") return `the text "${value.slice(0, 40)}"`;
  if (typeof value === "bigint") return `the bigint ${value}`;
  if (typeof value === "function") return `a function`;
  if (typeof value === "object") {
    if (value instanceof Promise) return "a promise (a forgotten await?)";
    if (Array.isArray(value)) return "a list";
    const name: unknown = value.constructor?.name;
    return typeof name === "string" && name !== "Object" ? `an instance of ${name}` : "an object";
  }
  return `a value of type ${typeof value}`;
}
