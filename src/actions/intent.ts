// Intents: the action that a request asks for and the format of its response, read from the URL and the headers.

import { accepts } from "@std/http/negotiation";
import { InputError } from "../errors.ts";
import {
  ACTION_FIELD,
  ACTION_HEADER,
  EVENT_STREAM,
  FORM_ENDPOINT,
  JSON_TYPE,
  LAST_EVENT_ID_HEADER,
  LOCATION_HEADER,
  LOCATION_HEADER_BYTES,
  REGIONS_HEADER,
  REQUEST_ID_HEADER,
  REQUEST_ID_PATTERN,
  SWITCH_DEPTH_HEADER,
  TARGET_HEADER,
  VALIDATE_HEADER,
  VALIDATE_HEADER_BYTES,
} from "../protocol/names.ts";
import { SWITCH_DEPTH_LIMIT } from "../protocol/switch.ts";

/**
 * The receiver of the response: a browser that loads a document, the browser runtime that reads events, or a program
 * that reads data.
 */
export type Audience = "document" | "runtime" | "data";

/** Returns whether the receiver is a program, which shows no page. */
export function isProgram(audience: Audience): boolean {
  return audience === "data";
}

/** Facts of every request, whether it names an action or not. */
export interface IntentFacts {
  /** The receiver of the response. */
  readonly audience: Audience;
  /** ID of the call, the same for all its retries; `null` if the client sent none. */
  readonly requestId: string | null;
  /** The target of the call, decoded; `null` if the client sent none. The client chooses it. */
  readonly target: string | null;
  /** The number of switches that led to this call, 0 to 4. */
  readonly switchDepth: number;
  /** ID of the last event that the client received; `null` if it sent none or an invalid one. */
  readonly lastEventId: string | null;
  /** Path and query of the address bar, which the client chooses; `null` if it sent none or an invalid one. */
  readonly location: string | null;
  /** The regions on the page of the client, as it lists them; `null` if it sent none. */
  readonly regions: string | null;
  /** The names of the fields that the request asks to validate, and nothing else; `null` for any other request. */
  readonly validates: readonly string[] | null;
}

/** The part of a request that is known before its body is read: the action, and the format of the response. */
export type Intent =
  | (IntentFacts & {
    /** The URL is that of a form: `/_next/form/<uid>/`. The method is checked later. */
    readonly kind: "endpoint";
    /** The part of the URL in the place of the UID, as sent. */
    readonly uid: string;
  })
  | (IntentFacts & {
    readonly kind: "named";
    /** The name of the action, as sent. */
    readonly name: string;
    /** The source of the name. */
    readonly via: "header" | "query";
  })
  | (IntentFacts & {
    /** Neither URL nor header names an action; a field of the body may. */
    readonly kind: "none";
  });

/** Maximum length of an `Accept` header. Browsers send a tenth of it; negotiation takes more than linear time. */
const ACCEPT_LENGTH = 2_048;
/** Maximum length of a target. */
const TARGET_LENGTH = 1_024;

// The characters of an event ID; those of this library are printable ASCII.
const EVENT_ID = /^[\x21-\x7e]{1,256}$/;
// A path and a query, as a browser encodes them. A second slash would begin a host.
const ADDRESS = /^\/(?!\/)[\x21-\x7e]*$/;

/**
 * Reads the intent of a request.
 *
 * `X-Hyper-Action` names the action, also at the URL of a form: the browser is at that URL after it posted an invalid
 * form without scripts. Then the URL is used, then the first `_action` of the query; an empty name is ignored.
 *
 * The audience is the format that `Accept` prefers among HTML, `text/event-stream` and `application/json`; on a tie the
 * more specific one, then the first of this list. Without a match it is a document.
 *
 * The answer to a request that asks to validate is data, whatever it accepts.
 *
 * @throws {InputError} With status 400 if the request ID, the target, the switch depth or the list of fields to validate is
 *   invalid; with status 431 if `Accept`, the target or the list is too long.
 */
export function readIntent(request: Pick<Request, "headers">, url: URL): Intent {
  const { headers } = request;
  const validates = readValidates(headers.get(VALIDATE_HEADER));
  const facts: IntentFacts = {
    audience: validates === null ? readAudience(request) : "data",
    requestId: readRequestId(headers.get(REQUEST_ID_HEADER)),
    target: readTarget(headers.get(TARGET_HEADER)),
    switchDepth: readSwitchDepth(headers.get(SWITCH_DEPTH_HEADER)),
    lastEventId: readLastEventId(headers.get(LAST_EVENT_ID_HEADER)),
    location: readLocation(headers.get(LOCATION_HEADER)),
    regions: headers.get(REGIONS_HEADER),
    validates,
  };

  const header = headers.get(ACTION_HEADER);
  if (header) return { kind: "named", name: header, via: "header", ...facts };
  const uid = uidOfEndpoint(url);
  if (uid !== null) return { kind: "endpoint", uid, ...facts };
  const query = url.search.includes(ACTION_FIELD) ? url.searchParams.get(ACTION_FIELD) : null;
  if (query) return { kind: "named", name: query, via: "query", ...facts };
  return { kind: "none", ...facts };
}

/**
 * Returns an intent without an action, for a request that is rejected before its intent is read. The runtime and
 * programs still receive the error in the format they accept.
 */
