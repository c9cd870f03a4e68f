// The digest of a mutation: the same for its retries, different for other mutations.
import { sha256, startSha256 } from "../../platform/hash.ts";
import { StoredFile } from "../../http/stored_file.ts";

/** The parts that two requests of the same mutation share, without the identity of the user. */
export interface Mutation {
  /** The full name of the action. */
  readonly action: string;
  /** The request id, or the value of the form's `_hyper_once`. */
  readonly id: string;
  /** The identity of its page, as JSON; `null` or absent for none. */
  readonly page?: unknown;
  /**
   * The input: JSON values, files, and lists and records of these. The order of keys does not count. Files count by name, type and
   * content.
   */
  readonly input: unknown;
}

/**
 * Returns the digest of a mutation.
 *
 * A file is read as a stream, so that a large one is never in memory.
 *
 * @returns The digest in hexadecimal digits; a promise of it if there are files to read.
 * @throws {TypeError} When the input has a value of another kind.
 */
export function digestMutation({ action, id, page = null, input }: Mutation): string | Promise<string> {
  const files: Blob[] = [];
  // Each part is self-delimiting.
  const text = JSON.stringify([action, id, page]) + encodeInput(input, files);
  return files.length === 0 ? sha256(text) : digestWithFiles(text, files);
}

/**
 * Returns the key under which a mutation of an identity is kept in the store.
 *
 * Its length is bounded, and it shows the store neither the user nor the input.
 *
 * @param identity The digest of the identity; `null` for an anonymous user.
 */
export function onceKey(digest: string, identity: string | null): string {
  return `hyper:once:${digest}:${identity ?? "anonymous"}`;
}

async function digestWithFiles(text: string, files: readonly Blob[]): Promise<string> {
  const hash = startSha256().update(text);
  for (const file of files) hash.update(await encodeFile(file));
  return hash.digest("hex");
}

/**
 * Encodes a value as JSON with sorted keys. A value without JSON begins with a letter that does not begin a JSON value. Files are
 * collected in order, to be read later.
 */
function encodeInput(value: unknown, files: Blob[]): string {
  if (value === undefined) return "U";
  if (typeof value === "bigint") return `B${value}`;
  if (typeof value === "number" && !Number.isFinite(value)) return `N${value}`;
  if (value === null || typeof value !== "object") return encodePrimitive(value);
  if (value instanceof Date) return `D${value.valueOf()}`;
  if (value instanceof Blob) return `F${files.push(value)}`;
  if (Array.isArray(value)) return `[${value.map((item) => encodeInput(item, files)).join()}]`;
  return encodeRecord(value, files);
}

function encodePrimitive(value: unknown): string {
  // JSON escapes lone surrogates, which UTF-8 would replace with one and the same character.
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
  // Sorted by code units, independent of the locale.
  for (const key of Object.keys(record).sort()) {
    // An own key of a plain record.
    const value = encodeInput((record as Readonly<Record<string, unknown>>)[key], files);
    text += `${text === "" ? "" : ","}${JSON.stringify(key)}:${value}`;
  }
  return `{${text}}`;
}

async function encodeFile(file: Blob): Promise<string> {
  const name = file instanceof File ? file.name : null;
  return JSON.stringify([name, file.type, await digestFile(file)]);
}

async function digestFile(file: Blob): Promise<string> {
  // Its content is stored elsewhere, and was hashed when it was read.
  if (file instanceof StoredFile) return file.sha256;
  const hash = startSha256();
  for await (const chunk of file.stream()) hash.update(chunk);
  return hash.digest("hex");
}
