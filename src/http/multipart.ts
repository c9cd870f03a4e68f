/**
 * `multipart/form-data` (RFC 7578, RFC 2046), read strictly, part by part, as it comes.
 *
 * `Request.formData()` gives an empty form for a body that is cut off; here that is an error. What two readers could read in
 * two ways is refused: lines that end in LF alone, a boundary followed by other text, a header or parameter that is there
 * twice, a part without a name.
 *
 * @module
 */

import type { Report } from "../callback.ts";
import { InputError } from "../errors.ts";
import type { BodyAccount } from "./body_account.ts";
import { type ByteReader, tooLarge } from "./byte_reader.ts";
import { FileSpool } from "./file_spool.ts";
import { FieldCollector, type FieldMap, type FieldValue } from "./field_map.ts";
import { parseHeaderValue } from "./header_value.ts";
import type { Limits } from "./limits.ts";
import { type Bytes, concat, Pieces } from "./pieces.ts";

/** A file that arrives. */
export interface IncomingFile {
  /** The name of its field. */
  readonly name: string;
  /** The name the visitor's browser gave it: any text without control characters, and no path to write to. */
  readonly filename: string;
  /** Its media type, as the browser said. */
  readonly type: string;
  /** Its bytes, as they come. They have to be read before the callback resolves; what is not read is dropped. */
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;
}

/**
 * Takes a file as it arrives, in place of memory and disk. What it gives back becomes the value of the field, such as the
 * key under which it stored the file; nothing leaves the field out.
 */
export type OnFile = (file: IncomingFile) => FieldValue | void | PromiseLike<FieldValue | void>;

/** The limits that hold for a multipart body. */
export type MultipartLimits = Pick<
  Limits,
  "bodyBytes" | "fields" | "fileBytes" | "files" | "nameBytes" | "partHeaderBytes" | "parts"
>;

/** Options of {@linkcode readMultipart}. */
export interface MultipartOptions {
  /** What the body holds. */
  readonly account: BodyAccount;
  /** Takes files as they arrive. */
  readonly onFile?: OnFile | undefined;
  /** Called with the error where a temporary file cannot be removed. Default: the console. */
  readonly onError?: Report | undefined;
}

const CR = 0x0d;
const LF = 0x0a;
const DASH = 0x2d;
const SPACE = 0x20;
const TAB = 0x09;
const NO_BYTES = new Uint8Array(0);

// RFC 2046, 5.1.1: one to seventy of these, the last one no space.
const BOUNDARY = /^[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]$/;

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** What the headers of a part say. `filename` is `null` for a field. */
interface PartHeaders {
  readonly name: string;
  readonly filename: string | null;
  readonly type: string;
}

/**
 * Reads a multipart body to its end.
 *
 * Parts with a `filename` are files, all others are fields; a file input that was left empty (`filename=""` and no bytes) is
 * neither. `filename*` is passed over (RFC 7578, 4.2, forbids it), a preamble and an epilogue are skipped. Names and fields
 * are UTF-8, whatever a part says of itself.
 *
 * @param source The bytes of the body.
 * @param boundary The boundary that `Content-Type` names.
 * @param limits How much there may be of each.
 * @param options The account of the body, and what to do with files.
 * @returns The fields. Files that do not fit into a mebibyte together are `SpooledFile`s, which the caller disposes of.
 * @throws {InputError} With status 413 above a limit, with status 400 when the body is malformed or cut off, with status 429 when
 *   all bodies together hold too much. What `onFile` throws passes through.
 * @throws {StorageError} With status 507 when the disk fails under a file that is too large for the memory.
 */
export async function readMultipart(
  source: ByteReader,
  boundary: string,
  limits: MultipartLimits,
  options: MultipartOptions,
): Promise<FieldMap> {
  if (!BOUNDARY.test(boundary)) throw malformed("its boundary is not one");
  source.checkDeclared(limits.bodyBytes + limits.files * limits.fileBytes, "bodyBytes");

  const scanner = new PartScanner(source, boundary, limits, options.account);
  const collector = new FieldCollector(limits);
  try {
    let parts = 0;
    let files = 0;
    const countFile = (): void => {
      if (++files > limits.files) throw tooMany("files", limits.files);
    };
    await scanner.skipPreamble();
    while (await scanner.nextPart()) {
      if (++parts > limits.parts) throw tooMany("parts", limits.parts);
      const headers = parsePartHeaders(await scanner.readHeaders());
      collector.checkName(headers.name);
      const value = headers.filename === null
        ? await readText(scanner)
        : await readFile(scanner, { ...headers, filename: headers.filename }, countFile, options);
      if (value !== undefined) collector.add(headers.name, value);
    }
    await scanner.skipEpilogue();
    return collector.fields;
  } catch (error) {
    await disposeFiles(collector.fields);
    throw error;
  }
}

