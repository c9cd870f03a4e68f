import { assertEquals } from "@std/assert";
import { readBody } from "../../src/http/body.ts";
import type { FieldMap } from "../../src/http/field_map.ts";
import { DEFAULT_LIMITS } from "../../src/http/limits.ts";
import { withUnreadBody } from "../../src/http/unread_request.ts";

const form = new FormData();
for (const [name, value] of [["a", "1\r\n--x"], ['q"%', "ü"], ["a", ""]] as const) form.append(name, value);
form.append("file", new File(["\r\n--\0"], 'ü".txt', { type: "text/csv" }));
form.append("empty", new File([], ""));

for (
  const [name, body, type] of [
    ["urlencoded fields", new URLSearchParams([["a", "1 &"], ["b", "ü"], ["a", ""]]), null],
    ["multipart fields", form, null],
    ["JSON", '{"a":[1,"ü"]}', "application/json"],
    ["no body", null, null],
  ] as const
) {
  Deno.test(`withUnreadBody() returns a request with the same content: ${name}`, async () => {
    const headers = { "x-kept": "1", ...(type === null ? {} : { "content-type": type }) };
    const request = new Request("http://localhost/?q", { method: "POST", body, headers });
    const content = await readBody(request, DEFAULT_LIMITS);
    const again = withUnreadBody(request, content);
    assertEquals([again.method, again.url, again.headers.get("x-kept"), again.bodyUsed], [
      "POST",
      "http://localhost/?q",
      "1",
      false,
    ]);
    const copy = await readBody(again.clone(), DEFAULT_LIMITS);
    assertEquals(await plain(copy), await plain(content));
    assertEquals(await plain(await readBody(again, DEFAULT_LIMITS)), await plain(content));
  });
}

async function plain(content: Awaited<ReturnType<typeof readBody>>): Promise<unknown> {
  return content.kind === "fields" ? await plainFields(content.fields) : content;
}

async function plainFields(fields: FieldMap): Promise<unknown> {
  return await Promise.all(Array.from(fields, async ([name, values]) => [
    name,
    await Promise.all(values.map(async (it) => typeof it === "string" ? it : [it.name, it.type, await it.text()])),
  ]));
}
