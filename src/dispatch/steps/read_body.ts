/**
 * Reading the body of a call, bounded and, for a webhook, verified.
 *
 * @module
 */
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
import { reporterOf, tellDenied } from "../observe.ts";
import type { Failure } from "../outcome.ts";
import type { Admitted } from "./admit.ts";
import { catalogueText } from "../../texts/catalogue.ts";

/**
 * Reads a body whose fields name the action or the page, before any code of the application runs.
 *
 * @param arrival The request.
 * @param limits The limits that hold for it.
 */
export async function readEarly(
  { request, client }: Pick<Arrival, "request" | "client">,
  limits: Limits,
  app: Reading & Observing,
): Promise<ReadBody> {
  const account = app.bodies.open(client.holder);
  const onError = reporterOf({ request, action: null }, app);
  const content = await readBody(request, limits, { account, onError }).catch((error) => {
    account.close();
    throw error;
  });
  return { content, account };
}

/**
 * Reads the body of a call that was admitted.
 *
 * @param early The body, where it was read to find action or page.
 * @returns The body; or the refusal of a webhook whose signature does not fit.
 * @throws {InputError} When the body breaks a rule or a limit.
 */
export function readCallBody(
  call: Call,
  early: ReadBody | null,
  { holder }: Admitted,
  ctx: RequestContext,
  app: Reading & Observing,
): Promise<Body | Failure> | Body {
  const { action, request, limits } = call;
  const onError = reporterOf(call, app);
  const onFile = action.onFile === null ? undefined : storingFiles(action.onFile, ctx, onError);
  const account = early?.account ?? app.bodies.open(holder);
  call.lifetime.hold(account);
  const options = { account, onFile, onError };
  if (action.verify !== null) return readVerified(call, early, action.verify, options, app);
  if (early === null) return readBody(request, limits, options);
  // Read before it was known what takes the files.
  const { content } = early;
  if (onFile === undefined || content.kind !== "fields") return content;
  return storeFiles(content.fields, onFile).then((fields) => ({ kind: "fields", fields }));
}

/** The body of a webhook, read again from the bytes that were signed; or the refusal. */
async function readVerified(
  call: Call,
  early: ReadBody | null,
  verify: VerifyWebhook,
  options: ReadBodyOptions & { readonly account: BodyAccount },
  app: Observing,
): Promise<Body | Failure> {
  const { account } = options;
  let verified: Request | null = null;
  try {
    // A body that was read to find the action by a field is not what was signed: a webhook is named by its URL or header.
    verified = early === null ? await verifySignature(call, verify, account) : null;
  } finally {
    // What was read to be verified is no longer needed, or is read again below.
    account.close();
  }
  if (verified !== null) return await readBody(verified, call.limits, options);
  tellDenied(call, "guard", 403, app);
  return failure(403, catalogueText("invalidSignature"));
}

/** The request of a webhook with the bytes that were signed for its body; `null` where the signature does not fit. */
async function verifySignature(
  { request, limits }: Call,
  verify: VerifyWebhook,
  account: BodyAccount,
): Promise<Request | null> {
  const body = await readBytes(request, limits, account);
  if (await verify(request, body) !== true) return null;
  const { method, headers } = request;
  return method === "GET" ? request : new Request(request.url, { method, headers, body });
}
