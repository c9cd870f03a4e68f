/** The application as a handler, for `main.ts` and for the tests. */
import { createHandler, type Dependency, type Handler } from "@hyper/actions";
import type { OpenId } from "./openid.ts";
import { members, openId, session } from "./session.ts";

/** Creates the application with a provider. */
export function createApp(provider: OpenId): Handler {
  return createHandler({
    baseDir: import.meta.dirname,
    guard: members,
    principal: session.principal,
    overrides: new Map<Dependency<unknown>, unknown>([[openId, provider]]),
  });
}
