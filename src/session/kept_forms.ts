// Forms that were posted after their session had ended, kept until the user has signed in again.
import { readIntent } from "../actions/intent.ts";
import type { RequestContext } from "../context.ts";
import { type Holder, UNKNOWN_HOLDER } from "../http/caller.ts";
import { isJsonObject } from "../http/json.ts";
import { Ledger } from "../http/ledger.ts";
import { isPrefetch } from "../http/purpose.ts";
import { RequestCookies, userTagOf } from "../http/request_cookies.ts";
import { withDeadline } from "../store/deadline.ts";
import type { Store } from "../store/store.ts";
import { sha256 } from "../platform/hash.ts";
import { isSessionToken, randomToken } from "./record.ts";
import { signedIn, type SignedInOptions } from "./signed_in.ts";
import { STORE_SECONDS } from "./sessions.ts";
import { fromStore, swapValue } from "./swap.ts";

/** Options for {@linkcode keptForms}. */
export interface KeptFormsOptions extends SignedInOptions {
  /** Keeps the forms. */
  readonly store: Store;
}

/** The context of a form guard: the part that is used here. */
export interface KeptFormContext extends RequestContext {
  /** The form as it was sent. */
  readonly form: {
    readonly name: string;
    readonly fields: readonly { readonly name: string; readonly inputType: string; readonly value: unknown }[];
  };
}

/** Values of a form, by field. */
export type KeptValues = Readonly<Record<string, unknown>>;

/** The forms of an application that outlive their session. */
export interface KeptForms {
  /**
   * The guard of such a form: admits signed-in users; keeps the fields of a post without scripts, and redirects to the sign-in page.
   * Programs and the runtime get what {@linkcode signedIn} sends. The action needs `skipHandlerGuard: true`, because its body has to
   * be read first.
   */
  readonly guard: (ctx: KeptFormContext) => Promise<boolean | Response>;
  /**
   * Returns the fields of a form once, when its page is shown to the user for whom the form was rendered. Another user gets `null`,
   * and the fields are deleted.
   *
   * @param form Name of the form.
   * @param ctx The request.
   * @returns The values as they were entered; `null` if none are kept for this browser, form and page.
   */
  readonly find: (form: string, ctx: RequestContext) => Promise<KeptValues | null>;
}

/** Seconds for which a form is kept, and its maximum size as JSON, in characters. */
const KEEP_SECONDS = 600, MAX_CHARACTERS = 65_536;
/**
 * Maximum number of forms that one process keeps, and their maximum size. Above it, the oldest form of the address with the most is
 * dropped: a client that fills the store with forms drops its own.
 */
const MAX_FORMS = 1_000, MAX_BYTES = 32 * 1024 * 1024;
const NAME = "hyper_resume";

/** A kept form in the store. */
interface KeptForm {
  readonly form: string;
  readonly path: string;
  /** Digest of the user that the form was rendered for; `null` without one. */
  readonly user: string | null;
  readonly values: KeptValues;
}

/**
 * Keeps forms that are posted without scripts after their session has ended: the user signs in, and gets the page back with everything
 * that was entered. With scripts, the form stays on the page, so that it needs no help.
 *
 * Fields of at most 65,536 characters are kept for 10 minutes, without passwords and files, for one use. They belong to a `__Host-`
 * cookie of this browser, so that another site cannot prepare a form for a user, and to the user that the form was rendered for, so
 * that the next user of the computer does not see them. The form is not sent by itself: the user presses its button. One process keeps
 * at most 1,000 forms and 32 MiB; above it, the oldest form of the address with the most is dropped.
 *
 * @param options The session, the store, and the sign-in page.
 * @returns The guard of the forms, and the function for `getInitial`.
 *
 * @example
 * ```ts
 * import { createMemoryStore, defineForm, field } from "@hyper/actions";
 * import { keptForms, sessions } from "@hyper/actions/session";
 *
 * const store = createMemoryStore();
 * const session = sessions({ store });
 * const kept = keptForms({ session, store, signIn: "/sign-in" });
 *
 * export const ProfileForm = defineForm("profile", {
 *   fields: { about: field.textarea({ label: "About you" }) },
 *   guard: kept.guard,
 *   getInitial: async (ctx) => await kept.find("profile", ctx) ?? { about: "" },
 * });
 * ```
 */
