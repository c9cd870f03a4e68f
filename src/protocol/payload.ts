// The request of a call: URL, headers and body, from the fields of a form and explicit data.
//
// Fields are sent as a browser sends them. Explicit data is sent as JSON, once, so that its types survive: in a header while it
// is short, else in the body. Files in data become parts of the body.
import {
  ACTION_HEADER,
  DATA_FIELD,
  DATA_HEADER,
  DATA_HEADER_BYTES,
  EVENT_STREAM,
  FORM_ENDPOINT,
  JSON_TYPE,
  REQUEST_ID_HEADER,
  REQUESTED_WITH_HEADER,
  SWITCH_DEPTH_HEADER,
  TARGET_HEADER,
} from "./names.ts";

/** The parts of a request. */
export interface PayloadSource {
  /** The name of the action, or the UID in the URL: see {@linkcode actionOfForm}. */
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
  /** The fields of the form, including those of the submitter; `null` without a form. `buildPayload()` changes them. */
  readonly fields: FormData | null;
  /** The attribute `enctype` of the form, or `formenctype` of its button; `null` without one. */
  readonly enctype: string | null;
  /** The number of switches that led to the call. */
  readonly depth: number;
}

/** A request. */
export interface Payload {
  /** The URL, with the fields of a GET form as its query. */
  readonly url: string;
  /** The headers. */
  readonly headers: Record<string, string>;
  /** The body; `undefined` without one. */
  readonly body: FormData | URLSearchParams | string | undefined;
  /** `true` if the body has a file. */
  readonly hasFile: boolean;
}

/**
 * Builds a request.
 *
 * @throws {RangeError} When a GET cannot carry the data.
 * @throws {TypeError} When data cannot be written as JSON.
 */
export function buildPayload(source: PayloadSource): Payload {
  const { action, id, method, target, data, fields, enctype, depth } = source;
  const parts = fields ?? new FormData();
  let hasParts = false;
  // Without a prototype, so that `__proto__` is a name like any other.
  const plain: Record<string, unknown> = Object.create(null);
  for (const [name, value] of Object.entries(data)) {
    // Data replaces a field of the same name, so that all readers of the request see the same.
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
  headers[REQUEST_ID_HEADER] = id;
  if (json !== "{}" && short) headers[DATA_HEADER] = escaped;
  // A header is bytes. The percent sign is encoded too, so that the server can decode all of it.
  if (target) headers[TARGET_HEADER] = target.replace(/[^ -$&-~]+/g, encodeURIComponent);
  if (depth) headers[SWITCH_DEPTH_HEADER] = `${depth}`;

  const url = new URL(source.url);
  url.hash = "";
  // A UID is not a name: the server finds the action by the URL.
  if (uidOf(url) !== action) headers[ACTION_HEADER] = action;
  let body: Payload["body"];
  let hasFile = false;
  if (get) {
    if (fields) url.search = `${toParams(fields)}`;
  } else if (fields || hasParts) {
    if (!short) parts.append(DATA_FIELD, json);
    if (hasParts || /^multipart\/form-data$/i.test(`${enctype}`)) {
      body = parts;
      // Only a file has a name; an empty file field has one without a name.
      hasFile = [...parts.values()].some((value) => (value as Partial<File>).name);
    } else {
      body = toParams(parts);
      // `fetch()` sets this content type for a string.
      if (/^text\/plain$/i.test(`${enctype}`)) body = toPlain(body);
    }
  } else if (!short) {
    headers["Content-Type"] = JSON_TYPE;
    body = json;
  }
  return { url: url.href, headers, body, hasFile };
}

/**
 * Returns the method of a form by its attribute, or that of its button. An empty or unknown value is `get` (HTML, 4.10.19.6).
 *
 * @returns `null` without an attribute: a form of an action is posted then.
 */
export const formMethod = (attribute: string | null): string | null =>
  attribute?.replace(/^(?!(post|dialog)$).*/is, "get").toLowerCase() ?? null;

/**
 * Returns the action that a form is sent to: the one that its button names; else the UID in the URL of its button, if that is the
 * URL of a form and not that of this one; else the one that the form names.
 */
export const actionOfForm = (named: string | null, formNamed: string, url: URL, formUrl: URL | null): string =>
  named ?? (url.pathname === formUrl?.pathname ? null : uidOf(url)) ?? formNamed;

const uidOf = ({ pathname }: URL): string | undefined => pathname.match(`^${FORM_ENDPOINT}([^/]+)/?$`)?.[1];

/** Encodes fields as `text/plain` (HTML, 4.10.22.8). */
export const toPlain = (fields: URLSearchParams): string =>
  Array.from(fields, ([name, value]) => `${name}=${value}\r\n`).join("");

/** Escapes JSON to ASCII, for a header. */
export function toAscii(json: string): string {
  return json.replace(/[\x7f-\uffff]/g, (unit) => (0x10000 + unit.charCodeAt(0)).toString(16).replace("1", "\\u"));
}

/** Encodes fields as a query or a body without files, with the line breaks and file names that a browser sends (HTML, 4.10.22.7). */
export function toParams(fields: FormData): URLSearchParams {
  const params = new URLSearchParams();
  for (const [name, value] of fields) {
    // Only a file has a name.
    params.append(crlf(name), crlf((value as Partial<File>).name ?? `${value}`));
  }
  return params;
}

const crlf = (text: string): string => text.replace(/\r\n?|\n/g, "\r\n");
