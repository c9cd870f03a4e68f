/**
 * Event streams (HTML, 9.2.6), read as far as somebody asks.
 *
 * @module
 */

/** One event of an answer. */
export interface TestEvent {
  /** Its name, such as `patch_html`. */
  readonly event: string;
  /** Its data, parsed; `null` without any. */
  readonly data: unknown;
  /** Its id: a checkpoint, or a place in a topic. `null` without one. */
  readonly id: string | null;
}

/** An event as it travels. */
export interface WireEvent extends TestEvent {
  /** The tab that has caused it, where one has. */
  readonly echo: string | null;
}

/**
 * The events of a body as they come, without heartbeats. The body is cancelled when the reader leaves early, or at once
 * when the signal says so.
 *
 * @param body What is read.
 * @param signal Ends the reading, as if the body had ended.
 */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<WireEvent, void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const stop = (): void => void reader.cancel().catch(() => {}); // That the body has failed before is no news.
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  let text = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      text += decoder.decode(value, { stream: true });
      // A CR at the end may be half of a CRLF.
      const frames = text.replace(/\r\n|\r(?!$)/g, "\n").split("\n\n");
      // What follows the last blank line is not an event yet.
      text = frames.pop() ?? "";
      for (const frame of frames) {
        const event = parseEvent(frame);
        if (event !== null) yield event;
      }
    }
  } finally {
    signal.removeEventListener("abort", stop);
    await reader.cancel().catch(() => {}); // As above.
  }
}

/** One block of a stream; `null` for comments alone. */
function parseEvent(frame: string): WireEvent | null {
  const fields = new Map<string, string>();
  for (const line of frame.split("\n")) {
    const [, name = "", value = ""] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (name === "") continue;
    const before = fields.get(name);
    fields.set(name, name === "data" && before !== undefined ? `${before}\n${value}` : value);
  }
  if (fields.size === 0) return null;
  const data: unknown = JSON.parse(fields.get("data") || "null");
  return {
    event: fields.get("event") ?? "message",
    data,
    id: fields.get("id") ?? null,
    echo: fields.get("echo") ?? null,
  };
}
