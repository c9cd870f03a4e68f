/**
 * Asks whether the page may be left, whatever part of the runtime navigates or has something to lose.
 *
 * @module
 */

/** Returns `true` if the page may be left, or a part of it removed. */
type LeaveCheck = (part?: Element) => boolean;

const checks = new Set<LeaveCheck>();

/** Adds a check until the signal is aborted. */
export function addLeaveCheck(check: LeaveCheck, signal: AbortSignal): void {
  checks.add(check);
  signal.addEventListener("abort", () => checks.delete(check));
}

/** Returns `true` if no check keeps the user on the page, or on a part of it. */
export const mayLeavePage: LeaveCheck = (part) => [...checks].every((check) => check(part));
