import { assertEquals } from "@std/assert";
import { VARY, withOwnHeaders } from "../../src/http/vary.ts";

for (
  const [present, expected] of [
    [null, VARY],
    ["Cookie", `Cookie, ${VARY}`],
    [VARY, VARY],
    ["accept, x-hyper-action", "accept, x-hyper-action"],
    ["*", "*"],
  ] as const
) {
  Deno.test(`withOwnHeaders() adds to ${present}: ${expected}`, () => {
    const response = new Response("x", { headers: present === null ? {} : { vary: present } });
    assertEquals(withOwnHeaders(response).headers.get("vary"), expected);
  });
}

Deno.test("withOwnHeaders() copies a response with immutable headers", () => {
  const response = withOwnHeaders(Response.redirect("http://site.test/a", 307));
  assertEquals([response.status, response.headers.get("location"), response.headers.get("vary")], [
    307,
    "http://site.test/a",
    VARY,
  ]);
});
