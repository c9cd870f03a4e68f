/** Input that was sent after the session had expired, kept until the user signs in again. */
import { type BoundForm, dependency, type FormGuardContext, type RequestContext, type Store } from "@hyper/actions";
import { z } from "zod";
import type { User } from "./accounts.ts";
import { currentUser, session, toSignIn } from "./session.ts";

/** Time for which it is kept, in seconds. */
const SECONDS = 60 * 60;

const Typed = z.record(z.string(), z.string());

/** The store of the application, provided by `createApp()`. */
export const store = dependency("store", (): Store => {
  throw new TypeError("Cannot use the store: it has no value; provide it in createApp()");
});

/**
 * Guards a form that can outlive its session. It is a guard of the form, not of the action, because it needs the entered values
 * and the page. The action has `skipHandlerGuard: true`, so that this guard replaces the guard of all actions.
 */
export async function keepTyped({ deps, form, url }: FormGuardContext<BoundForm>): Promise<true | Response> {
  if (await deps.get(currentUser) !== null) return true;
  const over = await deps.get(session);
  // Only for the user of that session: another user may sign in next.
  if (over !== null) {
    const typed = Object.fromEntries(form.fields.map(({ name, raw }) => [name, raw]));
    await (await deps.get(store)).put(keyOf(form.name, over.user), typed, SECONDS);
  }
  return toSignIn(url.href);
}

/** Returns the kept input of a form, or `null`. */
export async function findTyped(
  form: string,
  user: User,
  { deps }: RequestContext,
): Promise<Record<string, string> | null> {
  const found = await (await deps.get(store)).get(keyOf(form, user));
  return found === null ? null : Typed.parse(found);
}

/** Deletes the kept input of a form, after it was saved. */
export async function forgetTyped(form: string, user: User, { deps }: RequestContext): Promise<void> {
  await (await deps.get(store)).delete(keyOf(form, user));
}

function keyOf(form: string, { id }: User): string {
  return `typed:${form}:${id}`;
}
