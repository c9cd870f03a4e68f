/** The stand-in for `@std/http/server-sent-event-stream`, typed as `http/server_sent_event_stream.ts` of denoland/std has it. */
import { ServerSentEventStream as ServerSentEventStream_ } from "deno-std/http/server_sent_event_stream.js";

export interface ServerSentEventMessage {
  comment?: string;
  event?: string;
  data?: string;
  id?: string | number;
  retry?: number;
}
/** Turns messages into the bytes of an event stream. */
export const ServerSentEventStream: new () => TransformStream<ServerSentEventMessage, Uint8Array> =
  ServerSentEventStream_;
