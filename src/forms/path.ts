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

/** The name a row's field has in the whole form: `rows[0]` and `label` give `rows[0].label`, and `rows[0]` and `""` give `rows[0]`. */
export function prefixPath(prefix: string, name: string): string {
  if (prefix === "" || name === "") return prefix + name;
  return `${prefix}.${name}`;
}

/** The path with every index left open, the key a definition is found by: `rows[0].label` gives `rows[].label`. */
export function patternOf(steps: readonly Step[]): string {
  let pattern = "";
  for (const step of steps) pattern = typeof step === "number" ? `${pattern}[]` : joinPath(pattern, step);
  return pattern;
}

/**
 * What stands at a path, own properties only: a visitor who names a field `constructor` gets what was sent under that
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

/** Whether a value is a plain container of named values: neither a list, nor a file, nor an instance of a class. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
