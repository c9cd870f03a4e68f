// Field names as paths: `a`, `a.b`, `a[0]`, `a[]`.

import { InputError } from "../errors.ts";
import type { Limits } from "./limits.ts";
import { quoteText } from "./quote.ts";

/** The step of `a[]`: appends a value. */
export const APPEND: unique symbol = Symbol("append");

/** One step of a path: a key, an index, or {@linkcode APPEND}, which is always last. */
export type PathStep = string | number | typeof APPEND;

/** A path. The first step is a key. A flat name is a path of one step. */
export type FieldPath = readonly [string, ...PathStep[]];

// A key is a word of any script. Dots and brackets separate keys; any other character makes the name flat.
const KEY = /[\p{L}\p{M}\p{N}_$-]+/uy;
// An index in canonical form: no sign, exponent or leading zero, and at most nine digits, so that its number is exact.
const INDEX = /^(?:0|[1-9][0-9]{0,8})$/;
// A number. If it is not a valid index, the name is rejected: as a flat name, its value would silently be lost.
const NUMERIC = /^[+-]?[0-9]/;
/** Keys that lead to a prototype if other code merges the values. */
const UNSAFE_KEYS: ReadonlySet<string> = new Set(["__proto__", "prototype", "constructor"]);

/** Returns whether a name is a path through a prototype. */
export function leadsThroughPrototype(name: string): boolean {
  return isPath(name) && name.split(/[.[\]]/).some((segment) => UNSAFE_KEYS.has(segment));
}

/**
 * Parses a field name.
 *
 * A path is a key (letters, digits, `_`, `-`, `$`), followed by any number of `.key` and `[index]`, and optionally one `[]` at the end.
 * Any other name (`a[`, `a..b`, `a b!`, `a[b]`, `a[].b`) is flat: all of it is the key.
 *
 * A path is rejected if a segment is `__proto__`, `prototype` or `constructor` (as flat names, these are accepted), or if a number in
 * brackets is not a valid index.
 *
 * @param name The name of the field.
 * @param limits The greatest index and depth.
 * @returns The steps of the path; one step for a flat name.
 * @throws {InputError} With status 400 when the name is rejected, an index is above `arrayIndex`, or it has more than `depth` steps.
 */
export function parseFieldPath(name: string, limits: Pick<Limits, "arrayIndex" | "depth">): FieldPath {
  if (!isPath(name)) return [name];

  if (leadsThroughPrototype(name)) {
    throw new InputError(400, `Cannot read field ${quoteText(name, 64)}: its path leads through a prototype`);
  }
  const steps: [string, ...PathStep[]] = [""];
  let at = 0;
  const readKey = (): string | null => {
    KEY.lastIndex = at;
    const key = KEY.exec(name)?.[0] ?? null;
    if (key !== null) at += key.length;
    return key;
  };

  const first = readKey();
  if (first === null) return [name];
  steps[0] = first;
  while (at < name.length) {
    if (name[at] === ".") {
      at++;
      const key = readKey();
      if (key === null) return [name];
      steps.push(key);
      continue;
    }
    const close = name[at] === "[" ? name.indexOf("]", at) : -1;
    if (close === -1) return [name];
    const inside = name.slice(at + 1, close);
    at = close + 1;
    if (inside === "" && at === name.length) steps.push(APPEND);
    else if (INDEX.test(inside)) steps.push(checkedIndex(name, Number(inside), limits.arrayIndex));
    else if (NUMERIC.test(inside)) {
      const limit = /^[1-9][0-9]+$/.test(inside) ? "arrayIndex" : null;
      throw new InputError(
        400,
        `Cannot read field ${quoteText(name, 64)}: "${inside.slice(0, 32)}" is not an index`,
        limit,
      );
    } else return [name];
  }
  if (steps.length > limits.depth) {
    throw new InputError(
      400,
      `Cannot read field ${quoteText(name, 64)}: ${steps.length} levels, depth is ${limits.depth}`,
      "depth",
    );
  }
  return steps;
}

/** Returns whether a name may have more than one step: it contains a dot or a bracket. */
export function isPath(name: string): boolean {
  return /[.[\]]/.test(name);
}

function checkedIndex(name: string, index: number, arrayIndex: number): number {
  if (index <= arrayIndex) return index;
  throw new InputError(
    400,
    `Cannot read field ${quoteText(name, 64)}: index ${index}, arrayIndex is ${arrayIndex}`,
    "arrayIndex",
  );
}
