/**
 * The digest of a mutation: the same for its repeats, another for any other.
 *
 * @module
 */
import { type Hash, startSha256 } from "../../platform/hash.ts";
import { StoredFile } from "../../http/stored_file.ts";

/** What makes two requests the same mutation, but for the identity of who sends them. */
export interface Mutation {
  /** The full name of the action. */
  readonly action: string;
  /** The request id, or the value of the form's `_hyper_once`. */
  readonly id: string;
  /** The identity of the page that the call is about; `null` or absent for none. JSON. */
  readonly page?: unknown;
  /**
   * What the action was sent: JSON values, files, and lists and records of these, the same whatever the order of keys. Files
   * count by name, type and content.
   */
  readonly input: unknown;
}

/**
 * Returns the digest of a mutation.
 *
 * A file is read as a stream, so that a large one is never in memory.
 *
 * @param mutation Action, id and input.
 * @returns The digest in hexadecimal digits; a promise of it where there are files to read.
 * @throws {TypeError} When a value of the input is of none of these kinds.
 */
export function digestOf({ action, id, page = null, input }: Mutation): string | Promise<string> {
  const files: Blob[] = [];
  // Each part says itself where it ends.
  const hash = startSha256().update(JSON.stringify([action, id, page]) + encode(input, files));
  return files.length === 0 ? hash.digest("hex") : addFiles(hash, files);
}

/**
 * Returns the key under which a mutation of an identity is kept in the store.
 *
 * The length is bounded, and the store shows neither who asked nor what for.
 *
 * @param digest The digest of the mutation.
 * @param identity The digest of the identity; `null` for an anonymous user.
 * @returns The key.
 */
export function onceKey(digest: string, identity: string | null): string {
  return `hyper:once:${digest}:${identity ?? "anonymous"}`;
}

async function addFiles(hash: Hash, files: readonly Blob[]): Promise<string> {
  for (const file of files) hash.update(await encodeFile(file));
  return hash.digest("hex");
}

/**
 * JSON with sorted keys; what JSON cannot say begins with a letter that no JSON value begins with. Files are put aside,
 * in the order they come, to be read after.
 */
function encode(value: unknown, files: Blob[]): string {
  if (value === undefined) return "U";
  if (typeof value === "bigint") return `B${value}`;
  if (typeof value === "number" && !Number.isFinite(value)) return `N${value}`;
  if (value === null || typeof value !== "object") return encodePrimitive(value);
  if (value instanceof Date) return `D${value.valueOf()}`;
  if (value instanceof Blob) return `F${files.push(value)}`;
  if (Array.isArray(value)) return `[${value.map((item) => encode(item, files)).join()}]`;
  return encodeRecord(value, files);
}

function encodePrimitive(value: unknown): string {
  // Escapes lone surrogates, which UTF-8 would all turn into one and the same character.
  const text: string | undefined = JSON.stringify(value);
  if (text === undefined) throw new TypeError(`Cannot digest input: a ${typeof value} is not data`);
  return text;
}

function encodeRecord(record: object, files: Blob[]): string {
  const prototype: unknown = Object.getPrototypeOf(record);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new TypeError(`Cannot digest input: ${Object.prototype.toString.call(record)} is not a plain record`);
  }
  let text = "";
  // Sorted by code units: the same on every machine, whatever its locale.
  for (const key of Object.keys(record).sort()) {
    // An own key of a plain record.
    const value = encode((record as Readonly<Record<string, unknown>>)[key], files);
    text += `${text === "" ? "" : ","}${JSON.stringify(key)}:${value}`;
  }
  return `{${text}}`;
}

async function encodeFile(file: Blob): Promise<string> {
  const name = file instanceof File ? file.name : null;
  return JSON.stringify([name, file.type, await digestFile(file)]);
}

async function digestFile(file: Blob): Promise<string> {
  // Its content lies elsewhere, and was hashed as it came.
  if (file instanceof StoredFile) return file.sha256;
  const hash = startSha256();
  for await (const chunk of file.stream()) hash.update(chunk);
  return hash.digest("hex");
}
