// Reads the body of a call, bounded and, for a webhook, verified.
import { isReadMethod } from "../../http/methods.ts";
import type { VerifyWebhook } from "../../actions/action_options.ts";
import type { RequestContext } from "../../context.ts";
import type { BodyAccount } from "../../http/body_account.ts";
import { type Body, readBody, type ReadBodyOptions, readBytes } from "../../http/body.ts";
import type { Limits } from "../../http/limits.ts";
import { storeFiles, storingFiles } from "../../http/stored_file.ts";
import type { Observing, Reading } from "../app.ts";
import type { Arrival, ReadBody } from "../arrival.ts";
import type { Call } from "../call.ts";
import { failure } from "../failure.ts";
import { reporterOf, sendDenied } from "../observe.ts";
import type { Failure } from "../outcome.ts";
import type { Admitted } from "./admit.ts";
import { catalogueText } from "../../texts/catalogue.ts";

/** Reads a body whose fields name the action or the page, before any code of the application runs. */
export async function readEarly(arrival: Arrival, limits: Limits, app: Reading & Observing): Promise<ReadBody> {
  const { request, client, lifetime } = arrival;
  const account = app.bodies.open(client.holder);
  const onError = reporterOf({ request, action: null }, app);
  const content = await readBody(request, limits, { account, onError }).catch((error) => {
    account.close();
    throw error;
  });
  lifetime.hold(account);
  return arrival.body = { content: lifetime.own(content), account };
}

/**
 * Reads the body of a call that was admitted.
 *
 * @returns The body; or the refusal of a webhook whose signature does not match.
 * @throws {InputError} When the body breaks a rule or a limit.
 */
export function readCallBody(
  call: Call,
  { holder }: Admitted,
  ctx: RequestContext,
  app: Reading & Observing,
): Promise<Body | Failure> | Body {
  const { arrival: { request, body: early, lifetime }, action, limits } = call;
  const onError = reporterOf(call, app);
  // A file that is only validated is not stored.
  const store = call.arrival.mode === "validate" ? null : action.onFile;
  const onFile = store === null ? undefined : storingFiles(store, ctx, onError);
  const account = early?.account ?? app.bodies.open(holder);
  lifetime.hold(account);
  const options = { account, onFile, onError };
  if (action.verify !== null) return readVerified(call, action.verify, options, app);
  if (early === null) return readBody(request, limits, options);
  // The body was read before it was known where its files go.
  const { content } = early;
  if (onFile === undefined || content.kind !== "fields") return content;
  return storeFiles(content.fields, onFile).then((fields) => ({ kind: "fields", fields }));
}

/** Reads the body of a webhook again from the bytes that were signed; or returns the refusal. */
async function readVerified(
  call: Call,
  verify: VerifyWebhook,
  options: ReadBodyOptions & { readonly account: BodyAccount },
  app: Observing,
): Promise<Body | Failure> {
  const { account } = options;
  let verified: Request | null = null;
  try {
    // A body that was read to find the action by a field is not the signed bytes: a webhook is named by its URL or header.
    verified = call.arrival.body === null ? await verifySignature(call, verify, account) : null;
  } finally {
    // The verified bytes are no longer needed, or are read again below.
    account.close();
  }
  if (verified !== null) return await readBody(verified, call.limits, options);
  sendDenied(call, "guard", 403, app);
  return failure(403, catalogueText("invalidSignature"));
}

/** Returns the request of a webhook with the signed bytes as its body; `null` if the signature does not match. */
async function verifySignature(
  { request, limits }: Call,
  verify: VerifyWebhook,
  account: BodyAccount,
): Promise<Request | null> {
  const body = await readBytes(request, limits, account);
  if (await verify(request, body) !== true) return null;
  const { method, headers } = request;
  return isReadMethod(method) ? request : new Request(request.url, { method, headers, body });
}
