import { HyperError, type PageContext } from "@hyper/actions";
import { findTicket, members } from "../../../session.ts";
import { texts } from "../../../settings.ts";
import { tickets } from "../../../tickets.ts";

/** An attachment, for those who may see its ticket. */
export async function render(ctx: PageContext<"/files/[id]">) {
  const verdict = await members(ctx);
  if (verdict !== true) return verdict;
  const file = (await ctx.deps.get(tickets)).file(Number(ctx.params.id));
  if (file === null) throw new HyperError(404, (await ctx.deps.get(texts)).notFound);
  await findTicket(ctx, file.ticket);
  // The file of a user is never shown as a page of this site.
  const headers = new Headers({
    "content-type": file.type,
    "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}`,
    "content-security-policy": "sandbox",
    "x-content-type-options": "nosniff",
  });
  return new Response(file.bytes, { headers });
}
