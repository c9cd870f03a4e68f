// Methods of HTTP.

/** The methods of what can only be read: pages, files, actions that are declared GET. */
export const READ_METHODS = "GET, HEAD";

/** Returns whether a method only reads: HEAD is a GET without its body (RFC 9110, 9.3.2). */
export function isReadMethod(method: string): boolean {
  return method === "GET" || method === "HEAD";
}

/**
 * Creates the response to OPTIONS (RFC 9110, 9.3.7).
 *
 * @param allow The other methods that the URL accepts.
 */
export function optionsResponse(allow: string): Response {
  return new Response(null, { status: 204, headers: { allow: `${allow}, OPTIONS` } });
}

/** Creates the response to a method that the URL does not accept (RFC 9110, 15.5.6). */
export function methodResponse(allow: string): Response {
  return new Response(null, { status: 405, headers: { allow } });
}
