import type { PageContext } from "@hyper/actions";
import type { VNode } from "preact";
import type { User } from "../../parts.tsx";

export const context = {
  user: ({ request }: Pick<PageContext, "request">): User => ({ name: request.headers.get("x-user") ?? "Ada" }),
};

export default function TeamPage(): VNode {
  return <h1>Team</h1>;
}
