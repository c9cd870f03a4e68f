// Classifies the value that an action function returned.
import type { Item } from "./item.ts";
import { isItem } from "./item.ts";
import type { MarkupNode } from "./markup.ts";

/** A generator of items, synchronous or asynchronous. */
export type ItemSource = Iterable<Item> | AsyncIterable<Item>;

/** The value that an action function returned, by kind. */
export type Result =
  | { readonly kind: "nothing" }
  | { readonly kind: "response"; readonly response: Response }
  | { readonly kind: "items"; readonly items: readonly Item[] }
  | { readonly kind: "stream"; readonly items: ItemSource }
  | { readonly kind: "markup"; readonly content: MarkupNode }
  | { readonly kind: "value"; readonly value: unknown };

/**
 * Classifies the value that an action function returned, after it was awaited.
 *
 * @throws {TypeError} If no response can be made of it; the message names the action and the position of the fault.
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

/** Checks a value that a generator yielded. */
export function readYielded(value: unknown, actionName: string): Item {
  if (isItem(value)) return value;
  throw new TypeError(
    `Cannot send what the generator of action "${actionName}" yielded: ` +
      `${describeReturned(value)} is not an item; yield items such as html() or toast()`,
  );
}

function readList(list: readonly unknown[], actionName: string): readonly Item[] {
  const index = list.findIndex((value) => !isItem(value));
  // Every member is an item.
  if (index === -1) return list as readonly Item[];
  throw new TypeError(
    `Cannot answer with the list that action "${actionName}" returned: ` +
      `${describeReturned(list[index])} at index ${index} is not an item, while others are; return items only`,
  );
}

function isGenerator(value: unknown): value is ItemSource {
  if (typeof value !== "object" || value === null) return false;
  if (Symbol.asyncIterator in value) return true;
  return Symbol.iterator in value && "next" in value && typeof value.next === "function";
}

/**
 * Returns why a value is not JSON data, or `null`. A value that JSON.stringify drops silently counts as an error here.
 */
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
      return Number.isFinite(value) ? null : `${value}${at(path)} is not a JSON number`;
    case "object":
      break;
    default:
      return `${describeReturned(value)}${at(path)} is not JSON data`;
  }
  if (value === null) return null;
  if (isMarkupNode(value)) return `a JSX expression${at(path)} is not JSON data, pass it to html()`;
  if (isItem(value)) return `an item${at(path)} is not JSON data, return items alone or in a flat list`;
  if (seen.has(value)) return `the object${at(path)} contains itself`;
  const prototype = Object.getPrototypeOf(value);
  if (!Array.isArray(value) && prototype !== null && prototype !== Object.prototype && !hasToJson(value)) {
    return `${describeReturned(value)}${at(path)} is not a plain object`;
  }
  if (hasToJson(value)) return null;
  seen.add(value);
  for (const [key, member] of Object.entries(value)) {
    // A member that is `undefined` is left out, as JSON.stringify does and TypeScript expects of optional properties.
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
