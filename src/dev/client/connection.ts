/**
 * The line to the server: an event stream that comes back fast, because a server that has just been saved is about to
 * be there again.
 *
 * @module
 */
import { doc } from "../../client/dom.ts";
import { DEV_PATH, type DevEvents } from "../../protocol/dev.ts";

/** Milliseconds before the first attempt to come back; each further one waits twice as long, up to the most. */
const FIRST_WAIT = 100;
const LONGEST_WAIT = 2_000;

/** Whether the server is there. */
export type ConnectionState = "connecting" | "open" | "lost";

/** Who is told. */
export interface ConnectionOptions {
  /** Told how the line stands. */
  readonly onState: (state: ConnectionState) => void;
  /** Told what the server says. */
  readonly on: { readonly [Name in keyof DevEvents]: (data: DevEvents[Name]) => void };
}

/** Keeps the line while the page is seen: a browser has few for each server, and every tab of the application wants one. */
export function connect({ onState, on }: ConnectionOptions): void {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let wait = FIRST_WAIT;

  const listen = <Name extends keyof DevEvents>(from: EventSource, name: Name): void =>
    from.addEventListener(name, (event) => {
      // Our own server says it, in the shape of its name.
      on[name](JSON.parse(event.data) as DevEvents[Name]);
    });
  const open = (): void => {
    clearTimeout(timer);
    if (source !== null || doc.hidden) return;
    const from = source = new EventSource(DEV_PATH);
    from.onopen = () => {
      wait = FIRST_WAIT;
      onState("open");
    };
    from.onerror = () => {
      from.close();
      if (source !== from) return;
      source = null;
      onState("lost");
      timer = setTimeout(open, wait);
      wait = Math.min(wait * 2, LONGEST_WAIT);
    };
    listen(from, "hello");
    listen(from, "file");
    listen(from, "failure");
  };
  const leave = (): void => {
    clearTimeout(timer);
    source?.close();
    source = null;
  };
  doc.addEventListener("visibilitychange", () => doc.hidden ? leave() : open());
  addEventListener("pagehide", leave);
  addEventListener("pageshow", open);
  onState("connecting");
  open();
}
