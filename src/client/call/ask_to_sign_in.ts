// Calls of a user whose session has ended. The page stays as it is, with everything that was typed.
import { all, doc } from "../dom.ts";
import { USER_FIELD } from "../../protocol/names.ts";
import { showFailure } from "../page/announce.ts";
import { words } from "../page/words.ts";
import { type ActiveCall, emitCallEvent } from "./call.ts";

/** Sends the forms again that wait for the sign-in, by the keys of their calls. */
const waiting = new Map<string, () => void>();
/** The path of the sign-in that a button is opening: one alert can be that of several calls. */
let opening = "";

/** Fires `hyper:unauthorized`, and shows a message with a button that opens the sign-in, unless a listener cancels the event. */
export function askToSignIn(activeCall: ActiveCall, message: string): void {
  const { key, sourceEl, form, signInPath, again: retry } = activeCall;
  const signIn = `${signInPath}`;
  if (!emitCallEvent("unauthorized", activeCall, { signIn, retry })) return;
  showFailure(key, message, sourceEl, () => openOnce(signIn), words().signIn);
  // A form that was not rendered for a user could run as another one: it waits for its button.
  if (!form || !all(`[name="${USER_FIELD}"]`, form)[0]) return;
  if (!waiting.size) { for (const type of RETURNS) addEventListener(type, sendWaiting); }
  waiting.set(key, retry);
}

/** The events of a user who comes back to this page. */
const RETURNS = ["focus", "visibilitychange"];

function sendWaiting(): void {
  if (doc.visibilityState === "hidden") return;
  for (const type of RETURNS) removeEventListener(type, sendWaiting);
  const retries = [...waiting.values()];
  waiting.clear();
  for (const retry of retries) retry();
}

/** Opens the sign-in in another tab, so that this page is not lost. */
function openOnce(path: string): void {
  if (opening === path) return;
  opening = path;
  open(path);
  queueMicrotask(() => opening = "");
}
