// Free times: the hours of each person, without what is booked.
import type { DatabaseSync } from "node:sqlite";
import { addDays, later, minutesBetween, STEP, weekdayOf } from "./time.ts";

export interface Service {
  readonly id: string;
  readonly en: string;
  readonly de: string;
  readonly durations: readonly number[];
  readonly people: readonly string[];
}

export interface Slot {
  readonly starts: string;
  readonly person: string;
  /** Time until the next appointment or the end of the hours, in minutes. */
  readonly minutes: number;
}

export interface Filter {
  readonly from: string;
  readonly days: number;
  readonly service: Service | null;
  readonly person: string | null;
  readonly now: string;
  /** The ID of a booking whose own time counts as free. Default: none. */
  readonly except?: number;
}

export function listServices(db: DatabaseSync): Service[] {
  const offers = db.prepare("SELECT service, person FROM offers ORDER BY person").all();
  return db.prepare("SELECT * FROM services ORDER BY rowid").all().map(({ id, en, de, durations }) => ({
    id: String(id),
    en: String(en),
    de: String(de),
    durations: String(durations).split(",").map(Number),
    people: offers.filter(({ service }) => service === id).map(({ person }) => String(person)),
  }));
}

/** Returns the free times of some days, in their order. */
export function freeSlots(db: DatabaseSync, { from, days, service, person, now, except }: Filter): Slot[] {
  const needed = Math.min(...service?.durations ?? [STEP]);
  return Array.from({ length: days }, (_, index) => addDays(from, index))
    .flatMap((day) => daySlots(db, day, except))
    .filter((slot) => slot.starts > now && slot.minutes >= needed)
    .filter((slot) => person === null || slot.person === person)
    .filter((slot) => service === null || service.people.includes(slot.person))
    .sort((a, b) => a.starts.localeCompare(b.starts) || a.person.localeCompare(b.person));
}

/** Returns how long a person is free from a moment on, in minutes. The time of the booking `except` counts as free. */
export function freeMinutes(db: DatabaseSync, person: string, starts: string, except?: number): number {
  return daySlots(db, starts.slice(0, 10), except).find((slot) => slot.person === person && slot.starts === starts)
    ?.minutes ??
    0;
}

function daySlots(db: DatabaseSync, day: string, except = 0): Slot[] {
  const booked = db.prepare(
    "SELECT person, starts, ends FROM bookings WHERE state IN ('booked', 'attended', 'missed') AND starts LIKE ? AND id <> ?",
  )
    .all(`${day}T%`, except).map(({ person, starts, ends }) => ({
      person,
      starts: String(starts),
      ends: String(ends),
    }));
  return db.prepare("SELECT person, opens, closes FROM hours WHERE weekday = ?").all(weekdayOf(day)).flatMap(
    ({ person, opens, closes }) => {
      const taken = booked.filter((booking) => booking.person === person);
      return stepsOf(`${day}T${opens}`, `${day}T${closes}`)
        .filter((starts) => !taken.some((booking) => booking.starts <= starts && starts < booking.ends))
        .map((starts) => {
          const end = taken.map((booking) => booking.starts).filter((other) => other > starts).sort()[0];
          return { starts, person: String(person), minutes: minutesBetween(starts, end ?? `${day}T${closes}`) };
        });
    },
  );
}

function stepsOf(opens: string, closes: string): string[] {
  const steps: string[] = [];
  for (let step = opens; step < closes; step = later(step, STEP)) steps.push(step);
  return steps;
}
