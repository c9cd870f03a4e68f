/**
 * Sends one request of a call.
 *
 * @module
 */
import {
  LAST_EVENT_ID_HEADER,
  LAYER_HEADER,
  LOCATION_HEADER,
  LOCATION_HEADER_BYTES,
  REGIONS_HEADER,
} from "../../protocol/names.ts";
import { addressOf } from "../page/layers.ts";
import { regionList } from "../page/region_list.ts";
import type { Answer } from "../../protocol/answer.ts";
import { tryPart } from "../parts/load_part.ts";
import { type ActiveCall, type Call, callDetail } from "./call.ts";

/**
 * The network failed: no response arrived, or it broke off. `action()` rejects with it when the call is not retried;
 * `cause` is the error of the browser.
 */
export class ConnectionError extends Error {
  /** Distinguishes it from other errors. */
  override readonly name: string = "ConnectionError";
}

/** Creates a {@linkcode ConnectionError} for a call. */
export function connectionError({ action, url }: Call, cause?: unknown): ConnectionError {
  return new ConnectionError(`Cannot call action "${action}": the connection to ${url} failed`, { cause });
}

/**
 * Sends a call once.
 *
 * @throws {ConnectionError} When no response arrives.
 */
export async function send(activeCall: ActiveCall): Promise<Answer> {
  const { method, url, checkpoint } = activeCall;
  const signal = AbortSignal.any([activeCall.signal, activeCall.connection.signal]);
  const headers = { ...activeCall.headers };
  if (checkpoint) headers[LAST_EVENT_ID_HEADER] = checkpoint;
  // Read for each attempt: the address may have changed since the call was made.
  const { layer } = activeCall;
  const address = addressOf(layer);
  if (address.length <= LOCATION_HEADER_BYTES) headers[LOCATION_HEADER] = address;
  if (layer) headers[LAYER_HEADER] = "1";
  headers[REGIONS_HEADER] = regionList(layer);
  const init = { method, headers, body: activeCall.body ?? null, signal };
  try {
    // Only `XMLHttpRequest` reports upload progress. Without its part, the call is sent without progress events.
    const watched = activeCall.body && (activeCall.hasFile || activeCall.onUploadProgress);
    const extras = watched ? await tryPart("extras") : null;
    if (!extras) return await fetch(url, init);
    return await extras.upload(url, init, callDetail(activeCall), activeCall.onUploadProgress);
  } catch (error) {
    throw signal.aborted ? error : connectionError(activeCall, error);
  }
}
