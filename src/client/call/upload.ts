/**
 * Sends requests whose upload progress is reported, which only `XMLHttpRequest` can. Loaded with the first one.
 *
 * The response is read as text, and streams while the body may still be in flight. A response that is not text is not
 * supported.
 *
 * @module
 */
import type { Answer } from "../../protocol/answer.ts";
import { attr, dom, ours } from "../dom.ts";
import { type CallEventDetail, emit, type UploadProgressEventDetail } from "../events.ts";

/** The request, named as for `fetch`. */
export interface UploadInit {
  /** The method. */
  readonly method: string;
  /** The headers. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body. */
  readonly body: FormData | URLSearchParams | string | null;
  /** Aborts the request. */
  readonly signal: AbortSignal;
}

/**
 * Sends a request and reports its upload progress; the last report is the whole body.
 *
 * @param call Detail of the progress event.
 * @param onProgress Called with the same progress. Default: none.
 * @returns The response, when its head has arrived.
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
    // Read in parts: the browser drops a byte order mark and keeps back an incomplete character.
    xhr.overrideMimeType("text/plain; charset=utf-8");
    for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value);
    const report = (loaded: number, total: number) => {
      const progress = { ...call, loaded, total, progress: total && loaded / total };
      moveBars(progress);
      emit("uploadProgress", progress);
      onProgress?.(progress);
    };
    xhr.upload.onprogress = ({ loaded, total, lengthComputable }) => report(loaded, lengthComputable ? total : 0);
    xhr.upload.onload = ({ loaded }) => report(loaded, loaded);
    xhr.onreadystatechange = () => {
      // 2 is HEADERS_RECEIVED. A failed request has no head.
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
    // The browser aborts it as well, when the user stops the page.
    xhr.onerror = xhr.onabort = fail;
    if (signal.aborted) stop();
    else {
      // Does nothing once the request has completed.
      signal.addEventListener("abort", stop);
      xhr.send(body);
    }
  });
}

/** Moves the bars of the page that show this call: each names its action or key, or shows every upload. */
function moveBars({ action, key, progress }: UploadProgressEventDetail): void {
  for (const bar of ours("progress[hyper-progress]")) {
    if (["", action, key].includes(`${attr(bar, "hyper-progress")}`)) dom(bar).setAttribute("value", `${progress}`);
  }
}
