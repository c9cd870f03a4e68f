/**
 * The data of an action call, put together from all the places it can come from (seed 000, "Server-Side Action Detection").
 *
 * @module
 */

import { InputError } from "../errors.ts";
import { DATA_FIELD, DATA_HEADER, PROTOCOL_FIELDS } from "../protocol/names.ts";
import type { Body } from "../http/body.ts";
import type { FieldMap, FieldValue } from "../http/field_map.ts";
import { APPEND, type FieldPath, isPath, parseFieldPath, type PathStep } from "../http/field_path.ts";
import { isJsonObject, parseJsonObject } from "../http/json.ts";
import type { Limits } from "../http/limits.ts";
import { parseUrlencoded } from "../http/urlencoded.ts";

/**
 * The data of a call by top-level name: text and `File`s from fields, any JSON value from data, ordinary objects and dense
 * arrays of these. A name such as `__proto__` is an own property like any other, so that only `Object.hasOwn` and iteration
 * tell what is there.
 */
export type Kwargs = Record<string, unknown>;

/** Where the data of a call comes from, the strongest first. */
export interface KwargsSources {
  /** What `X-Hyper-Data` held, see {@linkcode readDataHeader}; `null` where there was none. */
  readonly header: Readonly<Record<string, unknown>> | null;
  /** What the query held, see {@linkcode readQuery}. */
  readonly query: FieldMap;
  /** What the body held; `{ kind: "empty" }` for a GET. */
  readonly body: Body;
}

const NO_FIELDS: FieldMap = new Map();

/**
 * Reads the data in the header `X-Hyper-Data`.
 *
 * @param request The request, of which only the header is read.
 * @param limits How long it may be, how deep, and how many values it may hold.
 * @returns The object, or `null` where there is no such header.
 * @throws {InputError} With status 431 above `dataHeaderBytes`; with status 400 when it is not ASCII, or no JSON object.
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
  // Bytes above ASCII would come as whatever the last proxy took them for.
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
 * @param url The canonical URL.
 * @param limits How many fields there may be, and how long their names.
 * @returns The fields.
 * @throws {InputError} With status 413 above a limit, with status 400 when an escape is not UTF-8.
 */
export function readQuery(url: URL, limits: Pick<Limits, "fields" | "nameBytes">): FieldMap {
  return url.search === "" ? NO_FIELDS : parseUrlencoded(url.search.slice(1), limits);
}

/**
 * Puts the data of a call together.
 *
 * First the data: the header's, then, key by key where the header has none, that of the field `_hyper_data` or of a JSON body.
 * Then the query, then the fields of the body, each where its top-level name is not there yet. Protocol fields are left out
 * everywhere.
 *
 * Within query or body, names are paths (`address.city`, `rows[0].label`, `tags[]`); a name that is there more than once gives an
 * array of its values, in order, and `tags[]` gives one even of a single value.
 *
 * @param sources Where the data comes from.
 * @param limits How deep names may go, how great an index may be, and what holds for JSON.
 * @returns A new object.
 * @throws {InputError} With status 400 when data is no JSON object, a name is refused by {@linkcode parseFieldPath}, an index has
 *   gaps before it, or one name is a value and a container at once (`a=1&a.b=2`).
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

/** Values that count nothing: those of a usual form. */
const FREE_VALUES = 256;
/** Bytes that a value takes beside its text, as an empty object in a list does: it is two bytes of JSON. */
const VALUE_BYTES = 64;

/**
 * Returns the memory that the data of a call takes beside its text, about.
 *
 * A body of 150 kB is 50,000 empty objects when it is read, and so 3 MB: counted by its bytes alone, a few hundred of them would
 * take all memory there is.
 *
 * @param kwargs The data.
 * @returns Bytes; 0 for what a usual form sends.
 */
