/**
 * Who may be on the way at the same time. A lane has one slot; a call names the lane by its key and says how it meets
 * a slot that is taken. Nothing here knows requests or the page.
 *
 * @module
 */

/**
 * How a call meets others of its lane. `replace` ends the one on the way and those that wait, `block` gives way to them,
 * `queue` waits for its turn, `none` takes no slot and is seen by nobody.
 */
export type Sync = "replace" | "block" | "none" | "queue";

/** As much of a call as is needed to end it, and to say that it is its turn. */
export interface LaneMember {
  /** The request id. */
  readonly id: string;
  /** Ends it. */
  readonly controller: AbortController;
  /** Says that it is its turn; there while it waits. */
  turn?: () => void;
}

/** What may be done now. */
export type LaneVerdict =
  /** Go on; those here have lost the lane and are to be ended. */
  | readonly LaneMember[]
  /** Go on when it resolves, which it never does for one who has left, or was replaced. */
  | Promise<void>
  /** Do nothing: the lane is taken. */
  | null;

/** Who has the slot of each lane, the first, and who waits for it. Empty when nobody is on the way. */
const lanes = new Map<string, LaneMember[]>();

/** Asks for the slot of a lane. */
export function enterLane(key: string, sync: Sync, member: LaneMember): LaneVerdict {
  const lane = lanes.get(key) ?? [];
  if (sync === "none") return [];
  if (lane[0] && sync !== "replace") {
    // What is no mode at all, as a slip in an attribute, sends nothing twice.
    if (sync !== "queue") return null;
    lane.push(member);
    return new Promise((turn) => member.turn = turn);
  }
  // A new lane in place of the old one: whoever lost it can no longer release the slot of the new owner.
  lanes.set(key, [member]);
  return lane;
}

/** Gives up the slot, or the place in the queue. Nothing happens when `member` has neither. */
export function leaveLane(key: string, member: LaneMember): void {
  const lane = lanes.get(key) ?? [];
  const at = lane.indexOf(member);
  if (at < 0) return;
  lane.splice(at, 1);
  if (!lane[0]) lanes.delete(key);
  else if (!at) lane[0].turn?.();
}
