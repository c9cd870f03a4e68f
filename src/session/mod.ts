/**
 * Sessions and sign-in: a session in a cookie and a store, hashes of passwords, and a guard for users who have signed in.
 *
 * ```ts
 * import { createMemoryStore } from "@hyper/actions";
 * import { sessions } from "@hyper/actions/session";
 *
 * export const session = sessions({ store: createMemoryStore() });
 * ```
 *
 * @module
 */
export { hashPassword, type PasswordCheck, verifyPassword } from "./password.ts";
export { type SessionInfo, type Sessions, sessions, type SessionsOptions } from "./sessions.ts";
export {
  type KeptFormContext,
  type KeptForms,
  keptForms,
  type KeptFormsOptions,
  type KeptValues,
} from "./kept_forms.ts";
export { returnPath, signedIn, type SignedInOptions } from "./signed_in.ts";
export type { Session, SessionSchemas } from "./session.ts";
export type { Dependency, Deps, Guard, Injectable, Marker, Params, RequestContext, RequestMode } from "../context.ts";
export type { Cookie, Cookies } from "../cookies.ts";
export type { Store } from "../store/store.ts";
export type { StandardSchemaV1 } from "../forms/schema.ts";
