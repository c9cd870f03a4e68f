/** The work that a clock starts. */
import type { Handler } from "@hyper/actions";
import type { DatabaseSync } from "node:sqlite";
import { Tickets } from "./tickets.ts";

/** Time after which a ticket that waits for its requester is closed, in days. */
const STALE_DAYS = 14;

/** Closes tickets without an answer, and renews the pages that show them. */
export async function closeStaleTickets(database: DatabaseSync, handler: Handler): Promise<readonly number[]> {
  const closed = new Tickets(database).closeStale(STALE_DAYS);
  if (closed.length > 0) await handler.changed("tickets", ...closed.map((id) => `ticket:${id}`));
  return closed;
}
