// The bookings. A time is given away once: each change asks for it in the transaction that takes it.
import type { DatabaseSync } from "node:sqlite";
import { transaction } from "./database.ts";
import { freeMinutes } from "./slots.ts";
import { later } from "./time.ts";

export interface Booking {
  readonly id: number;
  readonly customer: string;
  readonly person: string;
  readonly service: string;
  readonly starts: string;
  readonly ends: string;
  readonly note: string;
  readonly state: string;
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
    return true;
  });
}

/** Returns the bookings of a customer that are not over, in their order. */
export function bookingsOf(db: DatabaseSync, customer: string, now: string): Booking[] {
  return db.prepare("SELECT * FROM bookings WHERE customer = ? AND state = 'booked' AND ends > ? ORDER BY starts")
    .all(customer, now).map(toBooking);
}

function toBooking(row: Record<string, unknown>): Booking {
  return {
    id: Number(row.id),
    customer: String(row.customer),
    person: String(row.person),
    service: String(row.service),
    starts: String(row.starts),
    ends: String(row.ends),
    note: String(row.note),
    state: String(row.state),
  };
}
