import type { ContextFunctions } from "@hyper/actions";
import { currentUser } from "../session.ts";

/** Context values of every page. */
export const context = { user: ({ deps }) => deps.get(currentUser) } satisfies ContextFunctions;

/** The type of the context values that every page inherits. */
export type RootContext = typeof context;

/** A public page. */
export default function Home() {
  return (
    <>
      <h1>Club</h1>
      <p>This page is public. Sign in to see the others.</p>
    </>
  );
}
