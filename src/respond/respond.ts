// Encodes an outcome for an audience. A new response format is one file in this folder and one line here.
import type { Answer } from "../dispatch/answer.ts";
import { isReportable, toFailure } from "../dispatch/failure.ts";
import { respondWithData } from "./data.ts";
import { respondWithDocument } from "./document.ts";
import { respondWithEvents } from "./events.ts";
import { type Reply, sendReply } from "./reply.ts";
import type { RespondServices } from "./services.ts";
import { notify } from "../callback.ts";
import { sealResponse, sealValue } from "../http/sink.ts";
import { withOwnHeaders } from "../http/vary.ts";

/** An encoded outcome: a reply of this library, or the response of the application. */
type Encoded = Reply | Response;

/** Encodes an outcome in the format the client accepts. Does not reject: an error becomes a failure. */
export async function respond(answer: Answer, services: RespondServices): Promise<Response> {
  try {
    const encoded = await encodeFor(answer, services);
    const { cookies } = answer.arrival;
    if (cookies.isUnsettled) await cookies.settle();
    return seal(encoded, answer);
  } catch (error) {
    // A page that denies access is not an error.
    if (isReportable(error)) services.report(error, answer.arrival.request, answer.action?.name ?? null);
    // A stream without a reader keeps the request open.
    if (answer.outcome.kind === "stream") await answer.outcome.discard();
    const failed: Answer = { ...answer, outcome: toFailure(error) };
    return seal(await encodeFor(failed, services), failed);
  }
}

/** Encodes an outcome. The response to HEAD is that to GET, without its body (RFC 9110, 9.3.2). */
function encodeFor(answer: Answer, services: RespondServices): Encoded | Promise<Encoded> {
  return answer.arrival.request.method === "HEAD" ? encodeHead(answer, services) : encodeOutcome(answer, services);
}

async function encodeHead(answer: Answer, services: RespondServices): Promise<Encoded> {
  const encoded = await encodeOutcome(answer, services);
  const { body } = encoded;
  if (body === null) return encoded;
  if (typeof body === "string") return withoutText(encoded as Reply, body);
  await notify(
    () => body.cancel(),
    (error) => services.report(error, answer.arrival.request, answer.action?.name ?? null),
  );
  return encoded instanceof Response ? new Response(null, encoded) : { ...encoded, body: null };
}

function withoutText(encoded: Reply, text: string): Reply {
  // Deno.serve sends 0 otherwise.
  const length = String(encoder.encode(text).length);
  return { ...encoded, headers: { ...encoded.headers, "content-length": length }, body: null };
}

const encoder = new TextEncoder();

function encodeOutcome(answer: Answer, services: RespondServices): Encoded | Promise<Encoded> {
  switch (answer.arrival.intent.audience) {
    case "document":
      return respondWithDocument(answer, services);
    case "runtime":
      return respondWithEvents(answer, services);
    case "data":
      return respondWithData(answer, services);
  }
}

/** Adds cookies and headers: every response of an action passes here. */
function seal(encoded: Encoded, answer: Answer): Response {
  const cookies = answer.arrival.cookies.takeCookies();
  if (!(encoded instanceof Response)) {
    // No cache may keep it (RFC 9111, 5.2.2.5).
    const reply = cookies.length === 0 ? encoded : { ...encoded, cookies: [...encoded.cookies, ...cookies] };
    return sendReply(reply, { ...answer.headers, "cache-control": "no-store" });
  }
  // The headers of an upgrade are not changed.
  if (encoded.status === 101) return encoded;
  const sealed = withOwnHeaders(sealResponse(encoded));
  const { headers } = sealed;
  for (const [name, value] of Object.entries(answer.headers)) headers.set(name, value);
  for (const cookie of cookies) headers.append("set-cookie", sealValue(cookie));
  // A response of the application keeps its caching, unless a cache would send the cookie of one user to another.
  const isOwn = answer.outcome.kind === "response" && cookies.length === 0;
  if (!isOwn || !headers.has("cache-control")) headers.set("cache-control", "no-store");
  return sealed;
}
