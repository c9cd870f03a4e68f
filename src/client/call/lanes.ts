/**
 * Coordinates calls. A call names its lane by a key, and its sync mode decides what happens when the lane is taken.
 * This module knows neither requests nor the page.
 *
 * @module
 */

/**
 * Coordination of a call with others of its lane. `replace` aborts active and queued calls. `block` drops the new call
 * while another is active or queued. `queue` runs calls in order. `latest` waits for the active call and aborts those in the
 * queue. `none` does not coordinate.
 */
export type Sync = "replace" | "block" | "none" | "queue" | "latest";

/** The part of a call that a lane uses. */
export interface LaneMember {
  /** The request id. */
  readonly id: string;
  /** Aborts it. */
  readonly controller: AbortController;
  /** Admits it; set while it is queued. */
  turn?: () => void;
}

/** Decision about a call that enters a lane; `null` if the lane is taken and the call must not run. */
export type LaneVerdict = {
  /** These calls have lost the lane and must be aborted. */
  readonly replaced: readonly LaneMember[];
  /**
   * Run when it resolves; at once if it is `null`. It never resolves for a call that has left or was replaced.
   */
  readonly turn: Promise<void> | null;
} | null;

/** The members of each lane: the active call first, then the queued ones. A lane without members is not kept. */
const lanes = new Map<string, LaneMember[]>();

/** Asks to run in a lane. */
export function enterLane(key: string, sync: Sync, member: LaneMember): LaneVerdict {
  const lane = lanes.get(key) ?? [];
  if (sync === "none") return { replaced: [], turn: null };
  if (lane[0] && sync !== "replace") {
    // An unknown mode, such as a typing error in an attribute, must not send a form twice.
    if (sync !== "queue" && sync !== "latest") return null;
    const replaced = sync === "latest" ? lane.splice(1) : [];
    lane.push(member);
    return { replaced, turn: new Promise((turn) => member.turn = turn) };
  }
  // A new list: a call that lost the lane no longer affects it when it leaves.
  lanes.set(key, [member]);
  return { replaced: lane, turn: null };
}

/** Leaves the lane or its queue. Does nothing when `member` is in neither. */
export function leaveLane(key: string, member: LaneMember): void {
  const lane = lanes.get(key) ?? [];
  const at = lane.indexOf(member);
  if (at < 0) return;
  lane.splice(at, 1);
  if (!lane[0]) lanes.delete(key);
  else if (!at) lane[0].turn?.();
}
