/** The application as a handler, for `main.ts` and for tests. */
import { createHandler, type Handler } from "@hyper/actions";
import { AuditBackend, recordRefusal } from "./audit.ts";
import { userOf } from "./session.ts";

/** Allows scripts and styles from files of this site only: injected markup cannot run. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  // The policy of the browser runtime.
  "trusted-types hyper",
].join("; ");

/** Makes the application. */
export function createApp(): Handler {
  const handler = createHandler({
    baseDir: import.meta.dirname,
    // On every response, including errors and files.
    headers: { "content-security-policy": POLICY },
    // Records every action in the audit log, whatever its outcome.
    backends: [new AuditBackend()],
    // Existing sessions only: a client cannot make up principals, each with its own share.
    principal: (request) => userOf(request)?.session ?? null,
  });
  handler.signals.formValidationFailed.connect(recordRefusal);
  return handler;
}
