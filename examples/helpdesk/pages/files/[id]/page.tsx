import { HyperError, type PageContext } from "@hyper/actions";
import { members, scope } from "../../../session.ts";
import { texts } from "../../../settings.ts";
import { tickets } from "../../../tickets.ts";

/** An attachment, for those who may see its ticket. */
export async function render(ctx: PageContext<"/files/[id]">) {
  const verdict = await members(ctx);
  if (verdict !== true) return verdict;
  const [all, requester] = [await ctx.deps.get(tickets), await ctx.deps.get(scope)];
  const file = all.file(Number(ctx.params.id));
  const ticket = file === null ? null : all.get(file.ticket);
  if (file === null || ticket === null || requester !== null && ticket.requester !== requester) {
    throw new HyperError(404, (await ctx.deps.get(texts)).notFound);
  }
  // The file of a user is never shown as a page of this site.
  const headers = new Headers({
    "content-type": file.type,
    "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}`,
    "content-security-policy": "sandbox",
    "x-content-type-options": "nosniff",
  });
  return new Response(file.bytes, { headers });
}
