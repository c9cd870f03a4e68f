/** The application as a handler, for `main.ts` and for tests. */
import { createHandler, type Handler } from "@hyper/actions";

/** Allows scripts and styles from files of this site only, which is all that the browser runtime needs. */
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

/** Makes the application. */
export function createApp(): Handler {
  return createHandler({
    baseDir: import.meta.dirname,
    // One action accepts files, with its own limit. For all others no file is read, kept in memory or written to disk.
    limits: { files: 0 },
    headers: { "content-security-policy": POLICY, "x-content-type-options": "nosniff" },
  });
}
