import { assertEquals } from "@std/assert";
import { type TemplateReader, templateReaderOf, varyOfTemplates } from "../../src/http/templates.ts";

const CHROMIUM = { "sec-ch-ua": '"Chromium";v="150", "Not_A Brand";v="8"', "sec-fetch-mode": "navigate" };

for (
  const [what, headers, expected] of [
    ["Chromium 150", CHROMIUM, "parser"],
    ["a later Chrome", { ...CHROMIUM, "sec-ch-ua": '"Google Chrome";v="207", "Chromium";v="207"' }, "parser"],
    ["Chromium 149", { ...CHROMIUM, "sec-ch-ua": '"Chromium";v="149"' }, null],
    ["another brand", { ...CHROMIUM, "sec-ch-ua": '"Not_A Brand";v="200"' }, null],
    ["a malformed version", { ...CHROMIUM, "sec-ch-ua": '"Chromium";v="x"' }, null],
    ["a fetch() of a script", { ...CHROMIUM, "sec-fetch-mode": "cors" }, null],
    ["a browser without client hints", { "sec-fetch-mode": "navigate" }, null],
    ["a client without these headers", {}, null],
    ["the runtime", { "x-hyper-late": "1", "sec-fetch-mode": "same-origin" }, "fetch"],
    ["another value of the runtime's header", { "x-hyper-late": "2" }, null],
    ["another browser whose cookie shows that scripts run", { cookie: "1", "sec-fetch-mode": "navigate" }, "script"],
    ["a fetch() of a script with that cookie", { cookie: "1", "sec-fetch-mode": "cors" }, null],
    ["Chromium with that cookie", { ...CHROMIUM, cookie: "1" }, "parser"],
  ] as readonly (readonly [string, Record<string, string>, TemplateReader | null])[]
) {
  Deno.test(`templateReaderOf() returns ${expected} for ${what}`, () => {
    assertEquals(templateReaderOf(new Headers(headers), { get: () => headers.cookie ?? null }), expected);
  });
}

Deno.test("varyOfTemplates() names the headers that have decided", () => {
  assertEquals(varyOfTemplates("fetch"), "X-Hyper-Late");
  assertEquals(varyOfTemplates("parser"), "X-Hyper-Late, Sec-CH-UA, Sec-Fetch-Mode");
  for (const reader of ["script", null] as const) {
    assertEquals(varyOfTemplates(reader), "X-Hyper-Late, Sec-CH-UA, Sec-Fetch-Mode, Cookie");
  }
});
