// The event streams from the server to open panels.
import type { DevEvents } from "../protocol/dev.ts";

/** The streams to all panels of a handler. */
export interface PanelStreams {
  /** Sends an event to every panel. */
  send<Name extends keyof DevEvents>(name: Name, data: DevEvents[Name]): void;
  /** Opens a stream. Its first event is `hello`. */
  open(): ReadableStream<Uint8Array>;
  /** Closes all streams; those opened later close after `hello`. */
  close(): Promise<void>;
}

/** Options for {@linkcode createPanelStreams}. */
export interface PanelStreamsOptions {
  /** Resolves with the first event when the application has started, or failed to. */
  readonly hello: () => Promise<DevEvents["hello"]>;
  /** Starts watching static files; called when the first panel opens. The result is disposed when the last one closes. */
  readonly watch: () => AsyncDisposable | null;
}

/** Events that may wait for a panel. One that does not read them is disconnected, and reconnects when it reads again. */
const MAX_WAITING = 100;

const encoder = new TextEncoder();

/** Creates the streams. */
export function createPanelStreams({ hello, watch }: PanelStreamsOptions): PanelStreams {
  const panels = new Set<ReadableStreamDefaultController<Uint8Array>>();
  let watcher: AsyncDisposable | null = null;
  // Never reset: a panel that reconnects to a stopping server would keep it from stopping.
  let isClosed = false;

  const stopWatching = async (): Promise<void> => {
    const last = watcher;
    watcher = null;
    await last?.[Symbol.asyncDispose]();
  };
  return {
    send(name, data) {
      const bytes = encodePanelEvent(name, data);
      for (const panel of panels) {
        panel.enqueue(bytes);
        if ((panel.desiredSize ?? 0) >= -MAX_WAITING) continue;
        panels.delete(panel);
        panel.close();
      }
    },
    open() {
      let own: ReadableStreamDefaultController<Uint8Array> | null = null;
      return new ReadableStream<Uint8Array>({
        async start(controller): Promise<void> {
          own = controller;
          controller.enqueue(encodePanelEvent("hello", await hello()));
          if (isClosed) return controller.close();
          panels.add(controller);
          watcher ??= watch();
        },
        async cancel(): Promise<void> {
          if (own !== null) panels.delete(own);
          if (panels.size === 0) await stopWatching();
        },
      });
    },
    async close() {
      isClosed = true;
      for (const panel of panels) panel.close();
      panels.clear();
      await stopWatching();
    },
  };
}

function encodePanelEvent<Name extends keyof DevEvents>(name: Name, data: DevEvents[Name]): Uint8Array {
  // One line: JSON escapes line breaks.
  return encoder.encode(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
}
