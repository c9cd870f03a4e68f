import type { ContextFunctions, PageProps } from "@hyper/actions";
import { session } from "../session.ts";

/** Values for every page and layout: pages in subfolders inherit them. */
export const context = {
  user: async ({ deps }) => (await deps.get(session)).user,
} satisfies ContextFunctions;

export type RootContext = typeof context;

export default function Home(
  { context: { user } }: PageProps<"/", RootContext>,
) {
  return (
    <>
      <h1>Tasks</h1>
      <p>A list of what you have to do, in every tab and on every device.</p>
      <p>
        {user === null
          ? <a href="/sign-up">Create an account</a>
          : <a href="/tasks">Open your tasks</a>}
      </p>
    </>
  );
}
