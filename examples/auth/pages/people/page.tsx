import { action, type ContextFunctions, Form, HyperError, type PageProps, refresh, toast } from "@hyper/actions";
import { z } from "zod";
import { ROLES, type User } from "../../accounts.ts";
import { accounts, adminsOnly, admit, member } from "../../session.ts";

export const setRole = action(
  "set_role",
  {
    input: z.object({ id: z.coerce.number().int(), role: z.enum(ROLES) }),
    guard: adminsOnly,
    inject: { member, accounts },
  },
  ({ data: { id, role }, member, accounts }) => {
    if (id === member.id) throw new HyperError(409, "You cannot change your own role");
    accounts.setRole(id, role);
    return [refresh("#main"), toast("Role changed")];
  },
);

export const head = <title>People</title>;

/** For admins. */
export const render = admit("admin");

export const context = { people: async ({ deps }) => (await deps.get(accounts)).list() } satisfies ContextFunctions;

/** All users and their roles. */
export default function People({ context: { people } }: PageProps<string, typeof context>) {
  return (
    <>
      <h1>People</h1>
      <ul class="people">{people.map((user) => <Person key={user.id} user={user} />)}</ul>
    </>
  );
}

function Person({ user: { id, name, role } }: { readonly user: User }) {
  const other = role === "admin" ? "member" : "admin";
  return (
    <li>
      <span>{`${name}, ${role}`}</span>
      <Form action={setRole} instance={id}>
        <input type="hidden" name="id" value={id} />
        <button name="role" value={other}>
          {`Make ${name} ${other === "admin" ? "an admin" : "a member"}`}
        </button>
      </Form>
    </li>
  );
}
