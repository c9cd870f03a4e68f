// Responses of this library that set no cookie, and whose headers nothing reads or changes.
//
// Deno.serve prepares the head of a response when it is created, and drops it when `headers` is read: the head is then made a second
// time, and costs as much as a small page.

/** The responses, for as long as they live. */
const plain = new WeakSet<Response>();

/** Notes that a response sets no cookie. */
export function notePlainHead(response: Response): Response {
  plain.add(response);
  return response;
}

/** Returns whether a response is known to set no cookie, without reading its headers. */
export function hasPlainHead(response: Response): boolean {
  return plain.has(response);
}

/** Forgets what is noted of a response whose headers may have changed: the application has had it. */
export function forgetPlainHead(response: Response): void {
  plain.delete(response);
}
