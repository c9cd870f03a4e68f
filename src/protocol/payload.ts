/**
 * From a form and data to what is sent: URL, headers, body.
 *
 * A form's fields travel as a browser would send them. Explicit data travels as JSON, once, so that its types survive:
 * in a header while it is short, else in the body. Files in data become parts of the body.
 *
 * @module
 */
import {
  ACTION_HEADER,
  DATA_FIELD,
  DATA_HEADER,
  DATA_HEADER_BYTES,
  EVENT_STREAM,
  JSON_TYPE,
  REQUEST_ID_HEADER,
  REQUESTED_WITH_HEADER,
  SWITCH_DEPTH_HEADER,
  TARGET_HEADER,
} from "./names.ts";

/** What a payload is made of. */
export interface PayloadSource {
  /** The name of the action. */
  readonly action: string;
  /** The request id. */
  readonly id: string;
  /** The absolute URL. */
  readonly url: string;
  /** The method, in upper case. */
  readonly method: string;
  /** The call's target, or `null`. */
  readonly target: string | null;
  /** Explicit data. */
  readonly data: Readonly<Record<string, unknown>>;
  /** The fields of the form, the submitter's included; `null` without a form. They are changed here. */
  readonly fields: FormData | null;
  /** The encoding the form asks for. */
  readonly enctype: string;
  /** How many hand-overs led to the call. */
  readonly depth: number;
}

/** What is sent. */
export interface Payload {
  /** The URL, with the fields of a GET form as its query. */
  readonly url: string;
  /** The headers. */
  readonly headers: Record<string, string>;
  /** The body; `undefined` has none. */
  readonly body: FormData | URLSearchParams | string | undefined;
  /** Whether the body holds a file. */
  readonly hasFile: boolean;
}

/**
 * Decides what is sent.
 *
 * @throws {RangeError} When a GET cannot carry the data.
 * @throws {TypeError} When data cannot be written as JSON.
 */
export function buildPayload(source: PayloadSource): Payload {
  const { action, id, method, target, data, fields, enctype, depth } = source;
  const parts = fields ?? new FormData();
  let hasParts = false;
  // Without a prototype, so that no name is more than a name.
  const plain: Record<string, unknown> = Object.create(null);
  for (const [name, value] of Object.entries(data)) {
    // Data beats a field of the same name, whoever reads it.
    parts.delete(name);
    // Files of a list repeat its name, as those of one file field do.
    // The `FileList` of a control is not an array.
    const list = (value as ArrayLike<unknown> | null)?.[0] instanceof Blob
      ? Array.from(value as ArrayLike<unknown>)
      : [value].flat();
    if (!list.some((item) => item instanceof Blob)) {
      plain[name] = value;
      continue;
    }
    hasParts = true;
    for (const item of list) parts.append(name, item instanceof Blob ? item : `${item}`);
  }
  const json = JSON.stringify(plain);
  const escaped = toAscii(json);
  const short = escaped.length <= DATA_HEADER_BYTES;
  const get = method === "GET";
  if (get && (hasParts || !short)) {
    throw new RangeError(
      `Cannot call action "${action}": a GET carries no file and ${DATA_HEADER_BYTES} bytes`,
    );
  }
  const headers: Record<string, string> = { Accept: EVENT_STREAM };
  headers[REQUESTED_WITH_HEADER] = "XMLHttpRequest";
  headers[ACTION_HEADER] = action;
  headers[REQUEST_ID_HEADER] = id;
  if (json !== "{}" && short) headers[DATA_HEADER] = escaped;
  // A header is bytes. The percent sign is encoded too, so that the server can decode without a doubt.
  if (target) headers[TARGET_HEADER] = target.replace(/[^ -$&-~]+/g, encodeURIComponent);
  if (depth) headers[SWITCH_DEPTH_HEADER] = `${depth}`;

  const url = new URL(source.url);
  url.hash = "";
  let body: Payload["body"];
  let hasFile = false;
  if (get) {
    if (fields) url.search = `${toParams(fields)}`;
  } else if (fields || hasParts) {
    if (!short) parts.append(DATA_FIELD, json);
    if (hasParts || /^multipart/i.test(enctype)) {
      body = parts;
      // Only a file has a name; the one that stands for none has an empty one.
      hasFile = [...parts.values()].some((value) => (value as Partial<File>).name);
    } else body = toParams(parts);
  } else if (!short) {
    headers["Content-Type"] = JSON_TYPE;
    body = json;
  }
  return { url: url.href, headers, body, hasFile };
}

/** JSON in ASCII, so that it may stand in a header. */
export function toAscii(json: string): string {
  return json.replace(/[\x7f-\uffff]/g, (unit) => (0x10000 + unit.charCodeAt(0)).toString(16).replace("1", "\\u"));
}

/** Fields as a query or a body without files, with the line breaks and file names a browser sends (HTML, 4.10.22.7). */
export function toParams(fields: FormData): URLSearchParams {
  const params = new URLSearchParams();
  for (const [name, value] of fields) {
    // Only a file has a name.
    params.append(crlf(name), crlf((value as Partial<File>).name ?? `${value}`));
  }
  return params;
}

const crlf = (text: string): string => text.replace(/\r\n?|\n/g, "\r\n");
