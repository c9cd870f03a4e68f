// The bookings. A time is given away once: each change asks for it in the transaction that takes it.
import type { DatabaseSync } from "node:sqlite";
import { transaction } from "./database.ts";
import { freeMinutes } from "./slots.ts";
import { later, minutesBetween } from "./time.ts";
import { leave } from "./waiting.ts";

/** The states that the staff chooses for an appointment. */
export const STATES = ["booked", "attended", "missed", "canceled"] as const;

/** A customer withdraws an appointment and can take that back; what the staff has canceled stays so. */
export type State = typeof STATES[number] | "withdrawn";

export interface Booking {
  readonly id: number;
  readonly customer: string;
  readonly person: string;
  readonly service: string;
  readonly starts: string;
  readonly ends: string;
  readonly note: string;
  readonly state: State;
  readonly isReminded: boolean;
}

export interface Wish {
  readonly customer: string;
  readonly person: string;
  readonly service: string;
  readonly starts: string;
  readonly minutes: number;
  readonly note: string;
}

/** The topic of everything that changes which times are free. */
export const CALENDAR = "calendar";

/** Books a time. Returns `false` if it is not free any more. */
export function book(db: DatabaseSync, { customer, person, service, starts, minutes, note }: Wish): boolean {
  return transaction(db, () => {
    if (freeMinutes(db, person, starts) < minutes) return false;
    db.prepare("INSERT INTO bookings (customer, person, service, starts, ends, note) VALUES (?, ?, ?, ?, ?, ?)")
      .run(customer, person, service, starts, later(starts, minutes), note);
    leave(db, { customer, service, day: starts.slice(0, 10) });
    return true;
  });
}

/** Returns a booking of a customer that is not over, or `null`. */
export function findBooking(db: DatabaseSync, id: number, customer: string, now: string): Booking | null {
  return bookingsOf(db, customer, now).find((booking) => booking.id === id) ?? null;
}

/** Withdraws a booking. It is kept, so that `restore()` can bring it back. */
export function cancel(db: DatabaseSync, { id }: Booking): void {
  db.prepare("UPDATE bookings SET state = 'withdrawn' WHERE id = ?").run(id);
}

/** Brings a withdrawn booking of a customer back. Returns `false` if its time is not free any more. */
export function restore(db: DatabaseSync, id: number, customer: string): boolean {
  return transaction(db, () => {
    const row = db.prepare("SELECT * FROM bookings WHERE id = ? AND customer = ? AND state = 'withdrawn'")
      .get(id, customer);
    if (row === undefined) return false;
    const { person, starts, ends } = toBooking(row);
    if (freeMinutes(db, person, starts) < minutesBetween(starts, ends)) return false;
    db.prepare("UPDATE bookings SET state = 'booked' WHERE id = ?").run(id);
    return true;
  });
}

/** Moves a booking to another time of the same person. Returns `false` if that is not free any more. */
export function move(db: DatabaseSync, { id, person, starts, ends }: Booking, to: string): boolean {
  const minutes = minutesBetween(starts, ends);
  return transaction(db, () => {
    // Its own time counts as free, so that it can move by half of its length.
    const isFree = freeMinutes(db, person, to, id) >= minutes;
    const update = db.prepare("UPDATE bookings SET starts = ?, ends = ? WHERE id = ? AND state = 'booked'");
    return isFree && update.run(to, later(to, minutes), id).changes > 0;
  });
}

/** Returns the bookings of a customer that are not over, in their order. */
export function bookingsOf(db: DatabaseSync, customer: string, now: string): Booking[] {
  return db.prepare("SELECT * FROM bookings WHERE customer = ? AND state = 'booked' AND ends > ? ORDER BY starts")
    .all(customer, now).map(toBooking);
}

/** Returns the bookings after a cursor, a day or `starts id`, whose customer or note contains the words of a search. */
export function listBookings(db: DatabaseSync, search: string, after: string, limit: number): Booking[] {
  const [starts = "", id = "0"] = after.split(" ");
  const like = `%${search.replaceAll(/[%_\\]/g, "\\$&")}%`;
  return db.prepare(
    `SELECT * FROM bookings WHERE (starts, id) > (?, ?) AND (customer LIKE ? ESCAPE '\\' OR note LIKE ? ESCAPE '\\')
    ORDER BY starts, id LIMIT ?`,
  ).all(starts, Number(id) || 0, like, like, limit).map(toBooking);
}

/** Changes the state of bookings. What is canceled stays so: its time may be taken. Returns the number of changes. */
export function markBookings(db: DatabaseSync, ids: readonly number[], state: State): number {
  const mark = db.prepare("UPDATE bookings SET state = ? WHERE id = ? AND state NOT IN ('canceled', 'withdrawn')");
  return transaction(db, () => ids.reduce((count, id) => count + Number(mark.run(state, id).changes), 0));
}

/** Reads a row of the table. */
export function toBooking(row: Record<string, unknown>): Booking {
  return {
    id: Number(row.id),
    customer: String(row.customer),
    person: String(row.person),
    service: String(row.service),
    starts: String(row.starts),
    ends: String(row.ends),
    note: String(row.note),
    state: STATES.find((state) => state === row.state) ?? "withdrawn",
    isReminded: row.reminded === 1,
  };
}
