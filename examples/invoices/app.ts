/** The application as a handler: what `main.ts` serves and what the tests ask. */
import { type ConnectionInfo, createHandler, type Handler } from "@hyper/actions";
import { AuditBackend, recordRefusal } from "./audit.ts";
import { userOf } from "./session.ts";

/** Scripts and styles are files of this site: nothing that gets into the text of a page can run. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  // The one policy of the browser runtime.
  "trusted-types hyper",
].join("; ");

/** What the tests and `main.ts` need of the handler. */
export interface App {
  (request: Request, info?: ConnectionInfo): Promise<Response>;
  /** Ends every stream and waits for them. */
  readonly close: Handler["close"];
}

/** Makes the application. */
export function createApp(): App {
  const handler = createHandler({
    baseDir: import.meta.dirname,
    // Every action goes through the audit log, whatever comes of it.
    backends: [new AuditBackend()],
    // Two visitors who happen to send the same thing under the same id are still two.
    principal: (request) => userOf(request)?.session ?? null,
  });
  handler.signals.formValidationFailed.connect(recordRefusal);

  const answer = async (request: Request, info?: ConnectionInfo): Promise<Response> => {
    const response = await handler(request, info);
    // A new one: the headers of `Response.redirect()` cannot be changed.
    const guarded = new Response(response.body, response);
    guarded.headers.set("content-security-policy", POLICY);
    return guarded;
  };
  return Object.assign(answer, { close: handler.close });
}
