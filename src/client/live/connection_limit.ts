/**
 * Over HTTP/1.1 a browser opens six connections to a server, for all of its tabs together: six streams, and no page opens
 * any more. So streams take four of them. Where one more is wanted, a tab that nobody sees lets go of its own.
 *
 * @module
 */
import type { View } from "../dom.ts";

/** Part of the names of the locks and the channel. */
const NAME = "hyper:1:slot";
/** How many streams there are at a time. */
const SLOTS = 4;
/** How long it takes for a slot to be free that nobody holds, and to give one up, in milliseconds. */
const MOMENT_MS = 500;

/**
 * Takes a slot for a connection, where there is a limit. Who is seen goes on without one, and asks for it.
 *
 * @param connection Aborted when the connection ends, which frees the slot.
 * @param giveWay Called when it is to end, because nobody sees this tab and others need the connection.
 * @param doc The document of the page.
 */
export function limitConnections(connection: AbortSignal, giveWay: () => void, doc: View<Document>): void {
  const [navigation] = performance.getEntriesByType("navigation");
  // Later versions carry many streams over one connection.
  if (!(navigation instanceof PerformanceNavigationTiming && navigation.nextHopProtocol === "http/1.1")) return;
  const channel = new BroadcastChannel(NAME);
  const found = new AbortController();
  for (let slot = 0; slot < SLOTS; slot++) {
    navigator.locks.request(`${NAME}:${slot}`, { signal: AbortSignal.any([connection, found.signal]) }, async () => {
      // Two may be free at once.
      if (connection.aborted || found.signal.aborted) return;
      found.abort();
      await new Promise((resolve) => connection.addEventListener("abort", resolve));
    }).catch(() => found.abort()); // It is over, or another was found; or this frame may not have locks.
  }
  const timer = setTimeout(() => {
    if (found.signal.aborted) return;
    if (doc.hidden) giveWay();
    else channel.postMessage(null);
  }, MOMENT_MS);
  channel.onmessage = () => {
    if (!found.signal.aborted || !doc.hidden) return;
    // One of those that nobody sees is enough.
    navigator.locks.request(`${NAME}:giving`, { ifAvailable: true }, async (first) => {
      if (first === null) return;
      giveWay();
      await new Promise((resolve) => setTimeout(resolve, MOMENT_MS));
    }).catch(() => {}); // As above.
  };
  connection.addEventListener("abort", () => {
    clearTimeout(timer);
    channel.close();
  });
}
