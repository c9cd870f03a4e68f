/**
 * Handing a request to the backend that owns its action.
 *
 * @module
 */
import type { Action } from "../actions/action.ts";
import type { DispatchContext, FormActionBackend } from "../actions/backend.ts";
import type { OwnedAction } from "../actions/manager.ts";
import { RegistryFormActionBackend } from "../actions/registry.ts";
import type { Answering } from "./app.ts";
import { type Arrival, dropBody } from "./arrival.ts";

/** What the standard pipeline answers with. */
export interface Pipeline {
  /** Runs an action. */
  run(action: Action): Promise<Response>;
  /** Answers that there is no such action. */
  notFound(): Promise<Response>;
}

/**
 * Lets a backend answer.
 *
 * @param arrival The request.
 * @param owned The action and its backend.
 * @param pipeline The standard pipeline.
 * @param app Seals what the backend answers itself.
 * @throws {TypeError} When the backend gives something that is not a `Response`.
 */
export function handOver(
  arrival: Arrival,
  { action, backend }: OwnedAction,
  pipeline: Pipeline,
  app: Pick<Answering, "seal">,
): Promise<Response> {
  // That one finds the action it was found by once more, and leads back here: about two microseconds of a post
  // (`deno task bench server`, "valid post").
  return isStandard(backend) ? pipeline.run(action) : handOverTo(arrival, { action, backend }, pipeline, app);
}

async function handOverTo(
  { request, url, body }: Arrival,
  { action, backend }: OwnedAction,
  pipeline: Pipeline,
  app: Pick<Answering, "seal">,
): Promise<Response> {
  // The last answer of the pipeline: it has passed the sink already.
  let sealed: Response | null = null;
  const context: DispatchContext = {
    url,
    notFound: async () => sealed = await pipeline.notFound(),
    run: async (action) => sealed = await pipeline.run(action),
  };
  let response: unknown;
  try {
    response = await backend.dispatch(request, action.uid, context);
  } finally {
    // A backend that answers by itself, or throws, leaves behind what was read to find its action.
    if (sealed === null && body !== null) await dropBody(body);
  }
  if (response === sealed && sealed !== null) return sealed;
  if (response instanceof Response) return app.seal(response);
  throw new TypeError(
    `Cannot answer with what the backend of action "${action.name}" gave: ${typeof response}, a Response is needed`,
  );
}

/** Whether a backend is the one that is there by default, with nothing of it overridden. */
function isStandard(backend: FormActionBackend): boolean {
  const standard = RegistryFormActionBackend.prototype;
  return Object.getPrototypeOf(backend) === standard && backend.dispatch === standard.dispatch;
}
