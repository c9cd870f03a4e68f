/** Text that a user had typed when their session expired, kept until they sign in again. */
import { type BoundForm, dependency, type FormGuardContext, type RequestContext, type Store } from "@hyper/actions";
import { z } from "zod";
import type { User } from "./accounts.ts";
import { currentUser, session, toSignIn } from "./session.ts";

/** Seconds for which it is kept. */
const SECONDS = 60 * 60;

const Typed = z.record(z.string(), z.string());

/** The store of the application; `createApp()` sets it. */
export const store = dependency("store", (): Store => {
  throw new TypeError("Cannot save text: createApp() was called without a store");
});

/**
 * The guard of a form that survives its session. A guard of the form, not of its action, because it knows the submitted text and
 * the page. The action has `skipHandlerGuard: true`, so that this guard replaces the one of the handler.
 */
export async function keepTyped({ deps, form, url }: FormGuardContext<BoundForm>): Promise<true | Response> {
  if (await deps.get(currentUser) !== null) return true;
  const over = await deps.get(session);
  // Stored for the user of that session only: another person may sign in next in this browser.
  if (over !== null) {
    const typed = Object.fromEntries(form.fields.map(({ name, raw }) => [name, raw]));
    await (await deps.get(store)).put(keyOf(form.name, over.user), typed, SECONDS);
  }
  return toSignIn(url.href);
}

/** Returns the text that a user had typed into a form, or `null`. */
export async function findTyped(
  form: string,
  user: User,
  { deps }: RequestContext,
): Promise<Record<string, string> | null> {
  const found = await (await deps.get(store)).get(keyOf(form, user));
  return found === null ? null : Typed.parse(found);
}

/** Deletes the text after it was saved. */
export async function forgetTyped(form: string, user: User, { deps }: RequestContext): Promise<void> {
  await (await deps.get(store)).delete(keyOf(form, user));
}

function keyOf(form: string, { id }: User): string {
  return `typed:${form}:${id}`;
}
