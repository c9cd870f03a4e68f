/**
 * Reports failures of a call to the page and the user.
 *
 * @module
 */
import { showFailure } from "../page/announce.ts";
import { type ActiveCall, emitCallEvent } from "./call.ts";
import { PartError, tryPart } from "../parts/load_part.ts";
import type { ErrorOutcome } from "./outcome.ts";
import { ConnectionError } from "./send.ts";
import { words } from "../page/words.ts";

/** The longest time of a timer, in milliseconds (HTML, 8.6). */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Fires `requestException`, and shows an alert unless a listener cancels the event. */
export function reportException(activeCall: ActiveCall, error: unknown): void {
  // A part that could not be loaded has its own message.
  if (emitCallEvent("requestException", activeCall, { error }) && !(error instanceof PartError)) {
    const isLost = error instanceof ConnectionError;
    showCallFailure(activeCall, isLost ? words().networkError : "", isLost);
  }
}

/** Shows why a call has failed: invalid input on its form, everything else in an alert. */
export async function showError(activeCall: ActiveCall, failure: ErrorOutcome): Promise<void> {
  const { status } = failure;
  const session = activeCall.signInPath && await tryPart("session");
  if (session) return session.askToSignIn(activeCall, failure.message);
  const feedback = status === 422 && await tryPart("feedback");
  // Other messages are not meant for users: those of server errors, and those of the runtime about a response that it rejects.
  const shown = /^4/.test(`${status}`) ? failure.message : "";
  const message = feedback ? feedback.showInvalid(activeCall, failure) : shown;
  if (message !== undefined) showCallFailure(activeCall, message, /^(408|42[59]|5)/.test(`${status}`));
}

/**
 * Shows an alert. If trying again can help, it has a button that sends the call again, with the same request id. The button can be
 * used once the time of `Retry-After` has come.
 */
function showCallFailure({ key, sourceEl, again, retryAfter }: ActiveCall, message: string, canHelp: boolean): void {
  // Seconds, or a date (RFC 9110, 10.2.3).
  const wait = retryAfter ? +retryAfter * 1000 || Date.parse(retryAfter) - Date.now() : 0;
  // A longer timer would end at once.
  const ms = Math.min(wait, MAX_TIMER_MS);
  showFailure(key, message, sourceEl, canHelp || ms > 0 ? again : undefined, undefined, ms);
}
