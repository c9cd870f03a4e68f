/**
 * Limits the streams of a browser. Over HTTP/1.1 it opens six connections to a server for all tabs together: with six
 * streams, no page would load. So four are used. If another stream needs one, a hidden tab closes its own.
 *
 * @module
 */
import { doc } from "../dom.ts";

/** Prefix of the names of the locks and the channel. */
const NAME = "hyper:1:slot";
/** Number of streams at a time. */
const MAX_STREAMS = 4;
/** Time to wait for a free connection, and for a hidden tab to give one up, in milliseconds. */
const MOMENT_MS = 500;

/**
 * Registers a connection, if there is a limit. A visible tab does not wait for a free one, but asks for it.
 *
 * @param connection Aborted when the connection ends.
 * @param giveWay Called when this tab must close it, because the tab is hidden and others need the connection.
 */
export function limitConnections(connection: AbortSignal, giveWay: () => void): void {
  // On a page without TLS each visible tab has one stream.
  if (!("locks" in navigator)) return;
  const [navigation] = performance.getEntriesByType("navigation");
  // Later HTTP versions multiplex streams over one connection.
  if (!(navigation instanceof PerformanceNavigationTiming && navigation.nextHopProtocol === "http/1.1")) return;
  const channel = new BroadcastChannel(NAME);
  const found = new AbortController();
  for (let slot = 0; slot < MAX_STREAMS; slot++) {
    navigator.locks.request(`${NAME}:${slot}`, { signal: AbortSignal.any([connection, found.signal]) }, async () => {
      // Two locks may be free at once.
      if (connection.aborted || found.signal.aborted) return;
      found.abort();
      await new Promise((resolve) => connection.addEventListener("abort", resolve));
    }).catch(() => found.abort()); // The connection has ended, another lock was acquired, or this frame is not allowed to use locks.
  }
  const timer = setTimeout(() => {
    if (found.signal.aborted) return;
    if (doc.hidden) giveWay();
    else channel.postMessage(null);
  }, MOMENT_MS);
  channel.onmessage = () => {
    if (!found.signal.aborted || !doc.hidden) return;
    // One hidden tab is enough.
    navigator.locks.request(`${NAME}:giving`, { ifAvailable: true }, async (first) => {
      if (first === null) return;
      giveWay();
      await new Promise((resolve) => setTimeout(resolve, MOMENT_MS));
    }).catch(() => {}); // The same reasons.
  };
  connection.addEventListener("abort", () => {
    clearTimeout(timer);
    channel.close();
  });
}
