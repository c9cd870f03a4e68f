// Forms that were posted after their session had ended, kept until the user has signed in again.
import { readIntent } from "../actions/intent.ts";
import type { RequestContext } from "../context.ts";
import { isJsonObject } from "../http/json.ts";
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
 * that the next user of the computer does not see them. The form is not sent by itself: the user presses its button.
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
  const admit = signedIn(options);
  const keep = async ({ form, url, cookies }: KeptFormContext): Promise<void> => {
    const kept: KeptForm = { form: form.name, path: url.pathname, user: sentTag(cookies), values: valuesOf(form) };
    if (JSON.stringify(kept).length > MAX_CHARACTERS) return;
    const token = randomToken();
    await fromStore(() => store.put(keyOf(token), kept, KEEP_SECONDS));
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
      if (token === null || !isSessionToken(token) || isPost(request) || request.headers.has("sec-purpose")) {
        return null;
      }
      const key = keyOf(token);
      const kept = readKept(await fromStore(() => store.get(key)));
      if (kept !== null && (kept.form !== form || kept.path !== url.pathname)) return null;
      if ((await deps.get(options.session)).user === null) return null;
      // Of two requests at the same time, one gets it.
      const taken = readKept(await swapValue(store, key, () => null));
      if (!isHeadSent(cookies)) cookies.delete(cookie);
      return taken === null || taken.user !== null && taken.user !== userTagOf(cookies) ? null : taken.values;
    },
  });
}

function keyOf(token: string): string {
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
