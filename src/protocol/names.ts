/**
 * The words that server and browser must agree on: headers, hidden fields, attributes, event names, content types.
 *
 * Nothing here does anything, and nothing here imports anything, so that both sides can read it.
 *
 * @module
 */

/** Names the action of a request (seed 000, "Server-Side Action Detection"). */
export const ACTION_HEADER = "X-Hyper-Action";
/** Carries explicit data as ASCII JSON, at most {@linkcode DATA_HEADER_BYTES} of it. */
export const DATA_HEADER = "X-Hyper-Data";
/** The call's target, percent-encoded where it is not ASCII, for the handler to read. */
export const TARGET_HEADER = "X-Hyper-Target";
/** The id of one call, kept over its retries: the key under which a mutation runs once. */
export const REQUEST_ID_HEADER = "X-Hyper-Request-ID";
/** How many hand-overs (`switch_action`) led to this request. */
export const SWITCH_DEPTH_HEADER = "X-Hyper-Switch-Depth";
/** Set to `1` by the server on an answer that goes on: a generator or a live topic. */
export const STREAM_HEADER = "X-Hyper-Stream";
/** Set to `XMLHttpRequest` by the runtime, for servers and proxies that tell the two kinds of request apart by it. */
export const REQUESTED_WITH_HEADER = "X-Requested-With";
/** The last checkpoint a stream has passed (HTML, 9.2.4). */
export const LAST_EVENT_ID_HEADER = "Last-Event-ID";

/** Names the action in the query or in the body. */
export const ACTION_FIELD = "_action";
/** The page file a form was rendered by (seed 004, "Origin Page Validation"). */
export const ORIGIN_PAGE_FIELD = "_next_form_page";
/** The path and query a form was rendered under. */
export const ORIGIN_URL_FIELD = "_next_form_origin";
/** Tells apart several copies of one form on a page. */
export const INSTANCE_FIELD = "_next_form_instance";
/** Rendered fresh into every form: the key under which a post without scripts runs once. */
export const ONCE_FIELD = "_hyper_once";
/** Explicit data that is too long for its header, beside the fields of a form. */
export const DATA_FIELD = "_hyper_data";

/** Every protocol field: left out of what a handler gets. Any other name that begins with `_` is an ordinary field. */
export const PROTOCOL_FIELDS: ReadonlySet<string> = new Set([
  ACTION_FIELD,
  ORIGIN_PAGE_FIELD,
  ORIGIN_URL_FIELD,
  INSTANCE_FIELD,
  ONCE_FIELD,
  DATA_FIELD,
]);

/** Where forms are posted: this, the UID, a slash (seed 004, "Overview"). */
export const FORM_ENDPOINT = "/_next/form/";
/** Where the handler serves the browser runtime. */
export const CLIENT_PATH = "/_hyper/client.js";

/** Marks a form that the runtime takes over; holds the action's name. */
export const FORM_ATTRIBUTE = "data-hyper-form";

/** The longest data header the runtime sends, in bytes after escaping; more than this goes into the body. */
export const DATA_HEADER_BYTES = 4096;

/** The content type of an event stream. */
export const EVENT_STREAM = "text/event-stream";
/** The content type of data. */
export const JSON_TYPE = "application/json";
/** The content type of a refusal told as data (RFC 9457). */
export const PROBLEM_TYPE = "application/problem+json";

/** What a request id looks like. */
export const REQUEST_ID_PATTERN: RegExp = /^[A-Za-z0-9._-]{1,128}$/;
/** What a checkpoint's name looks like. */
export const CHECKPOINT_PATTERN: RegExp = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** How the id of an event begins that came from a topic. */
export const LIVE_ID_PREFIX = "live:";
/** What such an id looks like: where in the topic the event stands, whoever the reader is. */
export const LIVE_ID_PATTERN: RegExp = /^live:[\x21-\x7e]{1,250}$/;
/** How many characters of a request id tell others who has caused a change; what follows them is nobody else's to know. */
export const TAB_ID_CHARS = 16;
