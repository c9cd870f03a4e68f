/** The session, dependencies that read it, and guards that use them. */
import { createMemoryStore, dependency, type Guard, HyperError, type PageContext } from "@hyper/actions";
import { sessions, signedIn } from "@hyper/actions/session";
import { texts } from "./settings.ts";
import { type Ticket, tickets } from "./tickets.ts";
import { type Role, type User, users } from "./users.ts";

/** The session of a request; its user is the name of a user. `createApp()` sets it: this one is kept in memory. */
export const session = sessions({ store: createMemoryStore() });

/** Admits users who are signed in, and sends others to the sign-in. */
export const members: Guard = signedIn({ session, signIn: "/sign-in" });

/** The current user, or `null`. */
export const currentUser = dependency("user", async ({ deps }): Promise<User | null> => {
  const { user } = await deps.get(session);
  return user === null ? null : (await deps.get(users)).find(user);
});

/** The current user, for what `members` guards. */
export const member = dependency("member", async ({ deps }): Promise<User> => {
  const user = await deps.get(currentUser);
  if (user === null) throw new TypeError("Cannot find the user: add the guard `members`");
  return user;
});

/** Admits users with one of these roles, to an action or to a page. */
export function only(...roles: readonly Role[]): (ctx: Pick<PageContext, "deps">) => Promise<boolean> {
  return async ({ deps }) => {
    const user = await deps.get(currentUser);
    return user !== null && roles.includes(user.role);
  };
}

/** Guards actions for agents; runs after the guard of all actions. */
export const agents: Guard = only("agent", "admin");

/** The name of the requester whose tickets the user may see; `null` for all. */
export const scope = dependency("scope", async ({ deps }): Promise<string | null> => {
  const { name, role } = await deps.get(member);
  return role === "customer" ? name : null;
});

/** Returns a ticket if the user may see it. */
export async function findTicket({ deps }: Pick<PageContext, "deps">, id: number): Promise<Ticket> {
  const [all, requester] = [await deps.get(tickets), await deps.get(scope)];
  const ticket = all.get(id);
  if (ticket === null || requester !== null && ticket.requester !== requester) {
    throw new HyperError(404, (await deps.get(texts)).notFound);
  }
  return ticket;
}

/** The ticket of the page. */
export const currentTicket = dependency("ticket", (ctx): Promise<Ticket> => findTicket(ctx, Number(ctx.params.id)));
