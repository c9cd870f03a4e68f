/** The application as a handler: what `main.ts` serves and what the tests ask. */
import { createHandler, type Handler } from "@hyper/actions";
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

/** Makes the application. */
export function createApp(): Handler {
  const handler = createHandler({
    baseDir: import.meta.dirname,
    // On every answer, errors and files included.
    headers: { "content-security-policy": POLICY },
    // Every action goes through the audit log, whatever comes of it.
    backends: [new AuditBackend()],
    // A session that exists: a stranger cannot make up principals, each with a share of its own.
    principal: (request) => userOf(request)?.session ?? null,
  });
  handler.signals.formValidationFailed.connect(recordRefusal);
  return handler;
}
