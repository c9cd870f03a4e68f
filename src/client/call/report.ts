/**
 * Reports failures of a call to the page and the user.
 *
 * @module
 */
import { showFailure } from "../page/announce.ts";
import { type ActiveCall, emitCallEvent } from "./call.ts";
import { ConnectionError } from "./send.ts";
import { words } from "../page/words.ts";

/** Fires `requestException`, and shows an alert unless a listener cancels the event. */
export function reportException(activeCall: ActiveCall, error: unknown): void {
  if (emitCallEvent("requestException", activeCall, { error })) {
    showCallFailure(activeCall, error instanceof ConnectionError ? words().networkError : "");
  }
}

/** Shows an alert with a button that sends the call again, with the same request id. */
export const showCallFailure = ({ key, sourceEl, again }: ActiveCall, message: string): void =>
  showFailure(key, message, sourceEl, again);