export function memoryOf(kwargs: Kwargs): number {
  let values = 0;
  // A list of what is left to see, because recursion would end where `depth` is switched off.
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

/**
 * The files among the fields.
 *
 * @param fields The fields of a body.
 * @returns Files by the names of their fields, as these were sent.
 */
export function uploadedFiles(fields: FieldMap): ReadonlyMap<string, readonly File[]> {
  const files = new Map<string, readonly File[]>();
  for (const [name, values] of fields) {
    // Looked at first: a list made for each field would be thrown away for each that is a text.
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
  // A UTF-16 unit takes three bytes at most, so that a short text need not be encoded to be measured.
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
  if (!isFlat(fields)) return addMissing(kwargs, nest(fields, limits));
  // Nothing to be built: what most forms send.
  for (const [name, values] of fields) {
    if (PROTOCOL_FIELDS.has(name) || Object.hasOwn(kwargs, name)) continue;
    setOwn(kwargs, name, values.length === 1 ? values[0] : [...values]);
  }
}

/** Whether no name is a path of more than one step. */
function isFlat(fields: FieldMap): boolean {
  for (const name of fields.keys()) if (isPath(name)) return false;
  return true;
}

function addMissing(kwargs: Kwargs, entries: Iterable<readonly [string, unknown]>): void {
  for (const [name, value] of entries) {
    if (!PROTOCOL_FIELDS.has(name) && !Object.hasOwn(kwargs, name)) setOwn(kwargs, name, value);
  }
}

/** Writes an own property, whatever its name: assigning to `__proto__` would set a prototype where a runtime has that setter. */
function setOwn(target: Record<string, unknown>, name: string, value: unknown): void {
  // A name that no prototype has can be assigned, which is several times faster.
  if (!(name in target)) target[name] = value;
  else defineOwn(target, name, value);
}

function defineOwn(target: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true });
}

/** A value under construction. The keys of an object are strings, those of a list numbers. */
type Node = Leaf | Branch;
interface Leaf {
  readonly kind: "values" | "appended";
  readonly values: FieldValue[];
}
interface Branch {
  readonly kind: "object" | "list";
  readonly members: Map<string | number, Node>;
}

/** Builds what the names of fields say, by top-level name. */
function nest(fields: FieldMap, limits: Pick<Limits, "arrayIndex" | "depth">): [string, unknown][] {
  const top = new Map<string | number, Node>();
  for (const [name, values] of fields) {
    if (!PROTOCOL_FIELDS.has(name)) placeValues(top, parseFieldPath(name, limits), values);
  }
  return Array.from(top, ([name, node]) => [String(name), build(node, String(name))]);
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
    if (node.kind !== kind) {
      throw new InputError(400, `Cannot read field ${quoteName(path[0])}: it is a value and a container at once`);
    }
    if ("members" in node) members = node.members;
    else for (const value of values) node.values.push(value);
  }
}

/** What a node has to be for the next step to lead on from it. */
function kindBefore(next: PathStep | undefined): Node["kind"] {
  if (next === undefined) return "values";
  if (next === APPEND) return "appended";
  return typeof next === "string" ? "object" : "list";
}

function build(node: Node, name: string): unknown {
  switch (node.kind) {
    case "values":
      return node.values.length === 1 ? node.values[0] : node.values;
    case "appended":
      return node.values;
    case "object": {
      const object: Record<string, unknown> = {};
      for (const [key, member] of node.members) setOwn(object, String(key), build(member, name));
      return object;
    }
    case "list": {
      const list: unknown[] = [];
      for (let index = 0; index < node.members.size; index++) {
        const item = node.members.get(index);
        // As many indices as items, and one is missing: so a greater one is there. Nothing is made as long as an index says.
        if (item === undefined) {
          throw new InputError(
            400,
            `Cannot read field ${quoteName(name)}: it has an index after a gap, and none at ${index}`,
          );
        }
        list.push(build(item, name));
      }
      return list;
    }
  }
}

/** A name of the visitor inside a message: one line, and not endless. */
function quoteName(name: string): string {
  return JSON.stringify(name.slice(0, 64));
}
