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
// A key after a dot, or the text in brackets.
const SEGMENT = /\.([\p{L}\p{M}\p{N}_$-]+)|\[([^\]]*)\]/uy;
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
  const steps = readSteps(name, limits.arrayIndex);
  if (steps === null) return [name];
  if (steps.length > limits.depth) {
    throw new InputError(
      400,
      `Cannot read field ${quoteText(name, 64)}: ${steps.length} levels, depth is ${limits.depth}`,
      "depth",
    );
  }
  return steps;
}

/** Returns the steps of a path; `null` if the name is flat. */
function readSteps(name: string, arrayIndex: number): FieldPath | null {
  KEY.lastIndex = 0;
  const first = KEY.exec(name)?.[0];
  if (first === undefined) return null;
  const steps: [string, ...PathStep[]] = [first];
  for (let at = first.length; at < name.length;) {
    SEGMENT.lastIndex = at;
    const segment = SEGMENT.exec(name);
    if (segment === null) return null;
    at += segment[0].length;
    const [, key, inside = ""] = segment;
    const step = key ?? (inside === "" && at === name.length ? APPEND : readIndex(name, inside, arrayIndex));
    if (step === null) return null;
    steps.push(step);
  }
  return steps;
}

/** Returns the index in brackets; `null` if it is not a number, so that the name is flat. */
function readIndex(name: string, inside: string, arrayIndex: number): number | null {
  if (INDEX.test(inside)) return checkedIndex(name, Number(inside), arrayIndex);
  if (!NUMERIC.test(inside)) return null;
  const limit = /^[1-9][0-9]+$/.test(inside) ? "arrayIndex" : null;
  throw new InputError(
    400,
    `Cannot read field ${quoteText(name, 64)}: "${inside.slice(0, 32)}" is not an index`,
    limit,
  );
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
