import { assertEquals } from "@std/assert";
import { actionHeaders, VARY, withOwnHeaders } from "../../src/respond/vary.ts";

Deno.test("actionHeaders() are Vary and no-store, and what is added", () => {
  assertEquals(Object.fromEntries(actionHeaders({ allow: "POST" })), {
    allow: "POST",
    "cache-control": "no-store",
    vary: "X-Hyper-Action, Accept",
  });
});

for (
  const [present, expected] of [
    [null, VARY],
    ["Cookie", `Cookie, ${VARY}`],
    [VARY, VARY],
    ["accept, x-hyper-action", "accept, x-hyper-action"],
    ["*", "*"],
  ] as const
) {
  Deno.test(`withOwnHeaders() beside ${present} gives ${expected}`, () => {
    const response = new Response("x", { headers: present === null ? {} : { vary: present } });
    assertEquals(withOwnHeaders(response).headers.get("vary"), expected);
  });
}

Deno.test("withOwnHeaders() copies a response whose headers cannot be changed", () => {
  const response = withOwnHeaders(Response.redirect("http://site.test/a", 307));
  assertEquals([response.status, response.headers.get("location"), response.headers.get("vary")], [
    307,
    "http://site.test/a",
    VARY,
  ]);
});
