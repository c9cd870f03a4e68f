/** The application as a handler: what `main.ts` serves and what the tests ask. */
import { createHandler, type Handler } from "@hyper/actions";

/** Scripts and styles are files of this site, and nothing else runs: what the browser runtime needs, and no more. */
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
    // One action takes files, and says so itself: nobody else's are read, kept in memory or written to a disk.
    limits: { files: 0 },
    headers: { "content-security-policy": POLICY, "x-content-type-options": "nosniff" },
  });
}
