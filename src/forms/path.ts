/**
 * Field names as paths: `title`, `address.city`, `rows[0].label`.
 *
 * @module
 */

/** One step: a key of an object, or an index of a list. */
export type Step = string | number;

/** How deep a name may lead. A name that leads deeper is taken as a flat one. */
const MAX_STEPS = 32;

// One step: a leading or dotted key, or an index, as the names of fields are read when a body comes in (request/field_path.ts).
const STEP = /(?:^|(?!^)\.)([\p{L}\p{M}\p{N}_$-]+)|\[(0|[1-9]\d{0,8})\]/gyu;

/**
 * Reads a name as a path. A name that is none, such as `a..b` or `a[`, is one flat key: whatever was sent under it can
 * still be named.
 */
export function parsePath(name: string): readonly Step[] {
  const steps: Step[] = [];
  let end = 0;
  STEP.lastIndex = 0;
  for (let match = STEP.exec(name); match !== null; match = STEP.exec(name)) {
    const [, key, index] = match;
    if (index !== undefined) steps.push(Number(index));
    else if (key !== undefined) steps.push(key);
    end = STEP.lastIndex;
  }
  const complete = end === name.length && typeof steps[0] === "string" && steps.length <= MAX_STEPS;
  return complete ? steps : [name];
}

/** Writes a path as a name. */
export function formatPath(steps: readonly Step[]): string {
  let name = "";
  for (const step of steps) name = joinPath(name, step);
  return name;
}

/** The name one step further. */
export function joinPath(name: string, step: Step): string {
  if (typeof step === "number") return `${name}[${step}]`;
  return name === "" ? step : `${name}.${step}`;
}

/** Names a row's field in the whole form: `rows[0]` and `label` give `rows[0].label`, and `rows[0]` and `""` give `rows[0]`. */
export function prefixPath(prefix: string, name: string): string {
  if (prefix === "" || name === "") return prefix + name;
  return `${prefix}.${name}`;
}

/** Writes a path with every index left open, the key a definition is found by: `rows[0].label` gives `rows[].label`. */
export function formatPattern(steps: readonly Step[]): string {
  let pattern = "";
  for (const step of steps) pattern = typeof step === "number" ? `${pattern}[]` : joinPath(pattern, step);
  return pattern;
}

/** Reads a pattern such as `rows[].label`; an open index is the number 0. */
export function patternSteps(pattern: string): readonly Step[] {
  return parsePath(pattern.replaceAll("[]", "[0]"));
}

/** Finds the paths that a pattern stands for in data: of each list in it every item that is there. */
export function expandPattern(steps: readonly Step[], data: unknown): readonly (readonly Step[])[] {
  const list = steps.findIndex((step) => typeof step === "number");
  if (list === -1) return [steps];
  const before = steps.slice(0, list);
  const items: unknown = valueAt(data, before);
  if (!Array.isArray(items)) return [];
  return items.flatMap((item, index) =>
    expandPattern(steps.slice(list + 1), item).map((after) => [...before, index, ...after])
  );
}

/**
 * Splits the name of a row's field: `rows[0].label` of the list `rows` is row 0 and `label`; `rows[0]` is row 0 and `""`.
 *
 * @returns The row and the name in it, or `null` for a name outside the list's rows.
 */
export function splitRowName(list: string, name: string): { readonly row: number; readonly name: string } | null {
  const [first, row] = parsePath(name);
  if (first !== list || typeof row !== "number") return null;
  return { row, name: name.slice(`${list}[${row}].`.length) };
}

/**
 * Finds the value at a path, in own properties only: a user who names a field `constructor` gets what was sent under that
 * name, never what every object inherits.
 */
export function valueAt(container: unknown, steps: readonly Step[]): unknown {
  let value = container;
  for (const step of steps) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
    value = Reflect.get(value, step);
  }
  return value;
}

/**
 * Puts a value at a path, where what is around it is there; `undefined` removes what is there.
 *
 * @param mayCreate Whether objects on the way are made where they are missing.
 */
export function putAt(container: unknown, steps: readonly Step[], value: unknown, mayCreate: boolean): void {
  let parent = container;
  for (const step of steps.slice(0, -1)) {
    if (valueAt(parent, [step]) === undefined && mayCreate && value !== undefined) defineMember(parent, step, {});
    parent = valueAt(parent, [step]);
  }
  const last = steps.at(-1);
  if (last === undefined || (!isPlainObject(parent) && !Array.isArray(parent))) return;
  if (value === undefined && !Array.isArray(parent)) Reflect.deleteProperty(parent, last);
  else defineMember(parent, last, value);
}

// Assigning to `__proto__` would set the prototype.
function defineMember(container: unknown, step: Step, value: unknown): void {
  if (typeof container !== "object" || container === null) return;
  Object.defineProperty(container, step, { value, writable: true, enumerable: true, configurable: true });
}

/** Copies plain objects and lists; everything else is what it was. */
export function copyPlain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyPlain);
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copyPlain(inner)]));
}

/** Returns whether a value is a plain container of named values: neither a list, nor a file, nor an instance of a class. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
