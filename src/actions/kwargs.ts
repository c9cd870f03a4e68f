// Merges the data of an action call from all its sources (seed 000, "Server-Side Action Detection").

import { InputError, isA } from "../errors.ts";
import { DATA_FIELD, DATA_HEADER, PROTOCOL_FIELDS } from "../protocol/names.ts";
import type { Body } from "../http/body.ts";
import type { FieldMap, FieldValue } from "../http/field_map.ts";
import {
  APPEND,
  type FieldPath,
  isPath,
  leadsThroughPrototype,
  parseFieldPath,
  type PathStep,
} from "../http/field_path.ts";
import { isJsonObject, parseJsonObject } from "../http/json.ts";
import type { Limits } from "../http/limits.ts";
import { parseUrlencoded } from "../http/urlencoded.ts";

/**
 * Data of a call by top-level name: strings and `File`s from fields, any JSON value from data, plain objects and dense
 * arrays of these. A name such as `__proto__` is an own property, so use only `Object.hasOwn` and iteration to test for
 * a name.
 */
export type Kwargs = Record<string, unknown>;

/** The sources of the data of a call, by precedence. */
export interface KwargsSources {
  /** The data of `X-Hyper-Data`, see {@linkcode readDataHeader}; `null` without the header. */
  readonly header: Readonly<Record<string, unknown>> | null;
  /** The fields of the query, see {@linkcode readQuery}. */
  readonly query: FieldMap;
  /** The body; `{ kind: "empty" }` for a GET. */
  readonly body: Body;
}

const NO_FIELDS: FieldMap = new Map();

/**
 * Reads the JSON object in the header `X-Hyper-Data`; `null` without the header.
 *
 * @throws {InputError} With status 431 above `dataHeaderBytes`; with status 400 if it is not ASCII or not a JSON
 *   object.
 */
export function readDataHeader(
  request: Pick<Request, "headers">,
  limits: Pick<Limits, "dataHeaderBytes" | "jsonDepth" | "jsonNodes">,
): Record<string, unknown> | null {
  const header = request.headers.get(DATA_HEADER);
  if (header === null) return null;
  const { dataHeaderBytes } = limits;
  if (header.length > dataHeaderBytes) {
    throw new InputError(
      431,
      `Cannot read ${DATA_HEADER}: ${header.length} bytes, dataHeaderBytes is ${dataHeaderBytes}`,
      "dataHeaderBytes",
    );
  }
  // Proxies decode bytes above ASCII in different ways.
  if (/[^\t\x20-\x7e]/.test(header)) {
    throw new InputError(
      400,
      `Cannot read ${DATA_HEADER}: it is not ASCII, and other characters are written as \\uXXXX`,
    );
  }
  return parseJsonObject(header, limits, DATA_HEADER);
}

/**
 * Reads the query as fields.
 *
 * @throws {InputError} With status 413 above a limit; with status 400 if an escape is not UTF-8.
 */
export function readQuery(url: URL, limits: Pick<Limits, "fields" | "nameBytes">): FieldMap {
  return url.search === "" ? NO_FIELDS : parseUrlencoded(url.search.slice(1), limits);
}

/**
 * Reads the fields in the address of a page, which any other site or program may have written. The page was served under it, so that
 * its calls must not fail: what {@linkcode readQuery} or {@linkcode mergeKwargs} would reject is left out. It is still in `ctx.url`.
 *
 * @throws {InputError} With status 400 if a name is a path through a prototype.
 */
export function readPageQuery(url: URL, limits: Limits): FieldMap {
  if (url.search === "") return NO_FIELDS;
  const all = orNull(() => {
    const fields = readQuery(url, limits);
    if (fields.keys().some(isPath)) nest(fields, limits);
    return fields;
  });
  return all ?? parseUrlencoded(readablePairs(url.search.slice(1).split("&"), limits).join("&"), limits);
}

/** Returns the pairs of a query that can be read, by top-level name all or none. */
function readablePairs(pairs: readonly string[], limits: Limits): readonly string[] {
  const byName = new Map<string, string[]>();
  let count = 0;
  for (const pair of pairs) {
    const name = topNameOf(pair, limits);
    if (name === null) continue;
    if (++count > limits.fields) break;
    const group = byName.get(name);
    if (group === undefined) byName.set(name, [pair]);
    else group.push(pair);
  }
  return Array.from(byName.values()).flatMap((group) => {
    return orNull(() => nest(parseUrlencoded(group.join("&"), limits), limits)) === null ? [] : group;
  });
}

/**
 * Returns the top-level name of a pair; `null` if the pair cannot be read or is one of the protocol.
 *
 * @throws {InputError} With status 400 if its name is a path through a prototype: only an attack has such a name.
 */
