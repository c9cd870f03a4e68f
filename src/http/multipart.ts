// `multipart/form-data` (RFC 7578, RFC 2046), read strictly, part by part, as it comes.
//
// `Request.formData()` returns an empty form for a body that is cut off; here that is an error. Everything that two readers
// could read differently is rejected: lines that end in LF only, a boundary followed by other text, a repeated header or
// parameter, a part without a name.

import type { Report } from "../callback.ts";
import { InputError } from "../errors.ts";
import type { BodyAccount } from "./body_account.ts";
import type { ByteReader } from "./byte_reader.ts";
import { FileSpool } from "./file_spool.ts";
import { FieldCollector, type FieldMap, type FieldValue } from "./field_map.ts";
import { parseHeaderValue } from "./header_value.ts";
import type { Limits } from "./limits.ts";
import { malformed, PartScanner } from "./part_scanner.ts";
import { type Bytes, Pieces } from "./pieces.ts";
import { decodeUtf8 } from "./utf8.ts";

/** A file of a body, before it is read. */
export interface IncomingFile {
  /** The name of its field. */
  readonly name: string;
  /** File name from the client: any text without control characters. Do not use it as a path. */
  readonly filename: string;
  /** Media type from the client. */
  readonly type: string;
  /** Bytes, as they arrive. Bytes that are not read before the callback resolves are discarded. */
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;
}

/**
 * Called with each file as it arrives, instead of keeping the file in memory or on disk. The result becomes the value of the
 * field; `undefined` omits the field.
 */
export type OnFile = (file: IncomingFile) => FieldValue | void | PromiseLike<FieldValue | void>;

/** Limits of a multipart body. */
export type MultipartLimits = Pick<
  Limits,
  "bodyBytes" | "fields" | "fileBytes" | "files" | "nameBytes" | "partHeaderBytes" | "parts"
>;

/** Options for {@linkcode readMultipart}. */
export interface MultipartOptions {
  /** Memory and disk that the body uses. */
  readonly account: BodyAccount;
  /** Called with each file as it arrives. Default: the file is kept in memory or on disk. */
  readonly onFile?: OnFile | undefined;
  /** Called when a temporary file cannot be removed. Default: the error is logged to the console. */
  readonly onError?: Report | undefined;
}

// RFC 2046, 5.1.1: 1 to 70 of these characters, the last one not a space.
const BOUNDARY = /^[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]$/;

/** The headers of a part. `filename` is `null` for a field. */
interface PartHeaders {
  readonly name: string;
  readonly filename: string | null;
  readonly type: string;
}

/**
 * Reads a multipart body to its end.
 *
 * Parts with a `filename` are files, all others are fields. An empty file input (`filename=""` and no bytes) is neither.
 * `filename*` is ignored (RFC 7578, 4.2, forbids it); a preamble and an epilogue are skipped. Names and fields are UTF-8 for
 * any charset that a part declares.
 *
 * @param source The bytes of the body.
 * @param boundary The boundary from `Content-Type`.
 * @param limits The limits.
 * @param options The account of the body, and the callbacks.
 * @returns The fields. Files that exceed 1 MiB together are `SpooledFile`s, which the caller disposes.
 * @throws {InputError} With status 413 above a limit, 400 when the body is malformed or cut off, 429 when all bodies together
 *   use too much. An error of `onFile` passes through.
 * @throws {StorageError} With status 507 when the disk fails and the file is too large for memory.
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
      if (++files > limits.files) throw tooManyParts("files", limits.files);
    };
    await scanner.skipPreamble();
    while (await scanner.nextPart()) {
      if (++parts > limits.parts) throw tooManyParts("parts", limits.parts);
      const headers = parsePartHeaders(await scanner.readHeaders());
      collector.checkName(headers.name);
      const value = headers.filename === null
        ? await readField(scanner)
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
 * Disposes files: removes temporary files, and stored files that were not persisted. Never rejects: each file reports its own
 * failure, and the others are removed.
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

async function readField(scanner: PartScanner): Promise<string> {
  const pieces = new Pieces();
  for (let piece = await scanner.readField(); piece !== null; piece = await scanner.readField()) pieces.add(piece);
  return decodeUtf8(pieces.join(), "Cannot read body: a field");
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

/** Calls `onFile` with a stream of the file, and reads what the callback has not read. */
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
    // An error of the body ends the stream, and with it the callback: the error of the body is the cause.
    throw failure ?? error;
  } finally {
    over = true;
    // The callback may have returned during a read, and two reads must not run at once.
    await reading.catch(() => {}); // Its error is in `failure`.
  }
  if (failure !== null) throw failure;
  while (next !== null) await advance();
  return value ?? undefined;
}

function parsePartHeaders(bytes: Uint8Array): PartHeaders {
  const headers = new Map<string, string>();
  for (const line of decodeUtf8(bytes, "Cannot read body: a part header").split("\r\n")) {
    // A line that starts with a space continues the line before it (RFC 5322, 2.2.3), which not every reader supports: no space
    // is allowed in the name or before the colon.
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

function tooManyParts(limit: "files" | "parts", maximum: number): InputError {
  return new InputError(413, `Cannot read body: more than ${maximum} ${limit}, the limit "${limit}"`, limit, {
    maximum,
  });
}
