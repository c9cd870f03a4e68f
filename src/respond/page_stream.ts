/**
 * A page of which something waits → an answer: whole, where that takes no time, else begun at once.
 *
 * @module
 */
import { notify } from "../callback.ts";

/**
 * Milliseconds that a page is given to be whole. One that waits for next to nothing is better sent whole: where it fails, its
 * visitor gets the error page with its status, and no half of a page.
 */
export const PATIENCE_MS = 50;

/** The pieces of a document, in order. */
type Pieces = AsyncGenerator<string, void, void>;

/** A page that has begun. */
export interface BegunPage {
  /** Tells it from a page that is known as a whole. */
  readonly kind: "begun";
  /** What there is of it. */
  readonly html: string;
  /** The piece that is waited for. */
  readonly next: Promise<IteratorResult<string, void>>;
  /** What follows. */
  readonly rest: Pieces;
}

/**
 * Waits until a page is whole, or until it has kept its visitor waiting and there is something to show.
 *
 * @param pieces The page.
 * @returns How far it has come.
 * @throws What drawing throws before that.
 */
export async function beginPage(
  pieces: Pieces,
): Promise<BegunPage | { readonly kind: "whole"; readonly html: string }> {
  let html = "";
  let next = pieces.next();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<null>((resolve) => timer = setTimeout(() => resolve(null), PATIENCE_MS));
  try {
    for (;;) {
      const result = html === "" ? await next : await Promise.race([next, late]);
      if (result === null) return { kind: "begun", html, next, rest: pieces };
      if (result.done) return { kind: "whole", html };
      html += result.value;
      next = pieces.next();
    }
  } finally {
    clearTimeout(timer);
  }
}

/** The body of a page that is still being drawn. */
export interface PageStream {
  /** Its bytes. */
  readonly body: ReadableStream<Uint8Array>;
  /** Settled when nothing is drawn any more. It does not reject. */
  readonly drawn: Promise<void>;
}

const encoder = new TextEncoder();

/**
 * Sends a page that has begun, each piece as it comes. It is drawn whether or not it is read, so that a slow reader does not
 * hold what it is drawn from: what waits to be read is at most the page.
 *
 * A failure can no longer be said with a status. Its words stand where the page stops, and the connection is cut, so that
 * nobody takes what came for the whole: no cache keeps it, and a script that reads it hears of it.
 *
 * @param page The page.
 * @param onError Told what drawing throws.
 * @returns The bytes; what the visitor is told of a failure is what `onError` gives.
 */
export function streamPage({ html, next, rest }: BegunPage, onError: (error: unknown) => string): PageStream {
  // What was drawn and not read.
  let unread = html;
  let state: "drawing" | "over" | "failed" = "drawing";
  // Wakes the reader who waits; set anew by each.
  let wake = (): void => {};
  const left = Promise.withResolvers<null>();

  const draw = async (): Promise<void> => {
    try {
      for (let piece = next;; piece = rest.next()) {
        const result = await Promise.race([piece, left.promise]);
        if (result === null) {
          // There is no reader to show it to. What fails now is reported all the same.
          piece.catch(onError);
          notify(() => rest.return(), (error) => void onError(error));
        }
        if (result === null || result.done) break;
        unread += result.value;
        wake();
      }
      state = "over";
    } catch (error) {
      unread += `<p role="alert">${asText(onError(error))}</p>`;
      state = "failed";
    }
    wake();
  };

  const body = new ReadableStream<Uint8Array>({
    async pull(controller): Promise<void> {
      while (unread === "" && state === "drawing") await new Promise<void>((resolve) => wake = resolve);
      if (unread !== "") {
        controller.enqueue(encoder.encode(unread));
        unread = "";
      } else if (state === "failed") {
        // Not with the last piece: an error takes back what has not been read. Not the error itself: the server writes it
        // to the console as it is, and whoever is to know of it has been told.
        controller.error(new DOMException("The page could not be drawn to its end", "AbortError"));
      } else {
        controller.close();
      }
    },
    cancel(): void {
      left.resolve(null);
    },
  }, { highWaterMark: 0 });
  return { body, drawn: draw() };
}

/** A text where markup is read (HTML, 13.1.2.5): what a refusal says may quote what a visitor sent. */
function asText(words: string): string {
  return words.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
