/**
 * The form of the functions that apply the events of a response.
 *
 * @module
 */
import type { Wire } from "../../protocol/wire.ts";
import type { ActiveCall } from "../call/call.ts";

/**
 * Applies an event. `sequence` is the number of its response (see `stale.ts`); `again` is `true` if it may have been
 * applied before.
 */
export type Effect = (data: Wire, activeCall: ActiveCall, sequence: number, again?: boolean) => void | Promise<void>;
