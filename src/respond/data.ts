// The response to a client that accepts JSON, with a problem object (RFC 9457) for an error.
import { isStatus, STATUS_TEXT } from "@std/http/status";
import type { Answer } from "../dispatch/answer.ts";
import type { Failure } from "../dispatch/outcome.ts";
import { JSON_TYPE, PROBLEM_TYPE } from "../protocol/names.ts";
import type { Issues, Patch, RegionsPatchData } from "../protocol/patch.ts";
import { collect, type Gather } from "./collect.ts";
import { lowerCased, type Reply, reply } from "./reply.ts";
import { catalogueText } from "../texts/catalogue.ts";
import type { RespondServices } from "./services.ts";

/** Responds with JSON. */
export async function respondWithData(answer: Answer, services: RespondServices): Promise<Reply | Response> {
  const { outcome, limits } = answer;
  const { userTexts } = services;
  const failureData = (refusal: Failure): Reply => {
    const { status, headers, reason } = refusal;
    return problem(status, userTexts.ofFailure(refusal, answer.arrival), headers, reason === null ? {} : { reason });
  };
  switch (outcome.kind) {
    case "response":
      return outcome.response;
    case "nothing":
      return json(200, { ok: true });
    case "value":
      return json(200, { ok: true, data: outcome.value });
    case "markup":
      return json(200, { ok: true, html: outcome.html });
    case "events":
      return items(outcome.events);
    case "stream": {
      const events: Patch[] = [];
      const collected = await collect(outcome.stream, limits.documentSeconds, keepUpTo(limits.gatheredBytes, events));
      if (collected.kind === "failure") return failureData(collected);
      const refused = outcome.rejection?.refusal ?? null;
      return refused === null
        ? items(events, collected.isComplete)
        : await respondWithData({ ...answer, outcome: refused }, services);
    }
    case "invalid":
      return problem(422, userTexts.of(answer.arrival).write(catalogueText("checkFields")), {}, {
        issues: outcome.issues,
      });
    case "checked":
      return json(200, { ok: true, issues: outcome.issues });
    case "rows":
      throw new TypeError("Cannot encode changed rows as data: a program sends the rows themselves");
    case "unread":
      return failureData(outcome.failure);
    case "failure":
      return failureData(outcome);
  }
}

/** Keeps events up to a size in bytes. */
function keepUpTo(maximum: number, events: Patch[]): Gather {
  let size = 0;
  return (patch, bytes) => {
    size += bytes;
    if (size > maximum) return "full";
    events.push(patch);
    return "more";
  };
}

function items(events: readonly Patch[], isComplete = true): Reply {
  const redirect = events.find((patch) => patch.event === "redirect");
  if (redirect !== undefined) return json(200, { ok: true, redirect: redirect.data.url });
  // A checkpoint has no data, and this client does not resume.
  const sent = events.flatMap((patch) =>
    /^(?:checkpoint|regions|changed)$/.test(patch.event) || !("data" in patch)
      ? []
      : [{ event: patch.event, data: patch.data }]
  );
  const regions = events.flatMap((patch) => patch.event === "regions" ? [patch.data] : []);
  return json(200, { ok: true, items: sent, ...regionsOf(regions), ...(isComplete ? {} : { complete: false }) });
}

/** Returns the regions of the client's page that have changed; nothing if the action has not changed a topic. */
function regionsOf(changes: readonly RegionsPatchData[]): object {
  if (changes.length === 0) return {};
  if (changes.some(({ stale }) => stale)) return { regions: "stale" };
  return { regions: changes.flatMap(({ dirty = [] }) => dirty) };
}

function json(status: number, value: unknown): Reply {
  return reply(status, JSON.stringify(value), { "content-type": JSON_TYPE });
}

function problem(
  status: number,
  detail: string,
  headers: Readonly<Record<string, string>>,
  members: { readonly issues?: Issues; readonly reason?: string },
): Reply {
  const body = { ok: false, type: "about:blank", title: phraseOf(status), status, detail, ...members };
  return reply(status, JSON.stringify(body), { ...lowerCased(headers), "content-type": PROBLEM_TYPE });
}

/** Returns the phrase of a status (RFC 9457, 4.2.1). */
function phraseOf(status: number): string {
  return isStatus(status) ? STATUS_TEXT[status] : "Error";
}
