/** The application as a handler, for `main.ts` and for the tests. */
import { createHandler, type Handler } from "@hyper/actions";
import { AuditBackend, recordRefusal } from "./audit.ts";
import { INVOICES, whenInvoicesChange } from "./invoices.ts";
import { userOf } from "./session.ts";

/** Allows only the scripts and styles of this site, so that inserted markup cannot run code. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  // The Trusted Types policy of the browser runtime.
  "trusted-types hyper",
].join("; ");

/** Creates the application. */
export function createApp(): Handler {
  const handler = createHandler({
    baseDir: import.meta.dirname,
    // Headers of every response, including errors and files.
    headers: { "content-security-policy": POLICY },
    // Writes every action to the audit log, for every outcome.
    backends: [new AuditBackend()],
    // Only an existing session, so that clients cannot invent principals with their own limits.
    principal: (request) => userOf(request)?.session ?? null,
  });
  handler.signals.formValidationFailed.connect(recordRefusal);
  // Also for what a job does, which runs without a request: every open page shows it.
  whenInvoicesChange(() => handler.changed(INVOICES));
  return handler;
}
