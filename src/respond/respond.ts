/**
 * Outcome × audience → `Response`. A new format of answer is one file beside this one and one line in it.
 *
 * @module
 */
import type { Answer } from "../dispatch/answer.ts";
import { failureOf, isReportable } from "../dispatch/failure.ts";
import { respondWithData } from "./data.ts";
import { respondWithDocument } from "./document.ts";
import { respondWithEvents } from "./events.ts";
import { type Reply, sendReply } from "./reply.ts";
import type { RespondServices } from "./services.ts";
import { sealResponse, sealValue } from "../http/sink.ts";
import { withOwnHeaders } from "../http/vary.ts";

/** Answers in the words the caller understands. Does not reject: what goes wrong here is answered as a failure. */
export async function respond(answer: Answer, services: RespondServices): Promise<Response> {
  try {
    return seal(await encode(answer, services), answer);
  } catch (error) {
    // What a page refuses as its guard is no news.
    if (isReportable(error)) services.report(error, answer.request, answer.action?.name ?? null);
    // A stream that is not read by anybody holds the request open.
    if (answer.outcome.kind === "stream") await answer.outcome.discard();
    const failed: Answer = { ...answer, outcome: failureOf(error) };
    return seal(await encode(failed, services), failed);
  }
}

function encode(answer: Answer, services: RespondServices): Promise<Reply | Response> {
  switch (answer.intent.audience) {
    case "document":
      return respondWithDocument(answer, services);
    case "runtime":
      return respondWithEvents(answer, services);
    case "data":
      return respondWithData(answer, services);
  }
}

// The one place every answer of an action passes on its way out.
function seal(said: Reply | Response, answer: Answer): Response {
  const cookies = answer.cookies?.takeCookies() ?? [];
  if (!(said instanceof Response)) {
    // Kept by nobody (RFC 9111, 5.2.2.5).
    const reply = cookies.length === 0 ? said : { ...said, cookies: [...said.cookies, ...cookies] };
    return sendReply(reply, { ...answer.headers, "cache-control": "no-store" });
  }
  // An upgrade has no headers of ours to carry.
  if (said.status === 101) return said;
  const sealed = withOwnHeaders(sealResponse(said));
  const { headers } = sealed;
  for (const [name, value] of Object.entries(answer.headers)) headers.set(name, value);
  for (const cookie of cookies) headers.append("set-cookie", sealValue(cookie));
  // A handler's own response keeps the caching it asked for, unless a cookie of one visitor would reach another by it.
  const isOwn = answer.outcome.kind === "response" && cookies.length === 0;
  if (!isOwn || !headers.has("cache-control")) headers.set("cache-control", "no-store");
  return sealed;
}
