import type { ContextFunctions } from "@hyper/actions";
import { currentUser } from "../session.ts";

/** Context values of every page. */
export const context = { user: ({ deps }) => deps.get(currentUser) } satisfies ContextFunctions;

/** The names and types of it. */
export type RootContext = typeof context;

/** For everyone. */
export default function Home() {
  return (
    <>
      <h1>Club</h1>
      <p>This page is for everyone. What is behind the others is for who signs in.</p>
    </>
  );
}
