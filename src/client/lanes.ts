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

/** What may be done now. */
export type LaneVerdict<Member> =
  /** Go on; those in `replaced` have lost the lane and are to be ended. */
  | { readonly kind: "go"; readonly replaced: readonly Member[] }
  /** Do nothing: the lane is taken. */
  | { readonly kind: "blocked" }
  /** Go on when `turn` resolves, which it never does for one who has left, or was replaced. */
  | { readonly kind: "wait"; readonly turn: Promise<void> };

/** The lanes of a page. */
export interface Lanes<Member> {
  /** Asks for the slot of a lane. */
  enter(key: string, sync: Sync, member: Member): LaneVerdict<Member>;
  /** Gives up the slot, or the place in the queue. Nothing happens when `member` has neither. */
  leave(key: string, member: Member): void;
}

/** One who has the slot of a lane, the first, or waits for it. */
interface Place<Member> {
  readonly member: Member;
  readonly call?: () => void;
}

/** Lanes with nobody in them. */
export function createLanes<Member>(): Lanes<Member> {
  const lanes = new Map<string, Place<Member>[]>();
  return {
    enter(key, sync, member) {
      const lane = lanes.get(key) ?? [];
      if (sync === "none") return { kind: "go", replaced: [] };
      if (lane.length && sync === "block") return { kind: "blocked" };
      if (lane.length && sync === "queue") {
        return { kind: "wait", turn: new Promise((call) => lane.push({ member, call })) };
      }
      // A new lane in place of the old one: whoever lost it can no longer release the slot of the new owner.
      lanes.set(key, [{ member }]);
      return { kind: "go", replaced: lane.map((place) => place.member) };
    },
    leave(key, member) {
      const lane = lanes.get(key) ?? [];
      const at = lane.findIndex((place) => place.member === member);
      if (at < 0) return;
      lane.splice(at, 1);
      if (!lane[0]) lanes.delete(key);
      else if (!at) lane[0].call?.();
    },
  };
}
