import { HyperError, type RequestContext } from "@hyper/actions";
import { database } from "../../../database.ts";
import { texts } from "../../../language.ts";
import { pictureOf } from "../../../profiles.ts";
import { member, members } from "../../../session.ts";

/** Sends the picture of a customer to that customer and to the staff. */
export async function render(ctx: RequestContext) {
  const verdict = await members(ctx);
  if (verdict !== true) return verdict;
  const { name, role } = await ctx.deps.get(member);
  const isAllowed = role === "staff" || name === ctx.params.name;
  const picture = isAllowed ? pictureOf(await ctx.deps.get(database), String(ctx.params.name)) : null;
  if (picture === null) throw new HyperError(404, (await ctx.deps.get(texts)).notFound);
  return new Response(picture.bytes, {
    headers: { "content-type": picture.type, "x-content-type-options": "nosniff", "cache-control": "no-store" },
  });
}
