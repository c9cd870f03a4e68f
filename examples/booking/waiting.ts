// The waiting list: customers who want a service on a day on which nothing is free.
import type { DatabaseSync } from "node:sqlite";

export interface Waiting {
  readonly customer: string;
  readonly service: string;
  readonly day: string;
}

export function join(db: DatabaseSync, { customer, service, day }: Waiting): void {
  db.prepare("INSERT OR IGNORE INTO waiting (customer, service, day) VALUES (?, ?, ?)").run(customer, service, day);
}

export function leave(db: DatabaseSync, { customer, service, day }: Waiting): void {
  db.prepare("DELETE FROM waiting WHERE customer = ? AND service = ? AND day = ?").run(customer, service, day);
}

/** Returns the days that a customer waits for, from today on. */
export function waitingOf(db: DatabaseSync, customer: string, today: string): Waiting[] {
  return db.prepare("SELECT service, day FROM waiting WHERE customer = ? AND day >= ? ORDER BY day")
    .all(customer, today).map(({ service, day }) => ({ customer, service: String(service), day: String(day) }));
}
