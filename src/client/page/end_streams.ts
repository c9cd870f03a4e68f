/**
 * Ends streams when the element that opened them is gone: a stream belongs to what it was opened for.
 *
 * @module
 */
import { abortReads } from "../call/active_call.ts";
import { doc, dom, idOf } from "../dom.ts";

/**
 * Ends the streams whose form or source element has been removed from the page. If another element has its id, the element
 * has been replaced, and the stream continues.
 */
export const endStreams = (): void =>
  abortReads("removed", ({ isLasting, form, sourceEl }) => {
    const owner = form ?? sourceEl;
    return isLasting && owner && !dom(owner).isConnected && !doc.getElementById(idOf(owner));
  });
