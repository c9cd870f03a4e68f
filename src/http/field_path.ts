/**
 * The names of fields, read as paths: `a`, `a.b`, `a[0]`, `a[]`.
 *
 * @module
 */

import { InputError } from "../errors.ts";
import type { Limits } from "./limits.ts";
import { quoteText } from "./quote.ts";

/** The step of `a[]`: after the values already there. */
export const APPEND: unique symbol = Symbol("append");

/** One step into a value: a key, an index, or {@linkcode APPEND}, which comes last. */
export type PathStep = string | number | typeof APPEND;

/** A name as a path. The first step is a key; a flat name is that key alone. */
export type FieldPath = readonly [string, ...PathStep[]];

// A key is a word in any script. Dots and brackets divide; any other character makes the name a flat one.
const KEY = /[\p{L}\p{M}\p{N}_$-]+/uy;
// The canonical spelling of an index: no sign, no exponent, no leading zero. Nine digits at most, far from where numbers lose digits.
const INDEX = /^(?:0|[1-9][0-9]{0,8})$/;
// What is meant as a number. It is refused where it is no index, because as a flat name it would be lost in silence.
const NUMERIC = /^[+-]?[0-9]/;
/** A path through one of these would reach a prototype in whoever merges the values later. */
const UNSAFE_KEYS: ReadonlySet<string> = new Set(["__proto__", "prototype", "constructor"]);

/**
 * Reads a field's name as a path.
 *
 * A path is a key (letters, digits, `_`, `-`, `$`), followed by any number of `.key` and `[index]`, and perhaps one `[]` at
 * the end. A name that does not follow this (`a[`, `a..b`, `a b!`, `a[b]`, `a[].b`) is a flat name: the whole of it is the key.
 *
 * Refused is a name with a dot or a bracket in which `__proto__`, `prototype` or `constructor` is a segment; without dot and
 * bracket they are flat names as any other. Refused, too, is a number in brackets that is not written as an index.
 *
 * @param name The name of a field.
 * @param limits How great an index and how deep a path may be.
 * @returns The steps of the path; one step for a flat name.
 * @throws {InputError} With status 400 when the name is refused, its index is above `arrayIndex`, or it has more than `depth` steps.
 */
export function parseFieldPath(name: string, limits: Pick<Limits, "arrayIndex" | "depth">): FieldPath {
  if (!isPath(name)) return [name];

  if (name.split(/[.[\]]/).some((segment) => UNSAFE_KEYS.has(segment))) {
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
        `Cannot read field ${quoteText(name, 64)}: "${inside.slice(0, 32)}" is no index`,
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

/** Whether a name may have more than one step: it holds one of the characters that divide. */
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
