/** The query of a list: in the URL, so that it can be bookmarked, shared, and reached with Back. */
import { z } from "zod";
import { PRIORITIES, SORTS, STATUSES, type TicketQuery } from "./tickets.ts";

const Query = z.object({
  q: z.string().max(100).catch(""),
  status: z.enum(STATUSES).nullable().catch(null),
  priority: z.enum(PRIORITIES).nullable().catch(null),
  sort: z.enum(SORTS).catch("changed"),
  page: z.coerce.number().int().min(1).max(1000).catch(1),
});

/** Reads the query of a URL. What it cannot read has its default. */
export function readQuery({ searchParams }: URL): TicketQuery {
  return Query.parse(Object.fromEntries(searchParams));
}

/** Returns the URL of a list with a changed query, without what has its default. */
export function queryUrl(query: TicketQuery, change: Partial<TicketQuery>, path = "/"): string {
  const { q, status, priority, sort, page } = { ...query, ...change };
  const given = Object.entries({ q, status, priority, sort, page })
    .filter(([, value]) => value !== null && value !== "" && value !== 1 && value !== "changed");
  const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return search === "" ? path : `${path}?${search}`;
}
