import { HyperError, type PageContext } from "@hyper/actions";
import { openId, session as ofRequest } from "../../../session.ts";

/** Receives the user from the provider. */
export async function render({ url, deps }: PageContext): Promise<Response> {
  const session = await deps.get(ofRequest);
  const state = url.searchParams.get("state");
  const attempt = session.get("attempts")?.find((each) => each.state === state);
  // Without this, an attacker could sign a user in to an account of the attacker, with a link.
  if (attempt === undefined) throw new HyperError(400, "This sign-in is not valid any more. Sign in again.");
  // Used once, whatever its result is.
  session.update("attempts", (attempts) => (attempts ?? []).filter((each) => each.state !== state));
  const { id, name } = await (await deps.get(openId)).finish(url, attempt);
  session.signIn(id);
  session.set("name", name);
  return new Response(null, { status: 303, headers: { location: attempt.next, "cache-control": "no-store" } });
}
