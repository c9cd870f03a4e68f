// The names that server and browser share: headers, hidden fields, attributes, content types, and the patterns of ids.
//
// This file imports nothing, so that both sides can import it.

/** Names the action of a request (seed 000, "Server-Side Action Detection"). */
export const ACTION_HEADER = "X-Hyper-Action";
/** Carries explicit data as ASCII JSON, at most {@linkcode DATA_HEADER_BYTES} of it. */
export const DATA_HEADER = "X-Hyper-Data";
/** The call's target, percent-encoded where it is not ASCII, for the handler to read. */
export const TARGET_HEADER = "X-Hyper-Target";
/** The id of one call, the same in its retries: the idempotency key of a mutation. */
export const REQUEST_ID_HEADER = "X-Hyper-Request-ID";
/** The number of switches (`switch_action`) that led to the request. */
export const SWITCH_DEPTH_HEADER = "X-Hyper-Switch-Depth";
/** The address bar at the time of a call: path and query, at most {@linkcode LOCATION_HEADER_BYTES} of them. */
export const LOCATION_HEADER = "X-Hyper-Location";
/** Set to `prefetch` by the runtime on the request of a page that the user may open. */
export const PURPOSE_HEADER = "X-Hyper-Purpose";
/** Set to `1` by the runtime on the request of a page that a layer shows, and on calls from a layer. */
export const LAYER_HEADER = "X-Hyper-Layer";
/**
 * The regions on the caller's page, as {@linkcode REGION_ATTRIBUTE} has them, separated by commas. Each begins with one
 * `>` for each region around it. `stale` if the list is too long.
 */
export const REGIONS_HEADER = "X-Hyper-Regions";
/**
 * The names of fields, percent-encoded and separated by commas: the request asks whether they are valid, and runs nothing. At most
 * {@linkcode VALIDATE_HEADER_BYTES} of them.
 */
export const VALIDATE_HEADER = "X-Hyper-Validate";
/** The path of the sign-in page, on an answer that requires a sign-in (401). */
export const SIGN_IN_HEADER = "X-Hyper-Sign-In";
/** Response header of a redirect whose form may not have been accepted: when the user comes back, it has what they entered. */
export const KEEP_INPUT_HEADER = "X-Hyper-Keep-Input";
/** Set to `1` by the server on an answer that lasts: a generator or a live topic. */
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
/** The idempotency key of a post without scripts; each rendered form has a new one. */
export const ONCE_FIELD = "_hyper_once";
/** Digest of the user that a form was rendered for, where its page has used the session. */
export const USER_FIELD = "_hyper_user";
/**
 * A cookie that scripts can read, with `__Host-` over https: another value after each sign-in, none without a user. Open tabs learn
 * from it that the user has changed.
 */
export const USER_COOKIE = "hyper_user";
/** A change of the rows of a formset, sent by the button of the change: `add lines`, `remove lines[2]`. */
export const ROWS_FIELD = "_hyper_rows";
/** Explicit data that is too long for its header, in a body with the fields of a form. */
export const DATA_FIELD = "_hyper_data";

/** All protocol fields. An action function does not get them. Any other name that begins with `_` is an ordinary field. */
export const PROTOCOL_FIELDS: ReadonlySet<string> = new Set([
  ACTION_FIELD,
  ORIGIN_PAGE_FIELD,
  ORIGIN_URL_FIELD,
  INSTANCE_FIELD,
  ONCE_FIELD,
  USER_FIELD,
  ROWS_FIELD,
  DATA_FIELD,
]);

/** The path of the endpoints of forms: this, the UID, a slash (seed 004, "Overview"). */
export const FORM_ENDPOINT = "/_next/form/";
/** The path of the browser runtime. */
export const CLIENT_PATH = "/_hyper/client.js";
/** The path of the base style. */
export const BASE_STYLE_PATH = "/_hyper/base.css";

/** Marks a form that the runtime takes over; holds the action's name. */
export const FORM_ATTRIBUTE = "data-hyper-form";

/** Marks the element around the rows of a formset; holds the prefix of the formset. */
export const ROWS_ATTRIBUTE = "data-hyper-rows";
/** Marks the element of a row; holds its index in the names of its fields. */
export const ROW_ATTRIBUTE = "data-hyper-row";
/** Marks an element that holds the number of its row, from 1. */
export const ROW_NUMBER_ATTRIBUTE = "data-hyper-row-number";

/** Marks the template of a prediction, in a form. Not `data-`, which sanitizers allow. */
export const OPTIMISTIC_ATTRIBUTE = "hyper-optimistic";

/** Marks a form whose fields depend on what is typed in others; holds a JSON list of the names of those, `[]` for any row. */
export const DEPENDS_ATTRIBUTE = "data-hyper-depends";

/** Marks the form of an undo, in a toast. */
export const UNDO_ATTRIBUTE = "data-hyper-undo";

/** Marks the root element of a region; holds its reference: name, instance and signature. */
export const REGION_ATTRIBUTE = "data-hyper-region";

/** Holds the number of pages that a region with `append` shows, if it is more than one. In a list it follows the reference: `;3`. */
export const PAGES_ATTRIBUTE = "data-hyper-pages";

/** The longest list of fields to validate, in bytes. */
export const VALIDATE_HEADER_BYTES = 4096;

/** The longest list of regions in a header, in bytes. */
export const REGIONS_HEADER_BYTES = 4096;
/** Maximum number of regions in a header. */
export const REGIONS_HEADER_ENTRIES = 100;
/** The value of {@linkcode REGIONS_HEADER} for a page with more regions. */
export const REGIONS_STALE = "stale";

/** The longest data header the runtime sends, in bytes after escaping; more than this goes into the body. */
export const DATA_HEADER_BYTES = 4096;

/** The longest address the runtime sends, in bytes. Proxies reject long headers, and the form names its page itself. */
export const LOCATION_HEADER_BYTES = 4096;

/** The content type of an event stream. */
export const EVENT_STREAM = "text/event-stream";
/** The content type of data. */
export const JSON_TYPE = "application/json";
/** The content type of an error as data (RFC 9457). */
export const PROBLEM_TYPE = "application/problem+json";

/** The pattern of request ids. */
export const REQUEST_ID_PATTERN: RegExp = /^[A-Za-z0-9._-]{1,128}$/;
/** The pattern of the names of checkpoints. */
export const CHECKPOINT_PATTERN: RegExp = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** The beginning of the id of an event that comes from a topic. */
export const LIVE_ID_PREFIX = "live:";
/** The pattern of such an id: a position in the topic, the same for all readers. */
export const LIVE_ID_PATTERN: RegExp = /^live:[\x21-\x7e]{1,250}$/;
/** The number of characters of a request id that other clients see. They identify the tab; the rest is secret. */
export const TAB_ID_CHARS = 16;
