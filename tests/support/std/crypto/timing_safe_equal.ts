/** The stand-in for `@std/crypto/timing-safe-equal`, typed as `crypto/timing_safe_equal.ts` of denoland/std has it. */
import { timingSafeEqual as timingSafeEqual_ } from "deno-std/crypto/timing_safe_equal.js";

export const timingSafeEqual: (
  a: ArrayBufferView | ArrayBufferLike | DataView,
  b: ArrayBufferView | ArrayBufferLike | DataView,
) => boolean = timingSafeEqual_;
