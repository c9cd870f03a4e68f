/**
 * What this tab makes of a live topic: what it has caused itself is not done twice, and other tabs of the browser hear
 * from the one that reads. A file of its own, which is loaded with the first topic of a page.
 *
 * @module
 */
import type { ActiveCall } from "../call/call.ts";
import type { View } from "../dom.ts";
import { share } from "./share.ts";
import type { StreamBlock } from "../../protocol/event_stream.ts";

/** The places of the latest calls of this page, by their ids, of which the beginning comes back with what they cause. */
const sent = new Map<string, number>();
/** How many of them are kept. */
const MAX_SENT = 100;
/** The order of our calls and of what others have caused; as long as the page lives. */
let clock = 0;
/** The place of the last patch that somebody else has caused. */
let foreign = 0;
/** How many characters the ids of one page have in common. */
const PAGE_CHARS = 12;
/** Whether calls are noted. From the first topic on, as long as the page lives: what a call has caused may come late. */
let noting = false;

/**
 * Goes on with the blocks of a topic, and says of those that may have been done before that they may.
 *
 * @param first The first block that has a place in the topic, and says what is shared. It was taken.
 * @param ahead What the server sends after it.
 * @param own Aborted, it closes the connection.
 * @param activeCall The call that watches.
 * @param doc The document of the page.
 * @throws {Error} When this tab has to come back to the server: it goes on from the last place that was given.
 */
export async function* follow(
  first: StreamBlock,
  ahead: AsyncGenerator<StreamBlock, void>,
  own: AbortController,
  activeCall: ActiveCall,
  doc: View<Document>,
): AsyncGenerator<StreamBlock, void> {
  noteCalls();
  // Without a lock, as on a page without TLS, each tab reads for itself.
  for await (const block of first.share && "locks" in navigator ? share(first, ahead, own, activeCall, doc) : ahead) {
    const { event, id, echo } = block;
    const mine = echo && placeOf(echo, activeCall.id);
    // What this page has caused was told to it in the answer to its call. Where somebody else's change has come since,
    // the order of the topic has that one first: only then it counts once more.
    if (mine && (mine > foreign || !/^patch/.test(event))) {
      // It moves the cursor all the same.
      if (id) activeCall.checkpoint = id;
      continue;
    }
    if (!mine && /^patch/.test(event)) foreign = ++clock;
    yield mine ? { ...block, again: true } : block;
  }
}

/** The place of the call of this page that has caused something; nothing where somebody else has. */
function placeOf(echo: string, id: string): number | undefined {
  const place = [...sent].find(([id]) => id.startsWith(echo))?.[1];
  // All ids of a page begin with the same characters. A call that is not noted began before anything foreign was heard.
  return place ?? (echo.startsWith(id.slice(0, PAGE_CHARS)) ? 0.5 : undefined);
}

function noteCalls(): void {
  if (noting) return;
  noting = true;
  addEventListener("hyper:beforeRequest", ({ detail: { id } }) => {
    for (const oldest of sent.keys()) if (sent.size >= MAX_SENT) sent.delete(oldest);
    sent.set(id, ++clock);
  });
}
