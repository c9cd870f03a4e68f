import { assertEquals } from "@std/assert";
import { mergeCookies } from "../../../src/dispatch/once/cookies.ts";

function requestWith(cookie?: string): Request {
  return new Request("http://site.test/", cookie === undefined ? {} : { headers: { cookie } });
}

Deno.test("mergeCookies() returns the next Cookie header of a browser", () => {
  const values = ["s=2; HttpOnly", "gone=; Max-Age=0", "new=1"];
  assertEquals(mergeCookies(requestWith("theme=dark; s=1; gone=x"), values), "theme=dark; s=2; new=1");
  assertEquals(mergeCookies(requestWith(), ["s=1", "s=2"]), "s=2");
});
