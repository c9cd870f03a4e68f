// Field names as paths: `title`, `address.city`, `rows[0].label`.

/** A key of an object, or an index of a list. */
export type Step = string | number;

/** Maximum depth of a path. A longer name is read as one flat key. */
const MAX_STEPS = 32;

// A leading or dotted key, or an index, like the field names of a body (`http/field_path.ts`).
const STEP = /(?:^|(?!^)\.)([\p{L}\p{M}\p{N}_$-]+)|\[(0|[1-9]\d{0,8})\]/gyu;

/**
 * Parses a name as a path. A name that is not a path, such as `a..b` or `a[`, is one flat key, so that every submitted
 * name can be addressed.
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

/** Formats a path as a name. */
export function formatPath(steps: readonly Step[]): string {
  let name = "";
  for (const step of steps) name = joinPath(name, step);
  return name;
}

/** Appends a step to a name. */
export function joinPath(name: string, step: Step): string {
  if (typeof step === "number") return `${name}[${step}]`;
  return name === "" ? step : `${name}.${step}`;
}

/**
 * Returns the name of a row's field in the whole form: `rows[0].label` for `rows[0]` and `label`, `rows[0]` for
 * `rows[0]` and `""`.
 */
export function prefixPath(prefix: string, name: string): string {
  if (prefix === "" || name === "") return prefix + name;
  return `${prefix}.${name}`;
}

/** Formats a path as a pattern without indices, the key of field definitions: `rows[].label` for `rows[0].label`. */
export function formatPattern(steps: readonly Step[]): string {
  let pattern = "";
  for (const step of steps) pattern = typeof step === "number" ? `${pattern}[]` : joinPath(pattern, step);
  return pattern;
}

/** Parses a pattern such as `rows[].label`; `[]` becomes index 0. */
export function patternSteps(pattern: string): readonly Step[] {
  return parsePath(pattern.replaceAll("[]", "[0]"));
}

/** Returns the paths that a pattern matches in data: one for each item of its lists. */
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
 * Splits the name of a row's field: for the list `rows`, `rows[0].label` is row 0 and `label`; `rows[0]` is row 0 and
 * `""`. Returns `null` for any other name.
 */
export function splitRowName(list: string, name: string): { readonly row: number; readonly name: string } | null {
  const [first, row] = parsePath(name);
  if (first !== list || typeof row !== "number") return null;
  return { row, name: name.slice(`${list}[${row}].`.length) };
}

/**
 * Returns the value at a path, from own properties only: a field that a user names `constructor` is never an inherited
 * property.
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
 * Sets the value at a path if its container exists; `undefined` removes it. If `mayCreate` is `true`, missing objects
 * on the path are created.
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

// An assignment to `__proto__` would set the prototype.
function defineMember(container: unknown, step: Step, value: unknown): void {
  if (typeof container !== "object" || container === null) return;
  Object.defineProperty(container, step, { value, writable: true, enumerable: true, configurable: true });
}

/** Copies plain objects and lists deeply; other values are kept. */
export function copyPlain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyPlain);
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copyPlain(inner)]));
}

/** Returns whether a value is a plain object: not a list, a file or an instance of a class. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
