/** The stand-in for `@std/crypto/timing-safe-equal`. */
import { timingSafeEqual as timingSafeEqual_ } from "deno-std/crypto/timing_safe_equal.js";

export const timingSafeEqual: (
  a: ArrayBufferView | ArrayBufferLike | DataView,
  b: ArrayBufferView | ArrayBufferLike | DataView,
) => boolean = timingSafeEqual_;