function topNameOf(pair: string, limits: Limits): string | null {
  const [name] = orNull(() => parseUrlencoded(pair, limits).keys()) ?? [];
  if (name === undefined || PROTOCOL_FIELDS.has(name)) return null;
  if (leadsThroughPrototype(name)) return parseFieldPath(name, limits)[0];
  return orNull(() => parseFieldPath(name, limits)[0]);
}

/** Returns a result; `null` for input that is rejected. */
function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (isA(error, InputError)) return null;
    throw error;
  }
}

/**
 * Merges the data of a call. By precedence: the header; the field `_hyper_data` or a JSON body; the query; the fields
 * of the body. A source adds only top-level names that are missing. Protocol fields are left out everywhere.
 *
 * Field names are paths (`address.city`, `rows[0].label`, `tags[]`). The values of a repeated name are an array, in
 * order; `tags[]` is an array even for one value. Gaps between indices are closed. `rows[1]` with an empty value is a
 * row without values, unless it has members.
 *
 * @throws {InputError} With status 400 if data is not a JSON object, if {@linkcode parseFieldPath} rejects a name, or if a name is both a value and a container (`a=1&a.b=2`).
 */
export function mergeKwargs(sources: KwargsSources, limits: Limits): Kwargs {
  const { header, query, body } = sources;
  const kwargs: Kwargs = {};
  if (header !== null) addMissing(kwargs, Object.entries(header));
  if (body.kind === "json") {
    if (!isJsonObject(body.value)) throw notAnObject("body");
    addMissing(kwargs, Object.entries(body.value));
  }
  const fields = body.kind === "fields" ? body.fields : NO_FIELDS;
  const data = fields.get(DATA_FIELD)?.[0];
  if (data !== undefined) addMissing(kwargs, Object.entries(readDataField(data, limits)));
  if (query.size > 0) addFields(kwargs, query, limits);
  if (fields.size > 0) addFields(kwargs, fields, limits);
  return kwargs;
}

/** Number of values that are not counted: more than a usual form has. */
const FREE_VALUES = 256;
/** Memory of one value besides its text, in bytes. An empty object in a list is only two bytes of JSON. */
const VALUE_BYTES = 64;

/**
 * Estimates the memory of a call's data besides its text, in bytes; 0 for a usual form.
 *
 * A body of 150 kB can hold 50,000 empty objects, which take 3 MB. If only the bytes of the body counted, a few hundred
 * such requests would exhaust the memory.
 */
export function memoryOf(kwargs: Kwargs): number {
  let values = 0;
  // A list of values to count: recursion would overflow the stack if `depth` is disabled.
  const left: unknown[] = [kwargs];
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next !== "object" || next === null || next instanceof Blob) continue;
    const members: readonly unknown[] = Array.isArray(next) ? next : Object.values(next);
    values += members.length;
    for (const member of members) left.push(member);
  }
  return Math.max(0, values - FREE_VALUES) * VALUE_BYTES;
}

/** Returns the files among the fields, by field name as sent. */
export function uploadedFiles(fields: FieldMap): ReadonlyMap<string, readonly File[]> {
  const files = new Map<string, readonly File[]>();
  for (const [name, values] of fields) {
    // Tested first: most fields hold text, and filtering would allocate a list for each.
    if (values.some(isUpload)) files.set(name, values.filter(isUpload));
  }
  return files;
}

function isUpload(value: FieldValue): value is File {
  return typeof value !== "string";
}

function readDataField(value: FieldValue, limits: Limits): Record<string, unknown> {
  if (typeof value !== "string") throw notAnObject(DATA_FIELD);
  const { jsonBytes } = limits;
  // A UTF-16 unit takes at most three bytes, so a short text need not be encoded to be measured.
  if (value.length * 3 > jsonBytes && new TextEncoder().encode(value).length > jsonBytes) {
    throw new InputError(
      413,
      `Cannot read ${DATA_FIELD}: more than ${jsonBytes} bytes, the limit "jsonBytes"`,
      "jsonBytes",
    );
  }
  return parseJsonObject(value, limits, DATA_FIELD);
}

function notAnObject(what: string): InputError {
  return new InputError(400, `Cannot read ${what}: it is not a JSON object`);
}

function addFields(kwargs: Kwargs, fields: FieldMap, limits: Pick<Limits, "arrayIndex" | "depth">): void {
  if (fields.keys().some(isPath)) return addMissing(kwargs, nest(fields, limits));
  // Most forms have only flat names.
  for (const [name, values] of fields) {
    if (PROTOCOL_FIELDS.has(name) || Object.hasOwn(kwargs, name)) continue;
    setOwn(kwargs, name, values.length === 1 ? values[0] : [...values]);
  }
}

