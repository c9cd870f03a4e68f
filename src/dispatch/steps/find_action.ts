// Finds the target of a request: an action, or whatever its address serves.
import type { Action } from "../../actions/action.ts";
import type { OwnedAction } from "../../actions/manager.ts";
import { ACTION_FIELD } from "../../protocol/names.ts";
import type { Finding, Judging, Observing, Reading } from "../app.ts";
import type { Arrival } from "../arrival.ts";
import { failure, notAllowed } from "../failure.ts";
import { fieldText } from "../fields.ts";
import type { Failure } from "../outcome.ts";
import { regionActionOf } from "../region_actions.ts";
import { isReadMethod, READ_METHODS } from "../../http/methods.ts";
import { isPrefetch } from "../../http/purpose.ts";
import { judgePurpose } from "./judge.ts";
import { readEarly } from "./read_body.ts";
import { catalogueText } from "../../texts/catalogue.ts";

/** The target of a request. */
export type Found =
  | { readonly kind: "action"; readonly owned: OwnedAction }
  /** An action of the runtime itself, which has no backend. */
  | { readonly kind: "own"; readonly action: Action }
  /** Whatever its address serves. */
  | { readonly kind: "address" }
  | Failure;

/** Finds the action of a request by its URL or header; for a POST that names none there, by a field of its body. */
export function findAction(arrival: Arrival, app: Finding & Reading & Judging & Observing): Found | Promise<Found> {
  const { request, intent } = arrival;
  const namesAction = intent.kind === "endpoint" || intent.kind === "named";
  // A browser drops a prefetch that fails, and requests the URL again when the user follows the link.
  if (namesAction && isReadMethod(request.method) && isPrefetch(request.headers)) {
    return failure(503, catalogueText("reload"), {}, "An action is not run for a prefetch");
  }
  const own = regionActionOf(intent);
  if (own !== null) return { kind: "own", action: own };
  if (intent.kind === "endpoint") return toFound(app.manager.findByUid(intent.uid), null, arrival, app);
  if (intent.kind === "named") return toFound(app.manager.findByName(intent.name), intent.name, arrival, app);
  return request.method === "POST" ? findByField(arrival, app) : { kind: "address" };
}

/** Returns the refusal of an action that does not exist. It includes the name in development only. */
export function noSuchAction(name: string | null, { dev, manager }: Judging): Failure {
  const shown = name?.slice(0, 128);
  const reason = dev && shown !== undefined ? `There is no action "${shown}": ${manager.explainUnknown(shown)}` : null;
  return failure(404, catalogueText("notFound"), {}, reason);
}

function toFound(owned: OwnedAction | null, name: string | null, arrival: Arrival, app: Judging): Found {
  if (owned === null) return noSuchAction(name, app);
  // Before its backend gets the request, which may respond without the pipeline.
  return judgePurpose(arrival, owned.action) ?? { kind: "action", owned };
}

async function findByField(arrival: Arrival, app: Finding & Reading & Judging & Observing): Promise<Found> {
  const { content } = await readEarly(arrival, app.limits, app);
  const name = fieldText(content, ACTION_FIELD);
  // An empty name counts as none, as in header and query.
  if (name) return toFound(app.manager.findByName(name), name, arrival, app);
  const hasPage = app.router.match(arrival.url.pathname) !== null;
  return hasPage ? notAllowed(READ_METHODS) : failure(404, catalogueText("notFound"));
}