export function plainIntent(request: Pick<Request, "headers">): Intent {
  return {
    kind: "none",
    audience: plainAudience(acceptOf(request)) ?? "document",
    requestId: null,
    target: null,
    switchDepth: 0,
    lastEventId: null,
    location: null,
    regions: null,
    validates: null,
  };
}

/**
 * Returns the intent of a request that a backend has made of another one. A request that only asks to validate cannot become one
 * that runs the action, whatever headers the backend has kept.
 */
export function intentOfReplaced(intent: Intent, { validates }: Intent): Intent {
  return validates === null ? intent : { ...intent, validates, audience: "data" };
}

/** Returns the UID part of a form's URL, with or without a trailing slash; `null` for any other URL. */
export function uidOfEndpoint({ pathname: path }: Pick<URL, "pathname">): string | null {
  if (!path.startsWith(FORM_ENDPOINT)) return null;
  const rest = path.slice(FORM_ENDPOINT.length);
  const uid = rest.endsWith("/") ? rest.slice(0, -1) : rest;
  return uid === "" || uid.includes("/") ? null : uid;
}

function readAudience(request: Pick<Request, "headers">): Audience {
  const header = acceptOf(request);
  const plain = plainAudience(header);
  if (plain !== null) return plain;
  if (header.length > ACCEPT_LENGTH) {
    throw new InputError(431, `Cannot read Accept: ${header.length} characters, ${ACCEPT_LENGTH} at most`);
  }
  // The `Accept` header of a navigation returns here.
  if (!/event-stream|json|application\/\*/i.test(header)) return "document";
  switch (accepts(request, "text/html", EVENT_STREAM, JSON_TYPE)) {
    case EVENT_STREAM:
      return "runtime";
    case JSON_TYPE:
      return "data";
    default:
      return "document";
  }
}

/** Returns the `Accept` header; without one, any type is accepted (RFC 9110, 12.5.1). */
function acceptOf({ headers }: Pick<Request, "headers">): string {
  return headers.get("accept") ?? "*/*";
}

/** Returns the audience for an `Accept` header of one type, as the runtime and programs send it; `null` for any other. */
function plainAudience(header: string): Audience | null {
  switch (header) {
    case "*/*":
      return "document";
    case EVENT_STREAM:
      return "runtime";
    case JSON_TYPE:
      return "data";
    default:
      return null;
  }
}

function readRequestId(header: string | null): string | null {
  if (header === null || REQUEST_ID_PATTERN.test(header)) return header;
  throw new InputError(400, `Cannot read ${REQUEST_ID_HEADER}: it takes 1 to 128 letters, digits, ".", "_" and "-"`);
}

function readTarget(header: string | null): string | null {
  if (header === null || header === "") return null;
  if (header.length > TARGET_LENGTH) {
    throw new InputError(431, `Cannot read ${TARGET_HEADER}: ${header.length} characters, ${TARGET_LENGTH} at most`);
  }
  const target = decodeTarget(header);
  if (/[^\x20-\x7e]/.test(header) || target === null || /\p{Cc}/u.test(target)) {
    throw new InputError(400, `Cannot read ${TARGET_HEADER}: it is not percent-encoded text`);
  }
  return target;
}

/** Decodes the escapes. A `%` that does not start one is kept, as in the selector `[style="width:50%"]`. */
function decodeTarget(header: string): string | null {
  try {
    return header.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) => decodeURIComponent(escapes));
  } catch {
    // The escapes are not UTF-8; the caller rejects the header.
    return null;
  }
}

/** Reads the names of the fields to validate. A header without a name is an error, not a request of another kind. */
function readValidates(header: string | null): readonly string[] | null {
  if (header === null) return null;
  if (header.length > VALIDATE_HEADER_BYTES) {
    throw new InputError(
      431,
      `Cannot read ${VALIDATE_HEADER}: ${header.length} bytes, ${VALIDATE_HEADER_BYTES} at most`,
    );
  }
  const names = header.split(",").map((name) => decodeName(name.trim())).filter((name) => name !== "");
  if (names.length === 0) {
    throw new InputError(400, `Cannot read ${VALIDATE_HEADER}: it names no field; send names separated by commas`);
  }
  return names;
}

function decodeName(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch (cause) {
    throw new InputError(400, `Cannot read ${VALIDATE_HEADER}: "${name}" is not percent-encoded text`, null, { cause });
  }
}

function readSwitchDepth(header: string | null): number {
  if (header === null) return 0;
  if (!/^(?:0|[1-9][0-9]{0,3})$/.test(header)) {
    throw new InputError(
      400,
      `Cannot read ${SWITCH_DEPTH_HEADER}: it is not an integer of up to four digits; omit the header if no switch led to this call`,
    );
  }
  const depth = Number(header);
  if (depth > SWITCH_DEPTH_LIMIT) {
    throw new InputError(400, `Cannot switch again: ${depth} switches led to this call, ${SWITCH_DEPTH_LIMIT} at most`);
  }
  return depth;
}

function readLastEventId(header: string | null): string | null {
  return header !== null && EVENT_ID.test(header) ? header : null;
}

/** Ignores an invalid address: the page of a form is known without it. */
function readLocation(header: string | null): string | null {
  return header !== null && header.length <= LOCATION_HEADER_BYTES && ADDRESS.test(header) ? header : null;
}
