// Timers that web standards lack.
import { setImmediate } from "node:timers";

/** Calls a function once pending input and output are handled, sooner than `setTimeout(callback, 0)`. */
export function runAfterIo(callback: () => void): void {
  setImmediate(callback);
}
