// Reads answers: the kind of answer by its head, its data, and the effect of its events.
import { EVENT_STREAM } from "./names.ts";
import type { Issues } from "./patch.ts";
import type { Site } from "./site.ts";
import { own, text, type Wire } from "./wire.ts";

/** The head of an answer, and its body, as `fetch` returns it or an upload imitates it. */
export type Answer = Pick<Response, "status" | "ok" | "url" | "redirected" | "body"> & {
  readonly headers: Pick<Headers, "get">;
};

/** The part of an outcome that describes an error. */
export interface Failure {
  /** The kind of outcome. */
  readonly kind: "error";
  /** The HTTP status, or that of an `error` event. */
  readonly status: number;
  /** The server's message; empty without one. */
  readonly message: string;
  /** Messages by field path. */
  readonly issues: Issues;
}

// Arrow functions are shorter in the bundle of the runtime.
const typeOf = ({ headers }: Answer): string => `${headers.get("content-type")}`.toLowerCase();
/**
 * Returns whether an answer is an HTML document. One that a redirect has led to is a page to open, such as the sign-in page of a
 * session that has ended.
 */
export const isHtml = (answer: Answer): boolean => typeOf(answer).startsWith("text/html");

/** Returns whether an answer is an event stream. A file to be saved is not, whatever its type. */
export const isStream = (answer: Answer): boolean =>
  typeOf(answer).startsWith(EVENT_STREAM) && !answer.headers.get("content-disposition");

/**
 * Returns whether an answer does not count: the connection is lost.
 *
 * An answer of another origin, after a redirect, must not change the page; only a document is opened, by the browser. After a stream has been open, an answer with `Retry-After`, or the error of a proxy
 * while the server starts, does not count either.
 *
 * @param answer The answer.
 * @param url The URL that the call was sent to.
 * @param wasOpen `true` if an earlier attempt of the call received a stream.
 */
export function isLost(answer: Answer, url: string, wasOpen: boolean): unknown {
  const { status, headers } = answer;
  // The origin first: reading a header that another site does not expose is an error on the console. An answer that a script of
  // the page has made has no URL.
  return new URL(answer.url || url).origin !== new URL(url).origin && !isHtml(answer) ||
    wasOpen && (headers.get("retry-after") || status > 501 && !isStream(answer));
}

/**
 * Returns the data in the body of an answer that is not an event stream.
 *
 * @throws {SyntaxError} When the body should be JSON and is not.
 */
export function dataOf(answer: Answer, body: string): unknown {
  if (/^[^;]*json/.test(typeOf(answer))) return JSON.parse(body);
  return (answer.ok || !isHtml(answer)) && body || null;
}

/** Returns a failure. The issues of our server are lists of messages by field; those of another server are passed unchanged. */
export const fail = (status: number, message?: unknown, issues?: unknown): Failure => ({
  kind: "error",
  status,
  message: text(message) ?? "",
  issues: own(issues) as Issues,
});

/**
 * Returns the failure of an answer that is not an event stream, by its data: a problem document (RFC 9457), or words. Other texts,
 * such as XML, are not written for users; of a long one the beginning is.
 */
export function failureOf(answer: Answer, data: unknown): Failure {
  const { detail, title, issues } = own(data);
  const words = /^(text\/plain|[^;]*json)/.test(typeOf(answer)) && text(data)?.slice(0, 1000);
  return fail(answer.status, words || (detail ?? title), issues);
}

/** Returns whether an event is a checkpoint of a call. */
export function isCheckpointOf(id: string, event: string, mark: string): unknown {
  // The id of a request is letters, digits, dashes and points.
  return event === "checkpoint" && mark.match(`^${id}:checkpoint:\\w[\\w.-]*$`);
}

/** Returns where a `redirect` event leads: to a page of this site, or of another site with `external`; else `null`. */
export function redirectUrl({ url, external }: Wire, page: Site): URL | null {
  const to = typeof url === "string" ? URL.parse(url, page.href) : null;
  return /^http/.test(`${to}`) && (external === true || to?.origin === page.origin) ? to : null;
}
