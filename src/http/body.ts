/**
 * The body of a request: bounded while it is read, strict, and within its time.
 *
 * @module
 */

import type { Report } from "../callback.ts";
import { InputError } from "../errors.ts";
import { type BodyAccount, freeAccount } from "./body_account.ts";
import { ByteReader, readSmall } from "./byte_reader.ts";
import type { FieldMap } from "./field_map.ts";
import { type HeaderValue, parseHeaderValue } from "./header_value.ts";
import { parseJson } from "./json.ts";
import type { Limits } from "./limits.ts";
import { disposeFiles, type OnFile, readMultipart } from "./multipart.ts";
import { parseUrlencoded } from "./urlencoded.ts";
import { decodeUtf8 } from "./utf8.ts";

/** What a body held. */
export type Body =
  | { readonly kind: "empty" }
  | { readonly kind: "fields"; readonly fields: FieldMap }
  | { readonly kind: "json"; readonly value: unknown };

/** Options of {@linkcode readBody}. */
export interface ReadBodyOptions {
  /** Takes files as they arrive. Without it they are kept: in memory up to a mebibyte of all, on disk above it. */
  readonly onFile?: OnFile | undefined;
  /** Called with the error where a temporary file cannot be removed. Default: the console. */
  readonly onError?: Report | undefined;
  /** What the body holds; its owner closes it, after an error too. Default: one that bounds nothing. */
  readonly account?: BodyAccount | undefined;
}

/** The types a body may have. */
type BodyType =
  | { readonly kind: "urlencoded" }
  | { readonly kind: "multipart"; readonly boundary: string }
  | { readonly kind: "json" }
  | { readonly kind: "unknown" };

type TextType = Extract<BodyType, { readonly kind: "urlencoded" | "json" }>;

/** A content type longer than this is none that we read; longer ones are not even looked at. */
const CONTENT_TYPE_LENGTH = 512;

/**
 * Reads the body of a request to its end: fields (`application/x-www-form-urlencoded`, `multipart/form-data`) or JSON
 * (`application/json`). Text is UTF-8, and what is not is refused. A GET or HEAD has no body.
 *
 * On every way out the stream is at its end or cancelled, no timer runs, and after an error no temporary file is left.
 *
 * @param request The request; its body is used up.
 * @param limits How much there may be of each, and how long it may take.
 * @param options What to do with files.
 * @returns The body; with files in it, give it to {@linkcode disposeBody} when the request is over.
 * @throws {InputError} With status 400 when it is malformed, cut off, or not as long as it says; 408 when it takes too long;
 *   413 above a limit, which `limit` names; 415 when it has a content type or coding that is not read here; 429 when all bodies
 *   together hold too much.
 * @throws {StorageError} With status 507 when the disk fails under a file that is too large for the memory.
 * @throws {TypeError} When somebody has read the body already.
 */
export async function readBody(request: Request, limits: Limits, options: ReadBodyOptions = {}): Promise<Body> {
  const { headers, method } = request;
  if (method === "GET" || method === "HEAD") return { kind: "empty" };
  const { account = freeAccount(), onFile, onError } = options;
  const length = headers.get("content-length");
  const common = commonType(headers);
  // What a call without fields is sent with: there is nothing that could be read.
  if (common?.kind === "unknown" && length === "0") return { kind: "empty" };
  if (common !== null && common.kind !== "unknown") {
    const small = readSmall(request, length, textLimit(common, limits).maximum, limits);
    if (small !== null) {
      const bytes = await small;
      account.takeMemory(bytes.length);
      return parseText(common, bytes, limits);
    }
  }

  const { body } = request;
  if (body === null) return { kind: "empty" };
  if (request.bodyUsed || body.locked) throw new TypeError("Cannot read body: somebody has read it already");
  const source = new ByteReader(body, length, limits);
  try {
    const type = common ?? bodyType(headers);
    switch (type.kind) {
      case "urlencoded":
      case "json": {
        const { maximum, limit } = textLimit(type, limits);
        return parseText(type, await source.readAll(maximum, limit, account), limits);
      }
      case "multipart": {
        const fields = await readMultipart(source, type.boundary, limits, { account, onFile, onError });
        return { kind: "fields", fields };
      }
      case "unknown":
        // A POST without a body has a stream, too, and no bytes in it.
        if (await source.read() === null) return { kind: "empty" };
        throw new InputError(
          415,
          "Cannot read body: its content type is not application/x-www-form-urlencoded, multipart/form-data or application/json",
        );
    }
  } finally {
    source.close();
  }
}