export function keptForms({ store: given, ...options }: KeptFormsOptions): KeptForms {
  const store = withDeadline(given, STORE_SECONDS);
  // Of this process: behind several, each keeps as much.
  const ledger = new Ledger({ maxEntries: MAX_FORMS, maxBytes: MAX_BYTES, seconds: KEEP_SECONDS });
  const admit = signedIn(options);
  const keep = async ({ form, url, cookies }: KeptFormContext): Promise<void> => {
    const kept: KeptForm = { form: form.name, path: url.pathname, user: sentTag(cookies), values: valuesOf(form) };
    const { length } = JSON.stringify(kept);
    if (length > MAX_CHARACTERS) return;
    const token = randomToken();
    const key = keyOfForm(token);
    const dropped = ledger.add({ key, holder: holderOf(cookies), bytes: 2 * length });
    for (const old of dropped) await fromStore(() => store.delete(old));
    await fromStore(() => store.put(key, kept, KEEP_SECONDS));
    cookies.set({ ...cookieOf(url), value: token, maxAge: KEEP_SECONDS });
  };
  return Object.freeze({
    guard: async (ctx: KeptFormContext) => {
      const verdict = await admit(ctx);
      if (verdict instanceof Response && readIntent(ctx.request, ctx.url).audience === "document") await keep(ctx);
      return verdict ?? true;
    },
    find: async (form: string, ctx: RequestContext) => {
      const { request, url, cookies, deps } = ctx;
      const cookie = cookieOf(url);
      const token = cookies.get(cookie.name);
      // A page that is loaded in advance is perhaps never shown.
      if (token === null || !isSessionToken(token) || isPost(request) || isPrefetch(request.headers)) {
        return null;
      }
      const key = keyOfForm(token);
      const kept = readKept(await fromStore(() => store.get(key)));
      if (kept !== null && (kept.form !== form || kept.path !== url.pathname)) return null;
      if ((await deps.get(options.session)).user === null) return null;
      // Of two requests at the same time, one gets it.
      const taken = readKept(await swapValue(store, key, () => null));
      ledger.remove(key);
      if (!isHeadSent(cookies)) cookies.delete(cookie);
      return taken === null || taken.user !== null && taken.user !== userTagOf(cookies) ? null : taken.values;
    },
  });
}

function keyOfForm(token: string): string {
  return `hyper:resume:${sha256(token)}`;
}

function cookieOf({ protocol }: URL) {
  const secure = protocol === "https:";
  return { name: secure ? `__Host-${NAME}` : NAME, secure };
}

function isPost({ method }: Request): boolean {
  return method !== "GET" && method !== "HEAD";
}

function sentTag(cookies: RequestContext["cookies"]): string | null {
  return cookies instanceof RequestCookies ? cookies.sentUserTag : null;
}

function holderOf(cookies: RequestContext["cookies"]): Holder {
  return cookies instanceof RequestCookies ? cookies.holder : UNKNOWN_HOLDER;
}

function isHeadSent(cookies: RequestContext["cookies"]): boolean {
  return cookies instanceof RequestCookies && cookies.isHeadSent;
}

function valuesOf({ fields }: KeptFormContext["form"]): KeptValues {
  const kept = fields.filter(({ inputType }) => inputType !== "password" && inputType !== "file");
  return Object.fromEntries(kept.map(({ name, value }) => [name, value]));
}

function readKept(value: unknown): KeptForm | null {
  if (!isJsonObject(value)) return null;
  const { form, path, user, values } = value;
  if (typeof form !== "string" || typeof path !== "string" || !isJsonObject(values)) return null;
  return user === null || typeof user === "string" ? { form, path, user, values } : null;
}
