/** What somebody had typed when their session was over, kept until they are back. */
import { type BoundForm, dependency, type FormGuardContext, type RequestContext, type Store } from "@hyper/actions";
import { z } from "zod";
import type { User } from "./accounts.ts";
import { currentUser, session, toSignIn } from "./session.ts";

/** How long it is kept, in seconds. */
const SECONDS = 60 * 60;

const Typed = z.record(z.string(), z.string());

/** The store of the application; `createApp()` puts it in. */
export const store = dependency("store", (): Store => {
  throw new TypeError("Cannot keep anything: createApp() was given no store");
});

/**
 * The guard of a form that outlives its session. A guard of the form, not of its action: by then it is known what was typed,
 * and on which page. The action says `skipHandlerGuard: true`, so that it is asked in place of the guard of all actions.
 */
export async function keepTyped({ deps, form, url }: FormGuardContext<BoundForm>): Promise<true | Response> {
  if (await deps.get(currentUser) !== null) return true;
  const over = await deps.get(session);
  // For nobody but the owner of that session: another person may be the next to sign in here.
  if (over !== null) {
    const typed = Object.fromEntries(form.fields.map(({ name, raw }) => [name, raw]));
    await (await deps.get(store)).put(keyOf(form.name, over.user), typed, SECONDS);
  }
  return toSignIn(url.href);
}

/** What somebody had typed into a form, or `null`. */
export async function findTyped(
  form: string,
  user: User,
  { deps }: RequestContext,
): Promise<Record<string, string> | null> {
  const found = await (await deps.get(store)).get(keyOf(form, user));
  return found === null ? null : Typed.parse(found);
}

/** Forgets it: it is saved now. */
export async function forgetTyped(form: string, user: User, { deps }: RequestContext): Promise<void> {
  await (await deps.get(store)).delete(keyOf(form, user));
}

function keyOf(form: string, { id }: User): string {
  return `typed:${form}:${id}`;
}