/**
 * Reads the body of a request to its end as the bytes that came, for a signature to be checked over them.
 *
 * @param request The request; its body is used up.
 * @param limits How much there may be, and how long it may take.
 * @param account What the body holds; its owner closes it.
 * @returns The bytes; none where there is no body.
 * @throws {InputError} As {@linkcode readBody} does for what does not concern the content.
 */
export async function readBytes(
  request: Request,
  limits: Limits,
  account: BodyAccount,
): Promise<Uint8Array<ArrayBuffer>> {
  const { body, headers } = request;
  if (body === null) return new Uint8Array();
  if (request.bodyUsed || body.locked) throw new TypeError("Cannot read body: somebody has read it already");
  const source = new ByteReader(body, headers.get("content-length"), limits);
  try {
    return new Uint8Array(await source.readAll(limits.bodyBytes, "bodyBytes", account));
  } finally {
    source.close();
  }
}

/**
 * Removes the temporary files of a body.
 *
 * @param body What {@linkcode readBody} gave; its files cannot be read any more.
 */
export async function disposeBody(body: Body): Promise<void> {
  if (body.kind === "fields") await disposeFiles(body.fields);
}

/** The type of a body in the words that browsers use for it; the general way costs as much as reading a small form. */
function commonType(headers: Headers): Exclude<BodyType, { readonly kind: "multipart" }> | null {
  // Not `has()`: Deno.serve reads one header at a time for `get()`, and copies all of them for anything else.
  if (headers.get("content-encoding") !== null) return null;
  switch (headers.get("content-type")) {
    case "application/x-www-form-urlencoded":
      return { kind: "urlencoded" };
    case "application/json":
      return { kind: "json" };
    case null:
      return { kind: "unknown" };
    default:
      return null;
  }
}

/** How long a body may be that is read as one text. */
function textLimit(type: TextType, limits: Limits): { readonly maximum: number; readonly limit: string } {
  return type.kind === "json" && limits.jsonBytes <= limits.bodyBytes
    ? { maximum: limits.jsonBytes, limit: "jsonBytes" }
    : { maximum: limits.bodyBytes, limit: "bodyBytes" };
}

function parseText(type: TextType, bytes: Uint8Array, limits: Limits): Body {
  return type.kind === "json"
    // JSON does not begin with a byte order mark (RFC 8259, 8.1); one that is sent is ignored.
    ? {
      kind: "json",
      value: parseJson(decodeUtf8(bytes, "Cannot read body: it").replace(/^\ufeff/, ""), limits, "body"),
    }
    : { kind: "fields", fields: parseUrlencoded(decodeUtf8(bytes, "Cannot read body: it"), limits) };
}

function bodyType(headers: Headers): BodyType {
  const coding = headers.get("content-encoding");
  if (coding !== null && coding.toLowerCase() !== "identity") {
    throw new InputError(415, "Cannot read body: it has a content coding, and none is read here");
  }
  const text = headers.get("content-type");
  if (text === null) return { kind: "unknown" };
  const type = text.length > CONTENT_TYPE_LENGTH ? null : parseHeaderValue(text, "http");
  if (type === null) throw new InputError(400, "Cannot read body: its content type is malformed");
  switch (type.value) {
    case "application/x-www-form-urlencoded":
      return isUtf8(type) ? { kind: "urlencoded" } : { kind: "unknown" };
    case "application/json":
      return isUtf8(type) ? { kind: "json" } : { kind: "unknown" };
    case "multipart/form-data": {
      const boundary = type.parameters.get("boundary");
      if (boundary === undefined) throw new InputError(400, "Cannot read body: its content type names no boundary");
      return { kind: "multipart", boundary };
    }
    default:
      return { kind: "unknown" };
  }
}

function isUtf8(type: HeaderValue): boolean {
  const charset = type.parameters.get("charset")?.toLowerCase() ?? "utf-8";
  return charset === "utf-8" || charset === "utf8";
}
