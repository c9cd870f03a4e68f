// Request bodies: limited in size and time while they are read, and parsed strictly.

import type { Report } from "../callback.ts";
import { InputError } from "../errors.ts";
import { type BodyAccount, freeAccount } from "./body_account.ts";
import { ByteReader, readSmall } from "./byte_reader.ts";
import type { FieldMap } from "./field_map.ts";
import { type HeaderValue, parseHeaderValue } from "./header_value.ts";
import { parseJson } from "./json.ts";
import type { Limits } from "./limits.ts";
import { isReadMethod } from "./methods.ts";
import { disposeFiles, type OnFile, readMultipart } from "./multipart.ts";
import { parseUrlencoded } from "./urlencoded.ts";
import { decodeUtf8 } from "./utf8.ts";

/** The parsed content of a body. */
export type Body =
  | { readonly kind: "empty" }
  | { readonly kind: "fields"; readonly fields: FieldMap }
  | { readonly kind: "json"; readonly value: unknown };

/** Options for {@linkcode readBody}. */
export interface ReadBodyOptions {
  /** Called with each file as it arrives. Default: files are kept, up to 1 MiB of all in memory, the rest on disk. */
  readonly onFile?: OnFile | undefined;
  /** Called when a temporary file cannot be removed. Default: the error is logged to the console. */
  readonly onError?: Report | undefined;
  /** Memory and disk that the body uses. The caller closes it, also after an error. Default: an account without limits. */
  readonly account?: BodyAccount | undefined;
}

/** The supported content types. */
type BodyType =
  | { readonly kind: "urlencoded" }
  | { readonly kind: "multipart"; readonly boundary: string }
  | { readonly kind: "json" }
  | { readonly kind: "unknown" };

type TextType = Extract<BodyType, { readonly kind: "urlencoded" | "json" }>;

/** Maximum length of a content type; a longer one is malformed. */
const CONTENT_TYPE_LENGTH = 512;

/**
 * Reads a body to its end: fields (`application/x-www-form-urlencoded`, `multipart/form-data`) or JSON (`application/json`), all as
 * UTF-8. A GET or HEAD request has no body.
 *
 * In any case the stream is at its end or canceled afterwards, and no timer is left; after an error, no temporary file is left.
 *
 * @param request The request. Its body is consumed.
 * @param limits The limits for size and time.
 * @param options What to do with files.
 * @returns The body. If it has files, pass it to {@linkcode disposeBody} when the request is finished.
 * @throws {InputError} With status 400 when it is malformed, cut off or not as long as declared; 408 when it takes too long; 413
 *   above a limit, which `limit` names; 415 when its content type or coding is not supported; 429 when all bodies together use too
 *   much.
 * @throws {StorageError} With status 507 when the disk fails and the file is too large for memory.
 * @throws {TypeError} When the body has been read already.
 */
export async function readBody(request: Request, limits: Limits, options: ReadBodyOptions = {}): Promise<Body> {
  const { headers, method } = request;
  if (isReadMethod(method)) return { kind: "empty" };
  const { account = freeAccount(), onFile, onError } = options;
  const length = headers.get("content-length");
  const common = commonType(headers);
  // A call without fields is sent like this: the body has no content.
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
  if (request.bodyUsed || body.locked) throw new TypeError("Cannot read body: it has been read already");
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
        // A POST without a body has an empty stream.
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
 * Reads a body to its end as bytes, to verify a signature.
 *
 * @param request The request. Its body is consumed.
 * @param limits The limits for size and time.
 * @param account Memory that the body uses. The caller closes it.
 * @returns The bytes; empty without a body.
 * @throws {InputError} As {@linkcode readBody} does, except for errors of the content.
 */
export async function readBytes(
  request: Request,
  limits: Limits,
  account: BodyAccount,
): Promise<Uint8Array<ArrayBuffer>> {
  const { body, headers } = request;
  if (body === null) return new Uint8Array();
  if (request.bodyUsed || body.locked) throw new TypeError("Cannot read body: it has been read already");
  const source = new ByteReader(body, headers.get("content-length"), limits);
  try {
    return new Uint8Array(await source.readAll(limits.bodyBytes, "bodyBytes", account));
  } finally {
    source.close();
  }
}

/** Removes the temporary files of a body. They cannot be read afterwards. */
export async function disposeBody(body: Body): Promise<void> {
  if (body.kind === "fields") await disposeFiles(body.fields);
}

/** Returns the type of a body if its header is spelled as browsers do. Parsing any header costs as much as reading a small form. */
function commonType(headers: Headers): Exclude<BodyType, { readonly kind: "multipart" }> | null {
  // Not `has()`: `Deno.serve` reads a single header for `get()` and copies all headers for `has()`.
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

/** Returns the limit of a body that is read as one text. */
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
