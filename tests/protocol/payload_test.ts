import { assertEquals, assertThrows } from "@std/assert";
import { buildPayload, type Payload, type PayloadSource, toAscii, toParams } from "../../src/protocol/payload.ts";

function build(source: Partial<PayloadSource> = {}): Payload {
  return buildPayload({
    action: "save",
    id: "id1",
    url: "https://site.test/notes?page=2#top",
    method: "POST",
    target: null,
    data: {},
    fields: null,
    enctype: "",
    depth: 0,
    ...source,
  });
}

function form(...fields: [string, string | File][]): FormData {
  const data = new FormData();
  for (const [name, value] of fields) data.append(name, value);
  return data;
}

const note = () => new File(["text"], "note.txt");

Deno.test("buildPayload() sends action, id and the accepted response type", () => {
  assertEquals(build(), {
    url: "https://site.test/notes?page=2",
    headers: {
      "Accept": "text/event-stream",
      "X-Requested-With": "XMLHttpRequest",
      "X-Hyper-Action": "save",
      "X-Hyper-Request-ID": "id1",
    },
    body: undefined,
    hasFile: false,
  });
});

Deno.test("buildPayload() sends data in the header, in ASCII and without loss of types", () => {
  const { headers, body } = build({ data: { a: 1, b: [true, null, "Ж"], c: { d: "\u2028👋" }, e: undefined } });
  assertEquals(headers["X-Hyper-Data"], '{"a":1,"b":[true,null,"\\u0416"],"c":{"d":"\\u2028\\ud83d\\udc4b"}}');
  assertEquals(body, undefined);
});

Deno.test("buildPayload() sends data of 4096 bytes in the header and one byte more in a JSON body", () => {
  const frame = JSON.stringify({ text: "" }).length;
  const fits = build({ data: { text: "x".repeat(4096 - frame) } });
  assertEquals([fits.headers["X-Hyper-Data"]?.length, fits.body], [4096, undefined]);
  const long = build({ data: { text: "x".repeat(4097 - frame) } });
  assertEquals([long.headers["X-Hyper-Data"], long.headers["Content-Type"]], [undefined, "application/json"]);
  assertEquals(typeof long.body === "string" && long.body.length, 4097);
});

Deno.test("buildPayload() counts the bytes of data after escaping", () => {
  const frame = JSON.stringify({ text: "" }).length;
  const length = Math.floor((4096 - frame) / 6);
  assertEquals(build({ data: { text: "Ж".repeat(length) } }).body, undefined);
  assertEquals(
    build({ data: { text: "Ж".repeat(length + 1) } }).body,
    JSON.stringify({ text: "Ж".repeat(length + 1) }),
  );
});

Deno.test("buildPayload() sends long data next to form fields as _hyper_data", () => {
  const text = "x".repeat(5000);
  const { body, headers } = build({ data: { text }, fields: form(["a", "1"]) });
  assertEquals(body instanceof URLSearchParams && [...body], [["a", "1"], ["_hyper_data", JSON.stringify({ text })]]);
  assertEquals(headers["X-Hyper-Data"], undefined);
});

Deno.test("buildPayload() encodes fields with the enctype of the form", () => {
  const fields = () => form(["a", "1"], ["a", "2"]);
  assertEquals(`${build({ fields: fields() }).body}`, "a=1&a=2");
  assertEquals(`${build({ fields: fields(), enctype: "application/x-www-form-urlencoded" }).body}`, "a=1&a=2");
  const multipart = build({ fields: fields(), enctype: "Multipart/Form-Data" }).body;
  assertEquals(multipart instanceof FormData && multipart.getAll("a"), ["1", "2"]);
});

Deno.test("buildPayload() sends only the name of a file, and its content if the form is multipart", () => {
  const bare = build({ fields: form(["file", note()]) });
  assertEquals([`${bare.body}`, bare.hasFile], ["file=note.txt", false]);
  const whole = build({ fields: form(["file", note()]), enctype: "multipart/form-data" });
  assertEquals(whole.body instanceof FormData && whole.body.get("file") instanceof File, true);
  assertEquals(whole.hasFile, true);
});

Deno.test("buildPayload() returns hasFile false for an empty file field", () => {
  const { hasFile } = build({ fields: form(["file", new File([], "")]), enctype: "multipart/form-data" });
  assertEquals(hasFile, false);
});

