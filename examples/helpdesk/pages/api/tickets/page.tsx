import type { PageContext } from "@hyper/actions";
import { readQuery } from "../../../query.ts";
import { members, scope } from "../../../session.ts";
import { tickets } from "../../../tickets.ts";

/** The tickets of a search, for programs. They call the actions too, with `Accept: application/json`. */
export async function render(ctx: PageContext) {
  const verdict = await members(ctx);
  if (verdict !== true) return verdict;
  const [all, requester] = [await ctx.deps.get(tickets), await ctx.deps.get(scope)];
  return Response.json(all.find(readQuery(ctx.url), requester), { headers: { "cache-control": "no-store" } });
}