/**
 * Removes what the values hold outside of memory: temporary files, and what was stored and nobody keeps. Never rejects: each file
 * reports its own failure, and keeps none of the others from being removed.
 */
export async function disposeFiles(fields: FieldMap): Promise<void> {
  for (const values of fields.values()) {
    for (const value of values) {
      if (isDisposable(value)) await value[Symbol.asyncDispose]();
    }
  }
}

function isDisposable(value: FieldValue): value is File & AsyncDisposable {
  return typeof value !== "string" && Symbol.asyncDispose in value;
}

async function readText(scanner: PartScanner): Promise<string> {
  const pieces = new Pieces();
  for (let piece = await scanner.readText(); piece !== null; piece = await scanner.readText()) pieces.add(piece);
  return decode(pieces.join(), "a field");
}

async function readFile(
  scanner: PartScanner,
  file: PartHeaders & { readonly filename: string },
  countFile: () => void,
  { account, onFile, onError }: MultipartOptions,
): Promise<FieldValue | undefined> {
  const first = await scanner.readFile();
  if (file.filename === "" && first === null) return undefined;
  countFile();
  if (onFile !== undefined) return await deliver(scanner, first, file, onFile);

  const spool = new FileSpool(account, onError);
  try {
    for (let piece = first; piece !== null; piece = await scanner.readFile()) await spool.write(piece);
    return await spool.finish(file.filename, file.type);
  } catch (error) {
    await spool.abort();
    throw error;
  }
}

/** Lets `onFile` pull the file out of the body, and pulls what it leaves. */
async function deliver(
  scanner: PartScanner,
  first: Bytes | null,
  file: PartHeaders & { readonly filename: string },
  onFile: OnFile,
): Promise<FieldValue | undefined> {
  let next: Bytes | null = first;
  let reading: Promise<void> = Promise.resolve();
  let failure: unknown = null;
  let over = false;
  const advance = async (): Promise<void> => {
    try {
      next = await scanner.readFile();
    } catch (error) {
      failure = error;
      throw error;
    }
  };
  const stream = new ReadableStream<Bytes>({
    async pull(controller) {
      if (over) throw new TypeError(`Cannot read file "${file.filename}": onFile has returned before it was read`);
      if (next === null) return controller.close();
      controller.enqueue(next);
      reading = advance();
      await reading;
    },
  }, { highWaterMark: 0 });

  let value: FieldValue | void;
  try {
    value = await onFile({ name: file.name, filename: file.filename, type: file.type, stream });
  } catch (error) {
    // What broke the body also broke the stream: then that is the reason, not what the callback made of it.
    throw failure ?? error;
  } finally {
    over = true;
    // A read that nobody awaited is still under way, and two may not pull from one body.
    await reading.catch(() => {});
  }
  if (failure !== null) throw failure;
  while (next !== null) await advance();
  return value ?? undefined;
}

/** Cuts the body at its boundaries. Linear in what comes, however it is cut into chunks. */
class PartScanner {
  readonly #source: ByteReader;
  readonly #limits: MultipartLimits;
  readonly #account: BodyAccount;
  readonly #delimiter: Uint8Array;
  readonly #skip: Uint8Array;
  // What has come and is not yet used. It begins with a line end that was not sent, so that a boundary at the very beginning
  // is found as all others are; that one is not counted.
  #buffer: Bytes = Uint8Array.of(CR, LF);
  #spent = -2;
  #fileBytes = 0;
  // Whether the delimiter after the current content has been passed.
  #atDelimiter = false;

  constructor(source: ByteReader, boundary: string, limits: MultipartLimits, account: BodyAccount) {
    this.#source = source;
    this.#limits = limits;
    this.#account = account;
    this.#delimiter = new TextEncoder().encode(`\r\n--${boundary}`);
    this.#skip = skipTable(this.#delimiter);
  }

  async skipPreamble(): Promise<void> {
    while (await this.readText() !== null);
  }

