/**
 * Finding what a request asks for: an action, or whatever is served at its address.
 *
 * @module
 */
import type { OwnedAction } from "../../actions/manager.ts";
import { ACTION_FIELD } from "../../protocol/names.ts";
import type { Finding, Judging, Observing, Reading } from "../app.ts";
import { type Arrival, dropBody } from "../arrival.ts";
import { failure, notAllowed } from "../failure.ts";
import { fieldText } from "../fields.ts";
import type { Failure } from "../outcome.ts";
import { readEarly } from "./read_body.ts";
import { catalogueText } from "../../texts/catalogue.ts";

/** What a request asks for. */
export type Found =
  /** An action; `arrival` has the body, where it was read to find it. */
  | { readonly kind: "action"; readonly owned: OwnedAction; readonly arrival: Arrival }
  /** Whatever is served at its address. */
  | { readonly kind: "address" }
  /** Nothing there is. */
  | { readonly kind: "refused"; readonly refusal: Failure };

/** Finds the action of a request by its URL or header; for a POST that names none there, by a field of its body. */
export function findAction(arrival: Arrival, app: Finding & Reading & Judging & Observing): Found | Promise<Found> {
  const { request, intent } = arrival;
  if (intent.kind === "endpoint") return found(arrival, app.manager.findByUid(intent.uid), null, app);
  if (intent.kind === "named") return found(arrival, app.manager.findByName(intent.name), intent.name, app);
  return request.method === "POST" ? findByField(arrival, app) : { kind: "address" };
}

/** The refusal of an action that does not exist. Its name is told in development alone. */
export function noSuchAction(name: string | null, { dev, manager }: Judging): Failure {
  const shown = name?.slice(0, 128);
  const reason = dev && shown !== undefined ? `There is no action "${shown}": ${manager.explainUnknown(shown)}` : null;
  return failure(404, catalogueText("notFound"), {}, reason);
}

function found(arrival: Arrival, owned: OwnedAction | null, name: string | null, app: Judging): Found {
  if (owned !== null) return { kind: "action", owned, arrival };
  return { kind: "refused", refusal: noSuchAction(name, app) };
}

async function findByField(arrival: Arrival, app: Finding & Reading & Judging & Observing): Promise<Found> {
  const body = await readEarly(arrival, app.limits, app);
  const name = fieldText(body.content, ACTION_FIELD);
  const owned = name ? app.manager.findByName(name) : null;
  if (owned !== null) return { kind: "action", owned, arrival: { ...arrival, body } };
  await dropBody(body);
  // An empty name is none, as in header and query.
  if (name) return { kind: "refused", refusal: noSuchAction(name, app) };
  const hasPage = app.router.match(arrival.url.pathname) !== null;
  return { kind: "refused", refusal: hasPage ? notAllowed("GET, HEAD") : failure(404, catalogueText("notFound")) };
}