function addMissing(kwargs: Kwargs, entries: Iterable<readonly [string, unknown]>): void {
  for (const [name, value] of entries) {
    if (!PROTOCOL_FIELDS.has(name) && !Object.hasOwn(kwargs, name)) setOwn(kwargs, name, value);
  }
}

/** Writes an own property of any name: an assignment to `__proto__` would set the prototype. */
function setOwn(target: Record<string, unknown>, name: string, value: unknown): void {
  // Assignment is several times faster, and safe for a name that no prototype has.
  if (!(name in target)) target[name] = value;
  else Object.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true });
}

/** A value under construction. Keys of an object are strings, those of a list numbers. */
type Node = Leaf | Branch;
interface Leaf {
  readonly kind: "values" | "appended";
  readonly values: FieldValue[];
}
interface Branch {
  readonly kind: "object" | "list";
  readonly members: Map<string | number, Node>;
}

/** Builds nested values from field names, by top-level name. */
function nest(fields: FieldMap, limits: Pick<Limits, "arrayIndex" | "depth">): [string, unknown][] {
  const top = new Map<string | number, Node>();
  for (const [name, values] of fields) {
    if (!PROTOCOL_FIELDS.has(name)) placeValues(top, pathOf(name, fields, limits), values);
  }
  return Array.from(top, ([name, node]) => [String(name), build(node)]);
}

// Names that browsers create for a control `name`: the direction of its text (HTML, 4.10.18.2; `.dir` is the
// convention) and the coordinates of an image button (HTML, 4.10.22.4).
const CREATED_NAME = /^([^]+)\.(dir|x|y)$/;
const DIRECTION = /^(?:ltr|rtl)$/;
const COORDINATE = /^\d{1,9}$/;

/** Returns the path of a name. A name that a browser created for another field is a key next to that field. */
function pathOf(name: string, fields: FieldMap, limits: Pick<Limits, "arrayIndex" | "depth">): FieldPath {
  const path = parseFieldPath(name, limits);
  const [, owner, part] = CREATED_NAME.exec(name) ?? [];
  if (owner === undefined || part === undefined || path.length === 1 || !fields.has(owner)) return path;
  const format = part === "dir" ? DIRECTION : COORDINATE;
  if (!fields.get(name)?.every((value) => typeof value === "string" && format.test(value))) return path;
  const [first, ...others] = path.slice(0, -1);
  const last = others.pop() ?? first;
  if (typeof first !== "string" || typeof last !== "string") return [name];
  return path.length === 2 ? [name] : [first, ...others, `${last}.${part}`];
}

function placeValues(top: Map<string | number, Node>, path: FieldPath, values: readonly FieldValue[]): void {
  let members = top;
  for (const [at, step] of path.entries()) {
    if (step === APPEND) return;
    const kind = kindBefore(path[at + 1]);
    let node = members.get(step);
    if (node === undefined) {
      node = kind === "values" || kind === "appended" ? { kind, values: [] } : { kind, members: new Map() };
      members.set(step, node);
    }
    // `rows[1]` without a value marks a row that exists, even if none of its controls is submitted.
    if (typeof step === "number" && node.kind === "values" && isContainer(kind) && node.values.every(isEmptyText)) {
      node = { kind, members: new Map() };
      members.set(step, node);
    }
    if (typeof step === "number" && isContainer(node.kind) && kind === "values" && values.every(isEmptyText)) return;
    if (node.kind !== kind) {
      throw new InputError(400, `Cannot read field ${quoteName(path[0])}: it is a value and a container at once`);
    }
    if ("members" in node) members = node.members;
    else for (const value of values) node.values.push(value);
  }
}

function isContainer(kind: Node["kind"]): kind is Branch["kind"] {
  return kind === "object" || kind === "list";
}

function isEmptyText(value: FieldValue): boolean {
  return value === "";
}

/** Returns the kind of node that the next step requires. */
function kindBefore(next: PathStep | undefined): Node["kind"] {
  if (next === undefined) return "values";
  if (next === APPEND) return "appended";
  return typeof next === "string" ? "object" : "list";
}

function build(node: Node): unknown {
  switch (node.kind) {
    case "values":
      return node.values.length === 1 ? node.values[0] : node.values;
    case "appended":
      return node.values;
    case "object": {
      const object: Record<string, unknown> = {};
      for (const [key, member] of node.members) setOwn(object, String(key), build(member));
      return object;
    }
    case "list": {
      // A script that removes a row leaves a gap, which is closed. The size of the list never depends on an index that
      // the client sent.
      const indices = [...node.members.keys()].toSorted((a, b) => Number(a) - Number(b));
      return indices.map((index) => build(node.members.get(index) ?? { kind: "values", values: [] }));
    }
  }
}

/** Quotes a field name for a message: one line, at most 64 characters. */
function quoteName(name: string): string {
  return JSON.stringify(name.slice(0, 64));
}