  /** After a delimiter: whether a part follows. */
  async nextPart(): Promise<boolean> {
    this.#atDelimiter = false;
    this.#fileBytes = 0;
    await this.#need(2);
    if (this.#buffer[0] === DASH && this.#buffer[1] === DASH) {
      this.#take(2);
      return false;
    }
    await this.#skipPadding();
    await this.#need(2);
    if (this.#buffer[0] !== CR || this.#buffer[1] !== LF) throw malformed("a boundary is followed by other text");
    this.#take(2);
    return true;
  }

  /** The headers of a part, without the empty line that ends them. */
  async readHeaders(): Promise<Bytes> {
    const { partHeaderBytes } = this.#limits;
    let from = 0;
    for (;;) {
      const end = this.#buffer[0] === CR && this.#buffer[1] === LF ? 0 : indexOfEmptyLine(this.#buffer, from);
      if (end > partHeaderBytes || (end === -1 && this.#buffer.length > partHeaderBytes + 3)) {
        throw new InputError(
          413,
          `Cannot read body: the headers of a part are longer than ${partHeaderBytes} bytes, the limit "partHeaderBytes"`,
          "partHeaderBytes",
        );
      }
      if (end !== -1) {
        const headers = this.#buffer.subarray(0, end);
        this.#take(end === 0 ? 2 : end + 4);
        return headers;
      }
      // An empty line may begin in the last three bytes of what is here.
      from = Math.max(this.#buffer.length - 3, 0);
      if (!await this.#more()) throw cutOff();
    }
  }

  /** Some content of a field, or `null` after its delimiter. */
  async readText(): Promise<Bytes | null> {
    const piece = await this.#content();
    if (piece !== null) this.#count(piece.length);
    return piece;
  }

  /** Some content of a file, or `null` after its delimiter. */
  async readFile(): Promise<Bytes | null> {
    const piece = await this.#content();
    if (piece === null) return null;
    this.#fileBytes += piece.length;
    const { fileBytes } = this.#limits;
    if (this.#fileBytes > fileBytes) {
      throw new InputError(
        413,
        `Cannot read body: a file has more than ${fileBytes} bytes, the limit "fileBytes"`,
        "fileBytes",
        { maximum: fileBytes },
      );
    }
    return piece;
  }

  /** After the closing boundary: what follows on further lines is passed over (RFC 2046, 5.1.1), but counted. */
  async skipEpilogue(): Promise<void> {
    await this.#skipPadding();
    if (this.#buffer.length < 2) await this.#more();
    if (this.#buffer.length > 0 && !(this.#buffer[0] === CR && this.#buffer[1] === LF)) {
      throw malformed("the closing boundary is followed by other text");
    }
    do this.#take(this.#buffer.length); while (await this.#more());
  }

  async #content(): Promise<Bytes | null> {
    if (this.#atDelimiter) return null;
    for (;;) {
      const found = indexOf(this.#buffer, this.#delimiter, this.#skip);
      if (found === 0) {
        this.#take(this.#delimiter.length);
        this.#atDelimiter = true;
        return null;
      }
      const sure = found === -1 ? sureLength(this.#buffer, this.#delimiter) : found;
      if (sure > 0) {
        const piece = this.#buffer.subarray(0, sure);
        this.#buffer = this.#buffer.subarray(sure);
        return piece;
      }
      if (!await this.#more()) throw cutOff();
    }
  }

  /** Spaces and tabs that RFC 2046 allows between a boundary and the end of its line. */
  async #skipPadding(): Promise<void> {
    for (;;) {
      let length = 0;
      while (this.#buffer[length] === SPACE || this.#buffer[length] === TAB) length++;
      const whole = length === this.#buffer.length;
      this.#take(length);
      if (!whole || !await this.#more()) return;
    }
  }

  async #need(length: number): Promise<void> {
    while (this.#buffer.length < length) {
      if (!await this.#more()) throw cutOff();
    }
  }

  async #more(): Promise<boolean> {
    const chunk = await this.#source.read();
    if (chunk === null) return false;
    const { length } = this.#buffer;
    this.#buffer = length === 0 ? chunk : concat([this.#buffer, chunk], length + chunk.length);
    return true;
  }

  #take(length: number): void {
    this.#buffer = length === this.#buffer.length ? NO_BYTES : this.#buffer.subarray(length);
    this.#count(length);
  }

  /** Counts what is no file content. */
  #count(length: number): void {
    this.#spent += length;
    const { bodyBytes } = this.#limits;
    if (this.#spent > bodyBytes) throw tooLarge(bodyBytes, "bodyBytes");
    // What was skipped is no longer held; a stranger who sends it is counted for it all the same.
    this.#account.takeMemory(length);
  }
}

/** Horspool's table: how far to go on when a byte stands under the end of the needle. */
function skipTable(needle: Uint8Array): Uint8Array {
  const table = new Uint8Array(256).fill(needle.length);
  const last = needle.length - 1;
  for (let at = 0; at < last; at++) table[needle[at] ?? 0] = last - at;
  return table;
}

/**
 * Horspool's search, but compared from the front: a needle has one CR, its first byte, so that no byte takes part in two
 * comparisons, and the search stays linear for a body made of near-boundaries.
 */
function indexOf(bytes: Uint8Array, needle: Uint8Array, skip: Uint8Array): number {
  const last = needle.length - 1;
  const end = needle[last];
  for (let at = last; at < bytes.length;) {
    const byte = bytes[at] ?? 0;
    if (byte === end && bytes[at - last] === CR) {
      let same = 1;
      while (same < last && bytes[at - last + same] === needle[same]) same++;
      if (same === last) return at - last;
    }
    at += skip[byte] ?? 1;
  }
  return -1;
}

/** How many bytes cannot belong to a delimiter whose rest is still to come. */
function sureLength(bytes: Uint8Array, needle: Uint8Array): number {
  const from = Math.max(bytes.length - needle.length + 1, 0);
  for (let at = bytes.indexOf(CR, from); at !== -1; at = bytes.indexOf(CR, at + 1)) {
    let same = 1;
    while (at + same < bytes.length && bytes[at + same] === needle[same]) same++;
    if (at + same === bytes.length) return at;
  }
  return bytes.length;
}

function indexOfEmptyLine(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(CR, from); at !== -1; at = bytes.indexOf(CR, at + 1)) {
    if (bytes[at + 1] === LF && bytes[at + 2] === CR && bytes[at + 3] === LF) return at;
  }
  return -1;
}

function parsePartHeaders(bytes: Uint8Array): PartHeaders {
  const headers = new Map<string, string>();
  for (const line of decode(bytes, "a part header").split("\r\n")) {
    // A name directly before its colon: a line that begins with a space would continue the one before (RFC 5322, 2.2.3), and
    // not everyone reads it so.
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(colon, 0)).toLowerCase();
    // deno-lint-ignore no-control-regex -- control characters are what is looked for
    if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name) || /[\x00-\x08\x0a-\x1f\x7f]/.test(line)) {
      throw malformed("a part has a malformed header");
    }
    if (headers.has(name)) throw malformed("a part has one header twice");
    headers.set(name, line.slice(colon + 1).trim());
  }

  const encoding = headers.get("content-transfer-encoding")?.toLowerCase() ?? "binary";
  if (encoding !== "binary" && encoding !== "8bit" && encoding !== "7bit") {
    throw malformed("a part has a transfer encoding");
  }
  const disposition = parseHeaderValue(headers.get("content-disposition") ?? "", "form");
  if (disposition === null || disposition.value !== "form-data") throw malformed("a part has no usable disposition");
  const name = disposition.parameters.get("name");
  if (name === undefined) throw malformed("a part has no name");
  const filename = disposition.parameters.get("filename") ?? null;
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  if (filename !== null && /[\x00-\x1f\x7f]/.test(filename)) throw malformed("a filename holds a control character");
  return { name, filename, type: headers.get("content-type") ?? "text/plain" };
}

function decode(bytes: Uint8Array, what: string): string {
  try {
    return strictUtf8.decode(bytes);
  } catch (cause) {
    throw new InputError(400, `Cannot read body: ${what} is not UTF-8`, null, { cause });
  }
}

function malformed(reason: string): InputError {
  return new InputError(400, `Cannot read body: ${reason}`);
}

function cutOff(): InputError {
  return malformed("it was cut off before its closing boundary");
}

function tooMany(limit: "files" | "parts", maximum: number): InputError {
  return new InputError(413, `Cannot read body: more than ${maximum} ${limit}, the limit "${limit}"`, limit, {
    maximum,
  });
}
