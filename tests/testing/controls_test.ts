import { assertEquals } from "@std/assert";
import { fieldsOf, type FormEntry, toBody } from "../../src/testing/controls.ts";
import { toParams } from "../../src/protocol/payload.ts";

const ENTRIES: readonly FormEntry[] = [["a\nb", "1\r2\n3\r\n4"], ["file", new File(["x"], "x.txt")]];
const LINES = "1\r\n2\r\n3\r\n4";

Deno.test("toParams() sends line breaks as CRLF, and the name of a file", () => {
  assertEquals([...toParams(fieldsOf(ENTRIES))], [["a\r\nb", LINES], ["file", "x.txt"]]);
});

Deno.test("toBody() sends files only in multipart", async () => {
  const body = toBody([["a", "1\r2\n3\r\n4"], ...ENTRIES], "Multipart/Form-Data");
  const data = await new Response(body).formData();
  assertEquals(data.get("a"), LINES);
  const file = data.get("file");
  assertEquals(file instanceof File && [file.name, await file.text()], ["x.txt", "x"]);
});

Deno.test("toBody() writes plain text as lines", async () => {
  const response = new Response(toBody([["a", "1"], ["b", "2"]], "text/plain"));
  assertEquals([response.headers.get("content-type"), await response.text()], ["text/plain", "a=1\r\nb=2\r\n"]);
});

for (const enctype of ["", "application/x-www-form-urlencoded", "nonsense"]) {
  Deno.test(`toBody() uses the default encoding for "${enctype}"`, async () => {
    assertEquals(await new Response(toBody(ENTRIES, enctype)).text(), String(toParams(fieldsOf(ENTRIES))));
  });
}
