import type { PageContext } from "@hyper/actions";
import { readQuery } from "../../query.ts";
import { members, scope } from "../../session.ts";
import { texts } from "../../settings.ts";
import { PAGE_SIZE, tickets } from "../../tickets.ts";

/** The tickets of a search, as a table for other programs (RFC 4180). */
export async function render(ctx: PageContext) {
  const verdict = await members(ctx);
  if (verdict !== true) return verdict;
  const { deps, url } = ctx;
  const [all, requester, t] = [await deps.get(tickets), await deps.get(scope), await deps.get(texts)];
  const lines = [[t.title, t.status, t.priority, t.requester, t.assignee]];
  for (let page = 1, left = 1; left > 0; page++) {
    const { tickets, total } = all.find({ ...readQuery(url), page }, requester);
    for (const one of tickets) {
      lines.push([one.title, t[one.status], t[one.priority], one.requester, one.assignee ?? ""]);
    }
    left = total - page * PAGE_SIZE;
  }
  return new Response(lines.map((line) => `${line.map(toCell).join(",")}\r\n`).join(""), {
    headers: { "content-type": "text/csv; charset=utf-8", "content-disposition": 'attachment; filename="tickets.csv"' },
  });
}

/** A spreadsheet runs what begins like a formula: a quote makes it text. */
function toCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}
