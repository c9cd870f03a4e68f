/** The application as a handler, for `main.ts` and for the tests. */
import { createHandler, type Handler } from "@hyper/actions";

/** Allows only the scripts and styles of this site. The browser runtime needs nothing else. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types hyper",
].join("; ");

/** Creates the application. */
export function createApp(): Handler {
  return createHandler({
    baseDir: import.meta.dirname,
    // Only one action accepts files, and it sets its own limit.
    limits: { files: 0 },
    headers: { "content-security-policy": POLICY, "x-content-type-options": "nosniff" },
  });
}
