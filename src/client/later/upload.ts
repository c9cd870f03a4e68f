/**
 * A request whose body is watched on its way, which only `XMLHttpRequest` can. Loaded when it is first needed.
 *
 * The answer is text, and streams while the body may still be on its way; an answer that is not text is not for here.
 *
 * @module
 */
import type { Answer } from "../../protocol/answer.ts";
import type { CallEventDetail, UploadProgressEventDetail } from "../events.ts";
import { emit } from "./runtime_exports.ts";

/** How it is sent, in the words of `fetch`. */
export interface UploadInit {
  /** The method. */
  readonly method: string;
  /** The headers. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body. */
  readonly body: FormData | URLSearchParams | string | null;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/**
 * Sends a request and tells how much of its body is out; the last call says all of it.
 *
 * @param url Where to.
 * @param init How.
 * @param call What the event about the progress tells of the call.
 * @param onProgress Called with the same. Default: none.
 * @returns The answer, as soon as its head is here.
 */
export function upload(
  url: string,
  { method, headers, body, signal }: UploadInit,
  call: CallEventDetail,
  onProgress?: (progress: UploadProgressEventDetail) => void,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    const encoder = new TextEncoder();
    let out: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | undefined;
    let read = 0;

    const fail = (error: unknown) => {
      reject(error);
      out?.error(error);
    };
    const stop = () => {
      fail(signal.reason);
      xhr.abort();
    };
    const pass = () => {
      const text = xhr.responseText;
      if (text.length > read) out?.enqueue(encoder.encode(text.slice(read)));
      read = text.length;
    };

    xhr.open(method, url);
    // Read as it comes; a byte order mark is dropped here, and a half character kept back.
    xhr.overrideMimeType("text/plain; charset=utf-8");
    for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value);
    const tell = (loaded: number, total: number) => {
      const progress = { ...call, loaded, total, progress: total && loaded / total };
      emit("uploadProgress", progress);
      onProgress?.(progress);
    };
    xhr.upload.onprogress = ({ loaded, total, lengthComputable }) => tell(loaded, lengthComputable ? total : 0);
    xhr.upload.onload = ({ loaded }) => tell(loaded, loaded);
    xhr.onreadystatechange = () => {
      // 2 is HEADERS_RECEIVED. Not at the end: a request that failed has no head.
      if (xhr.readyState !== 2 || out) return;
      const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
        start: (controller) => void (out = controller),
        cancel: () => {
          out = undefined;
          xhr.abort();
        },
      });
      const { status, responseURL } = xhr;
      resolve({
        status,
        ok: /^2/.test(`${status}`),
        url: responseURL,
        redirected: responseURL !== url,
        headers: { get: (name) => xhr.getResponseHeader(name) },
        body: stream,
      });
    };
    xhr.onprogress = pass;
    xhr.onload = () => {
      pass();
      out?.close();
    };
    // The browser ends it itself as well: when the visitor stops the page.
    xhr.onerror = xhr.onabort = fail;
    if (signal.aborted) stop();
    else {
      // When all is over it finds nothing to end.
      signal.addEventListener("abort", stop);
      xhr.send(body);
    }
  });
}
