/**
 * What a request asks for, read from its URL and headers alone: which action, how it was named, and which answer the sender
 * understands.
 *
 * @module
 */

import { accepts } from "@std/http/negotiation";
import { InputError } from "../errors.ts";
import {
  ACTION_FIELD,
  ACTION_HEADER,
  EVENT_STREAM,
  FORM_ENDPOINT,
  JSON_TYPE,
  LAST_EVENT_ID_HEADER,
  REQUEST_ID_HEADER,
  REQUEST_ID_PATTERN,
  SWITCH_DEPTH_HEADER,
  TARGET_HEADER,
} from "../protocol/names.ts";
import { SWITCH_DEPTH_LIMIT } from "../protocol/switch.ts";

/** Who waits for the answer: a browser for a document, our runtime for a stream of events, a program for data. */
export type Audience = "document" | "runtime" | "data";

/** What every request says about itself. */
export interface IntentFacts {
  /** Which answer the sender understands. */
  readonly audience: Audience;
  /** The id of the call, the same in its retries; `null` where none was sent. */
  readonly requestId: string | null;
  /** The target of the call, decoded; `null` where none was sent. It is the visitor's text. */
  readonly target: string | null;
  /** How many hand-overs led here, 0 to 4. */
  readonly switchDepth: number;
  /** The last event a stream had passed. A hint: `null` where none was sent, or what was sent is none. */
  readonly lastEventId: string | null;
}

/** What a request asks for. */
export type Intent =
  | (IntentFacts & {
    /** The URL is that of a form: `/_next/form/<uid>/`. Which method was used is for the endpoint to judge. */
    readonly kind: "endpoint";
    /** What stands in the URL for the UID, as it was sent. */
    readonly uid: string;
  })
  | (IntentFacts & {
    readonly kind: "named";
    /** The action's name, as it was sent: any text. */
    readonly name: string;
    /** Whether the header named it or, without one, the query. */
    readonly via: "header" | "query";
  })
  | (IntentFacts & {
    /** Neither URL nor header names an action; a field of the body still may. */
    readonly kind: "none";
  });

/** An `Accept` header longer than this is refused: no browser sends a tenth of it, and negotiation is not linear. */
const ACCEPT_LENGTH = 2_048;
/** A target longer than this is refused. */
const TARGET_LENGTH = 1_024;

// What an id of an event may be: our own are printable ASCII.
const EVENT_ID = /^[\x21-\x7e]{1,256}$/;

/**
 * Reads what a request asks for.
 *
 * The header `X-Hyper-Action` names the action: also at the URL of a form's endpoint, which is where a page stands whose form
 * was refused without scripts. Else that URL does, else the query's first `_action`; an empty name is none. A body is not
 * looked at.
 *
 * The audience is what `Accept` prefers among HTML, `text/event-stream` and `application/json`; where two are as welcome, the more
 * precisely named one, else the first in this order. No header, `*` and a list with none of the three mean a document.
 *
 * @param request The request, of which only headers are read.
 * @param url Its canonical URL.
 * @returns What is asked for.
 * @throws {InputError} With status 400 when the request id, the target or the depth is not what the protocol says; with
 *   status 431 when `Accept` or the target is too long.
 */
export function readIntent(request: Pick<Request, "headers">, url: URL): Intent {
  const { headers } = request;
  const facts: IntentFacts = {
    audience: readAudience(request),
    requestId: readRequestId(headers.get(REQUEST_ID_HEADER)),
    target: readTarget(headers.get(TARGET_HEADER)),
    switchDepth: readSwitchDepth(headers.get(SWITCH_DEPTH_HEADER)),
    lastEventId: readLastEventId(headers.get(LAST_EVENT_ID_HEADER)),
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
 * What may be assumed of a request that is refused before its intent is read: our runtime and programs that want data still
 * get an answer they understand.
 *
 * @param request The request, of which only `Accept` is compared.
 * @returns An intent that asks for nothing.
 */
export function plainIntent(request: Pick<Request, "headers">): Intent {
  const header = request.headers.get("accept");
  const audience = header === EVENT_STREAM ? "runtime" : header === JSON_TYPE ? "data" : "document";
  return { kind: "none", audience, requestId: null, target: null, switchDepth: 0, lastEventId: null };
}

/** What stands for the UID in a form's URL, with its closing slash or without; `null` where the URL is another. */
export function uidOfEndpoint({ pathname: path }: Pick<URL, "pathname">): string | null {
  if (!path.startsWith(FORM_ENDPOINT)) return null;
  const rest = path.slice(FORM_ENDPOINT.length);
  const uid = rest.endsWith("/") ? rest.slice(0, -1) : rest;
  return uid === "" || uid.includes("/") ? null : uid;
}

function readAudience(request: Pick<Request, "headers">): Audience {
  const header = request.headers.get("accept");
  if (header === null || header === "*/*") return "document";
  if (header === EVENT_STREAM) return "runtime";
  if (header === JSON_TYPE) return "data";
  if (header.length > ACCEPT_LENGTH) {
    throw new InputError(431, `Cannot read Accept: ${header.length} characters, ${ACCEPT_LENGTH} at most`);
  }
  // What a browser sends with a navigation ends here.
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

/** Decodes the escapes; a `%` that begins none stands for itself, as in the selector `[style="width:50%"]`. */
function decodeTarget(header: string): string | null {
  try {
    return header.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) => decodeURIComponent(escapes));
  } catch {
    // A URIError says no more than that the escapes are not UTF-8, and that is the answer.
    return null;
  }
}

function readSwitchDepth(header: string | null): number {
  if (header === null) return 0;
  if (!/^(?:0|[1-9][0-9]{0,3})$/.test(header)) {
    throw new InputError(400, `Cannot read ${SWITCH_DEPTH_HEADER}: it is no number of hand-overs`);
  }
  const depth = Number(header);
  if (depth > SWITCH_DEPTH_LIMIT) {
    throw new InputError(400, `Cannot hand over again: ${depth} hand-overs led here, ${SWITCH_DEPTH_LIMIT} at most`);
  }
  return depth;
}

function readLastEventId(header: string | null): string | null {
  return header !== null && EVENT_ID.test(header) ? header : null;
}
