// The event stream from the server. It reconnects fast, because a server that was just saved is about to restart.
import { doc } from "../../client/dom.ts";
import { DEV_PATH, type DevEvents } from "../../protocol/dev.ts";

/** Delay before the first reconnection, which doubles with each further one, and the maximum, in milliseconds. */
const FIRST_WAIT = 100;
const LONGEST_WAIT = 2_000;

/** State of the connection. */
export type ConnectionState = "connecting" | "open" | "lost";

/** Callbacks of the connection. */
export interface ConnectionOptions {
  /** Called when the state changes. */
  readonly onState: (state: ConnectionState) => void;
  /** Called with each event of the server. */
  readonly on: { readonly [Name in keyof DevEvents]: (data: DevEvents[Name]) => void };
}

/** Connects while the page is visible: a browser allows few connections to a server. */
export function connect({ onState, on }: ConnectionOptions): void {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let wait = FIRST_WAIT;

  const listen = <Name extends keyof DevEvents>(from: EventSource, name: Name): void =>
    from.addEventListener(name, (event) => {
      // The server sends the data that belongs to the name.
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
