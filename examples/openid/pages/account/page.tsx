import { action, type ContextFunctions, Form, type PageProps, redirect } from "@hyper/actions";
import { members, session } from "../../session.ts";

// Open to all users, because the session may have expired already. The user stays signed in at the provider.
export const signOut = action("sign_out", { skipHandlerGuard: true, inject: { session } }, ({ session }) => {
  session.destroy();
  return redirect("/");
});

/** For users who are signed in. */
export const render = members;

export const context = {
  name: async ({ deps }) => (await deps.get(session)).get("name") ?? "",
} satisfies ContextFunctions;

/** The page of a user. */
export default function Account({ context: { name } }: PageProps<string, typeof context>) {
  return (
    <>
      <h1>{name}</h1>
      <Form action={signOut} submit="Sign out" />
    </>
  );
}
