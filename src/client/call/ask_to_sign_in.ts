// Calls of a user whose session has ended. The page stays as it is, with everything that was typed.
import { all, doc } from "../dom.ts";
import { USER_FIELD } from "../../protocol/names.ts";
import { clearFailure, showFailure } from "../page/announce.ts";
import { onUserChange, RETURNS } from "../page/user_change.ts";
import { words } from "../page/words.ts";
import { type ActiveCall, emitCallEvent } from "./call.ts";

/** The keys of the calls whose message is shown, with the function that sends a form again; `null` for a call that is not repeated. */
const asked = new Map<string, (() => void) | null>();
/** Aborted when nothing waits for the sign-in. */
let waiting = new AbortController();
/** The path of the sign-in that a button is opening: one alert can be that of several calls. */
let opening = "";

/** Fires `hyper:unauthorized`, and shows a message with a button that opens the sign-in, unless a listener cancels the event. */
export function askToSignIn(activeCall: ActiveCall, message: string): void {
  const { key, sourceEl, form, signInPath, again: retry } = activeCall;
  const signIn = `${signInPath}`;
  if (!emitCallEvent("unauthorized", activeCall, { signIn, retry })) return;
  showFailure(key, message, sourceEl, () => openOnce(signIn), words().signIn);
  if (!asked.size) {
    waiting = new AbortController();
    for (const type of RETURNS) addEventListener(type, sendWaiting, { signal: waiting.signal });
    onUserChange((isSignedIn) => isSignedIn && sendAll(), waiting.signal);
  }
  // A form that was not rendered for a user could run as another one: it waits for its button.
  asked.set(key, form && all(`[name="${USER_FIELD}"]`, form)[0] ? retry : null);
}

/** Sends the forms again when the user comes back: a page without the cookie of sessions does not learn of the sign-in. */
function sendWaiting(): void {
  if (doc.visibilityState === "hidden") return;
  for (const [key, retry] of asked) {
    if (!retry) continue;
    asked.delete(key);
    retry();
  }
  if (!asked.size) waiting.abort();
}

/** Removes the messages, and sends the forms again: the user has signed in. */
function sendAll(): void {
  waiting.abort();
  const calls = [...asked];
  asked.clear();
  for (const [key, retry] of calls) {
    clearFailure(key);
    retry?.();
  }
}

/** Opens the sign-in in another tab, so that this page is not lost. */
function openOnce(path: string): void {
  if (opening === path) return;
  opening = path;
  open(path);
  queueMicrotask(() => opening = "");
}
