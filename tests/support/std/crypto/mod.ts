/** The working copy's stand-in for `@std/crypto`: what we use of it, typed as the real package documents it. */
export { crypto } from "./crypto.ts";
export { timingSafeEqual } from "./timing_safe_equal.ts";
