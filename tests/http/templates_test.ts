import { assertEquals } from "@std/assert";
import { knowsTemplates } from "../../src/http/templates.ts";

for (
  const [what, headers, expected] of [
    ["Chromium 150", { "sec-ch-ua": '"Chromium";v="150", "Not_A Brand";v="8"', "sec-fetch-mode": "navigate" }, true],
    ["a later Chrome", {
      "sec-ch-ua": '"Google Chrome";v="207", "Chromium";v="207"',
      "sec-fetch-mode": "navigate",
    }, true],
    ["Chromium 149", { "sec-ch-ua": '"Chromium";v="149"', "sec-fetch-mode": "navigate" }, false],
    ["another brand", { "sec-ch-ua": '"Not_A Brand";v="200"', "sec-fetch-mode": "navigate" }, false],
    ["a malformed version", { "sec-ch-ua": '"Chromium";v="x"', "sec-fetch-mode": "navigate" }, false],
    ["a fetch() of a script", { "sec-ch-ua": '"Chromium";v="153"', "sec-fetch-mode": "cors" }, false],
    ["a browser without client hints", { "sec-fetch-mode": "navigate" }, false],
    ["a client without these headers", {}, false],
  ] as readonly (readonly [string, Record<string, string>, boolean])[]
) {
  Deno.test(`knowsTemplates() is ${expected} for ${what}`, () => {
    assertEquals(knowsTemplates(new Headers(headers)), expected);
  });
}
