/** The session, the provider, and the guard of pages for signed-in users. */
import { createMemoryStore, dependency } from "@hyper/actions";
import { sessions, signedIn } from "@hyper/actions/session";
import { z } from "zod";
import { Attempt, type OpenId } from "./openid.ts";

/** The provider; `createApp()` sets it. */
export const openId = dependency<OpenId>("openId");

/** The sessions. Their users are IDs of the provider. An application on several machines uses a shared store. */
export const session = sessions({
  store: createMemoryStore(),
  values: { attempts: z.array(Attempt), name: z.string() },
});

/** Guard of all actions and of pages: sends users to the sign-in, and then back. */
export const members = signedIn({ session, signIn: "/sign-in" });
