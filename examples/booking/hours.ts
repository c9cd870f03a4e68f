// The opening hours: intervals of a person, which repeat each week.
import type { DatabaseSync } from "node:sqlite";
import { transaction } from "./database.ts";

export interface Hours {
  readonly weekday: string;
  readonly opens: string;
  readonly closes: string;
}

export function hoursOf(db: DatabaseSync, person: string): Hours[] {
  return db.prepare("SELECT weekday, opens, closes FROM hours WHERE person = ? ORDER BY weekday, opens").all(person)
    .map(({ weekday, opens, closes }) => ({
      weekday: String(weekday),
      opens: String(opens),
      closes: String(closes),
    }));
}

/** Replaces the hours of a person. Appointments outside of them stay. */
export function saveHours(db: DatabaseSync, person: string, hours: readonly Hours[]): void {
  transaction(db, () => {
    db.prepare("DELETE FROM hours WHERE person = ?").run(person);
    const insert = db.prepare("INSERT INTO hours (person, weekday, opens, closes) VALUES (?, ?, ?, ?)");
    for (const { weekday, opens, closes } of hours) insert.run(person, Number(weekday), opens, closes);
  });
}
