/**
 * Failures of a call, told to the page and to who looks at it.
 *
 * @module
 */
import { showFailure } from "../page/announce.ts";
import { type ActiveCall, tell } from "./call.ts";
import { ConnectionError } from "./send.ts";
import { words } from "../page/words.ts";

/** Tells the page that something was thrown, and says so on it unless the page says it itself. */
export function reportException(activeCall: ActiveCall, error: unknown): void {
  if (tell("requestException", activeCall, { error })) {
    say(activeCall, error instanceof ConnectionError ? words().networkError : "");
  }
}

/** Says on the page that a call failed, and offers the same call, with the same id, again. */
export function say({ key, sourceEl, again }: ActiveCall, message: string): void {
  showFailure(key, message, sourceEl, again);
}
