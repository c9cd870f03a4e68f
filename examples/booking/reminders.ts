// The job that reminds customers of their appointments, a day before.
import type { Handler } from "@hyper/actions";
import type { DatabaseSync } from "node:sqlite";
import { type Booking, CALENDAR, toBooking } from "./bookings.ts";
import { later } from "./time.ts";

/**
 * Reminds of the appointments of the next 24 hours, each once, also if several processes run it.
 *
 * @returns The appointments that it has reminded of.
 */
export async function remind(
  db: DatabaseSync,
  handler: Pick<Handler, "changed">,
  now: string,
  send: (booking: Booking) => Promise<void>,
): Promise<Booking[]> {
  const due = db.prepare(
    "UPDATE bookings SET reminded = 1 WHERE state = 'booked' AND reminded = 0 AND starts > ? AND starts <= ? RETURNING *",
  ).all(now, later(now, 24 * 60)).map(toBooking);
  for (const booking of due) await send(booking);
  if (due.length > 0) await handler.changed(CALENDAR);
  return due;
}
