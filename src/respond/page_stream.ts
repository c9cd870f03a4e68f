// Sends a page that awaits something: as a whole if that is fast, otherwise in parts.
import { notify } from "../callback.ts";

/**
 * Milliseconds that a page may take before it is sent in parts. A page that is sent as a whole has an error page with its status
 * if it fails.
 */
export const WHOLE_PAGE_MS = 50;

/** The pieces of a document, in order. */
type Pieces = AsyncGenerator<string, void, void>;

/** A page of which a part is rendered. */
export interface BegunPage {
  readonly kind: "begun";
  /** The part that is rendered. */
  readonly html: string;
  /** The next piece. */
  readonly next: Promise<IteratorResult<string, void>>;
  /** The pieces after it. */
  readonly rest: Pieces;
}

/**
 * Waits until a page is complete, or the time is over and a part of it is rendered.
 *
 * @param canBegin Returns whether what is rendered may be sent: until then, the page is rendered further.
 * @returns The page, or the part that is rendered.
 * @throws {unknown} The error of rendering before that.
 */
export async function beginPage(
  pieces: Pieces,
  canBegin: () => boolean,
): Promise<BegunPage | { readonly kind: "whole"; readonly html: string }> {
  let html = "";
  let next = pieces.next();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<null>((resolve) => timer = setTimeout(() => resolve(null), WHOLE_PAGE_MS));
  try {
    for (;;) {
      const result = html === "" || !canBegin() ? await next : await Promise.race([next, late]);
      if (result === null) return { kind: "begun", html, next, rest: pieces };
      if (result.done) return { kind: "whole", html };
      html += result.value;
      next = pieces.next();
    }
  } finally {
    clearTimeout(timer);
  }
}

/** The body of a page that is being rendered. */
export interface PageStream {
  /** Its bytes. */
  readonly body: ReadableStream<Uint8Array>;
  /** Fulfilled when rendering has ended. Does not reject. */
  readonly drawn: Promise<void>;
}

const encoder = new TextEncoder();

/**
 * Sends a page in parts, each piece as it is rendered. Rendering does not wait for the reader, so that a slow reader does not hold
 * the resources of the page: the buffer is at most the page.
 *
 * The status is sent before a failure is known. Its message is added where the page stops, and the connection is aborted, so that
 * caches do not keep the page and scripts that read it get an error.
 *
 * @param onError Called with an error of rendering; returns the message for the user.
 */
export function streamPage({ html, next, rest }: BegunPage, onError: (error: unknown) => string): PageStream {
  // Rendered and not read.
  let buffer = html;
  let state: "drawing" | "over" | "failed" = "drawing";
  // Wakes the `pull` that waits; set by each.
  let wake = (): void => {};
  const left = Promise.withResolvers<null>();

  const draw = async (): Promise<void> => {
    try {
      for (let piece = next;; piece = rest.next()) {
        const result = await Promise.race([piece, left.promise]);
        if (result === null) {
          // There is no reader. An error is reported nevertheless.
          piece.catch(onError);
          notify(() => rest.return(), (error) => void onError(error));
        }
        if (result === null || result.done) break;
        buffer += result.value;
        wake();
      }
      state = "over";
    } catch (error) {
      buffer += `<p role="alert">${escapeText(onError(error))}</p>`;
      state = "failed";
    }
    wake();
  };

  const body = new ReadableStream<Uint8Array>({
    async pull(controller): Promise<void> {
      while (buffer === "" && state === "drawing") await new Promise<void>((resolve) => wake = resolve);
      if (buffer !== "") {
        controller.enqueue(encoder.encode(buffer));
        buffer = "";
      } else if (state === "failed") {
        // Not with the last piece: an error discards what was not read. Not the original error: it was reported, and the server
        // would write it to the console.
        controller.error(new DOMException("The page could not be rendered completely", "AbortError"));
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

/** Escapes text for markup (HTML, 13.1.2.5): a message may quote what the client sent. */
function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
