/**
 * One attempt: out with the request, in with the head of its answer.
 *
 * @module
 */
import { LAST_EVENT_ID_HEADER } from "../../protocol/names.ts";
import type { Answer } from "../../protocol/answer.ts";
import { tryLater } from "../later/load_later.ts";
import { about, type ActiveCall, type Call } from "./call.ts";

/**
 * The network failed: no answer came, or it broke off before its end. The promise of the call rejects with it when it
 * is not tried again; `cause` is what the browser said.
 */
export class ConnectionError extends Error {
  /** By which it is told from other errors. */
  override readonly name: string = "ConnectionError";
}

/** Makes a {@linkcode ConnectionError} for a call. */
export function lost({ action, url }: Call, cause?: unknown): ConnectionError {
  return new ConnectionError(`Cannot call action "${action}": the connection to ${url} failed`, { cause });
}

/**
 * Sends a call once.
 *
 * @throws {ConnectionError} When no answer comes.
 */
export async function send(activeCall: ActiveCall): Promise<Answer> {
  const { method, url, checkpoint } = activeCall;
  const signal = AbortSignal.any([activeCall.signal, activeCall.attempt.signal]);
  const headers = { ...activeCall.headers };
  if (checkpoint) headers[LAST_EVENT_ID_HEADER] = checkpoint;
  const init = { method, headers, body: activeCall.body ?? null, signal };
  try {
    // Only an XMLHttpRequest tells how much of a body is sent. A browser remembers until the next page that a file could not
    // be had; without this one nothing tells the progress.
    const watched = activeCall.body && (activeCall.hasFile || activeCall.onUploadProgress);
    const later = watched ? await tryLater() : null;
    if (!later) return await fetch(url, init);
    return await later.uploadBody(url, init, about(activeCall), activeCall.onUploadProgress);
  } catch (error) {
    throw signal.aborted ? error : lost(activeCall, error);
  }
}
