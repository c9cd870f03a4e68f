/**
 * Passes a request to the backend that owns its action.
 *
 * @module
 */
import type { Action } from "../actions/action.ts";
import type { DispatchContext, FormActionBackend } from "../actions/backend.ts";
import type { OwnedAction } from "../actions/manager.ts";
import { RegistryFormActionBackend } from "../actions/registry.ts";
import { withUnreadBody } from "../http/unread_request.ts";
import type { Answering } from "./app.ts";
import type { Arrival } from "./arrival.ts";

/** The responses of the standard pipeline. */
export interface Pipeline {
  /** Runs an action for the request that was received. */
  run(action: Action): Promise<Response>;
  /** Runs an action for another request. */
  runFor(request: Request, action: Action): Promise<Response>;
  /** Responds that the action does not exist. */
  notFound(): Promise<Response>;
}

/**
 * Lets a backend respond.
 *
 * @param app Seals the responses that the backend creates itself.
 * @throws {TypeError} When the backend returns something that is not a `Response`.
 */
export function dispatchToBackend(
  arrival: Arrival,
  { action, backend }: OwnedAction,
  pipeline: Pipeline,
  app: Pick<Answering, "seal">,
): Promise<Response> {
  // The standard backend would find the same action again and lead back here: about two microseconds of a post
  // (`deno task bench server`, "valid post").
  return isStandard(backend) ? pipeline.run(action) : passToBackend(arrival, { action, backend }, pipeline, app);
}

async function passToBackend(
  { request, url, lifetime, body }: Arrival,
  { action, backend }: OwnedAction,
  pipeline: Pipeline,
  app: Pick<Answering, "seal">,
): Promise<Response> {
  // The last response of the pipeline, which has passed the sink.
  let sealed: Response | null = null;
  // A body that was read to find the action has to be readable again: the backend may clone it, or send it elsewhere.
  const handed = body === null ? request : withUnreadBody(request, body.content);
  let isReplaced = false;
  const context: DispatchContext = {
    url,
    notFound: async () => sealed = await pipeline.notFound(),
    run: async (action, given = handed) => {
      isReplaced = given !== handed && given !== request;
      return sealed = await (isReplaced ? pipeline.runFor(given, action) : pipeline.run(action));
    },
  };
  let response: unknown;
  try {
    response = await backend.dispatch(handed, action.uid, context);
  } finally {
    // A backend that responds itself, throws, or passes on another request, leaves the body that was read to find its action.
    if (sealed === null || isReplaced) await lifetime.dropBody();
  }
  if (response === sealed && sealed !== null) return sealed;
  if (response instanceof Response) return app.seal(response);
  throw new TypeError(
    `Cannot respond with the result of the backend of action "${action.name}": it is ${typeof response}; return a Response`,
  );
}

/** Returns whether a backend is the default one, with nothing overridden. */
function isStandard(backend: FormActionBackend): boolean {
  const standard = RegistryFormActionBackend.prototype;
  return Object.getPrototypeOf(backend) === standard && backend.dispatch === standard.dispatch;
}