Deno.test("buildPayload() prefers data to form fields of the same name", () => {
  const { headers, body } = build({ data: { a: 3 }, fields: form(["a", "1"], ["a", "2"], ["b", "4"]) });
  assertEquals([headers["X-Hyper-Data"], `${body}`], ['{"a":3}', "b=4"]);
});

Deno.test("buildPayload() sends files of data as parts, and the rest as JSON", () => {
  const { headers, body, hasFile } = build({ data: { title: "T", file: note(), more: [note(), note()] } });
  assertEquals([headers["X-Hyper-Data"], hasFile], ['{"title":"T"}', true]);
  assertEquals(body instanceof FormData && [...body.keys()], ["file", "more", "more"]);
});

Deno.test("buildPayload() sends files of data next to form fields, whatever the form's encoding", () => {
  const { body, headers } = build({ data: { file: note() }, fields: form(["a", "1"], ["file", "old"]) });
  assertEquals(body instanceof FormData && [...body.keys()], ["a", "file"]);
  assertEquals(headers["X-Hyper-Data"], undefined);
});

Deno.test("buildPayload() puts fields of a GET into the query, and replaces the existing query", () => {
  const { url, body } = build({ method: "GET", fields: form(["q", "a b"], ["q", "ü"], ["file", note()]) });
  assertEquals([url, body], ["https://site.test/notes?q=a+b&q=%C3%BC&file=note.txt", undefined]);
});

Deno.test("buildPayload() keeps the query of a GET without a form and sends data in the header", () => {
  const { url, headers, body } = build({ method: "GET", data: { q: "ü" } });
  assertEquals([url, headers["X-Hyper-Data"], body], ["https://site.test/notes?page=2", '{"q":"\\u00fc"}', undefined]);
});

Deno.test("buildPayload() rejects a GET whose data exceeds the limit of the header", () => {
  assertThrows(() => build({ method: "GET", data: { q: "x".repeat(4096) } }), RangeError, 'call action "save"');
});

Deno.test("buildPayload() rejects a GET with a file in its data", () => {
  assertThrows(() => build({ method: "GET", data: { file: note() } }), RangeError, "no file");
});

Deno.test("buildPayload() normalizes line breaks in fields as a browser does, in bodies and queries", () => {
  const fields = () => form(["a\n", "1\n2\r3\r\n4"]);
  assertEquals(`${build({ fields: fields() }).body}`, "a%0D%0A=1%0D%0A2%0D%0A3%0D%0A4");
  assertEquals(build({ fields: fields(), method: "GET" }).url.split("?")[1], "a%0D%0A=1%0D%0A2%0D%0A3%0D%0A4");
});

for (
  const [target, header] of [
    ["#list", "#list"],
    ['[name="a b"]', '[name="a b"]'],
    ["#größe", "#gr%C3%B6%C3%9Fe"],
    ["#a%20b", "#a%2520b"],
    ["#a\nb", "#a%0Ab"],
  ] as const
) {
  Deno.test(`buildPayload() sends the target ${JSON.stringify(target)} in a header`, () => {
    assertEquals(build({ target }).headers["X-Hyper-Target"], header);
    assertEquals(decodeURIComponent(header), target);
  });
}

Deno.test("buildPayload() sends the number of switches that led to a call, if there was one", () => {
  assertEquals(build({ depth: 0 }).headers["X-Hyper-Switch-Depth"], undefined);
  assertEquals(build({ depth: 2 }).headers["X-Hyper-Switch-Depth"], "2");
});

Deno.test("buildPayload() sends a name such as __proto__ unchanged", () => {
  const data: Record<string, unknown> = JSON.parse('{"__proto__":{"a":1},"constructor":2}');
  assertEquals(build({ data }).headers["X-Hyper-Data"], '{"__proto__":{"a":1},"constructor":2}');
});

Deno.test("toAscii() keeps ASCII unchanged and escapes all other characters, also DEL and lone surrogates", () => {
  assertEquals(toAscii('"a~\u007f\u0080\ud800"'), '"a~\\u007f\\u0080\\ud800"');
});

Deno.test("toParams() keeps the order and repeated names", () => {
  assertEquals(`${toParams(form(["b", "1"], ["a", "2"], ["b", "3"]))}`, "b=1&a=2&b=3");
});
