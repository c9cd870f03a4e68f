// The part for users who sign in and out, for streams and regions.
import type { UserListener } from "../page/user_change.ts";
import { tryPart } from "../parts/load_part.ts";

/** Calls a function whenever the user has changed, until the signal is aborted. */
export async function whenUserChanges(listener: UserListener, signal: AbortSignal): Promise<void> {
  (await tryPart("session"))?.onUserChange(listener, signal);
}
