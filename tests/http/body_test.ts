import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { InputError } from "../../src/errors.ts";
import { type Body, disposeBody, readBody, type ReadBodyOptions } from "../../src/http/body.ts";
import { DEFAULT_LIMITS, type Limits, resolveLimits } from "../../src/http/limits.ts";
import { SPOOL_THRESHOLD_BYTES } from "../../src/http/file_spool.ts";
import { SpooledFile } from "../../src/http/spooled_file.ts";
import { TempFiles } from "./temp_files.ts";
import "../support/time_limit.ts";

const FORM = "application/x-www-form-urlencoded";

function post(body: BodyInit | null, type: string | null = FORM, headers: Record<string, string> = {}): Request {
  const request = new Request("http://site.test/", { method: "POST", body, headers });
  if (type === null) request.headers.delete("content-type");
  else request.headers.set("content-type", type);
  return request;
}

function read(body: BodyInit | null, type?: string | null, limits: Limits = DEFAULT_LIMITS): Promise<Body> {
  return readBody(post(body, type), limits);
}

async function refusal(
  request: Request,
  limits = DEFAULT_LIMITS,
  options?: ReadBodyOptions,
): Promise<[number, string | null]> {
  const error = await assertRejects(() => readBody(request, limits, options), InputError);
  return [error.status, error.limit];
}

function fieldsOf(body: Body): [string, readonly unknown[]][] {
  return body.kind === "fields" ? [...body.fields] : [];
}

Deno.test("readBody() reads urlencoded fields, with parameters of the type or without", async () => {
  for (const type of [FORM, `${FORM};charset=UTF-8`, `${FORM.toUpperCase()}; charset="utf-8"`]) {
    assertEquals(fieldsOf(await read("a=1&b=%C3%A9&a=2", type)), [["a", ["1", "2"]], ["b", ["é"]]], type);
  }
  assertEquals(await read("", FORM), { kind: "fields", fields: new Map() });
});

Deno.test("readBody() reads multipart fields", async () => {
  const form = new FormData();
  form.append("a", "1");
  form.append("f", new File(["hello"], "x.txt"));
  const body = await readBody(new Request("http://site.test/", { method: "POST", body: form }), DEFAULT_LIMITS);
  const [[a], [name, files] = []] = fieldsOf(body) as [[string], [string, File[]]];
  assertEquals([a, name, files?.[0]?.name, await files?.[0]?.text()], ["a", "f", "x.txt", "hello"]);
});

Deno.test("readBody() reads JSON of any kind", async () => {
  for (const value of [{ a: [1, "é"] }, [1], null, "text", 7]) {
    assertEquals(await read(JSON.stringify(value), "application/json"), { kind: "json", value });
  }
  assertEquals(await read('\uFEFF{"a":1}', "application/json; charset=utf-8"), { kind: "json", value: { a: 1 } });
});

Deno.test("readBody() returns an empty body for a request without one", async () => {
  assertEquals(await readBody(new Request("http://site.test/"), DEFAULT_LIMITS), { kind: "empty" });
  assertEquals(await read(null, null), { kind: "empty" });
  assertEquals(await read(null, "image/png"), { kind: "empty" });
  assertEquals(await read(ReadableStream.from([]), null), { kind: "empty" });
  assertEquals(await read(ReadableStream.from([new Uint8Array(0)]), "text/plain"), { kind: "empty" });
});

Deno.test("readBody() rejects with 415 a body of an unsupported type or coding", async () => {
  for (
    const type of [
      null,
      "text/plain",
      "application/xml",
      "multipart/mixed; boundary=b",
      "application/octet-stream",
      `${FORM}; charset=iso-8859-1`,
      "application/json; charset=utf-16",
      "form",
    ]
  ) {
    assertEquals(
      await refusal(post(ReadableStream.from([new TextEncoder().encode("a=1")]), type)),
      [415, null],
      String(type),
    );
  }
  assertEquals(await refusal(post("a=1", FORM, { "content-encoding": "gzip" })), [415, null]);
  assertEquals(fieldsOf(await readBody(post("a=1", FORM, { "content-encoding": "identity" }), DEFAULT_LIMITS)), [["a", [
    "1",
  ]]]);
});

Deno.test("readBody() rejects with 400 a malformed type, and one without a boundary or with two", async () => {
  for (
    const type of [
      "multipart/form-data",
      "multipart/form-data; boundary=",
      'multipart/form-data; boundary=""',
      "multipart/form-data; boundary=a; boundary=b",
      "multipart/form-data; boundary=a, multipart/form-data; boundary=b",
      `multipart/form-data; boundary=${"a".repeat(1_000)}`,
      ",",
    ]
  ) {
    assertEquals(await refusal(post("--a--", type)), [400, null], type);
  }
});

Deno.test("readBody() rejects bytes that are not UTF-8", async () => {
  const bytes = Uint8Array.of(0x61, 0x3d, 0xff);
  assertEquals(await refusal(post(bytes, FORM)), [400, null]);
  assertEquals(await refusal(post(Uint8Array.of(0x22, 0xff, 0x22), "application/json")), [400, null]);
});

Deno.test("readBody() rejects JSON that is cut off or missing", async () => {
  for (const text of ["", "{", '{"a":', "a=1"]) {
    assertEquals(await refusal(post(text, "application/json")), [400, null], text);
  }
});

Deno.test("readBody() limits urlencoded bodies: at the limit, one above it, disabled", async () => {
  const value = (length: number) => "a=" + "x".repeat(length - 2);
  assertEquals(fieldsOf(await read(value(1_048_576))).length, 1);
  assertEquals(await refusal(post(value(1_048_577))), [413, "bodyBytes"]);
  assertEquals(fieldsOf(await read(value(1_048_577), FORM, resolveLimits({ bodyBytes: Infinity }))).length, 1);
});

Deno.test("readBody() limits JSON by jsonBytes, and by bodyBytes if that is less", async () => {
  const text = (length: number) => JSON.stringify("x".repeat(length - 2));
  assertEquals((await read(text(262_144), "application/json")).kind, "json");
  assertEquals(await refusal(post(text(262_145), "application/json")), [413, "jsonBytes"]);
  assertEquals((await read(text(262_145), "application/json", resolveLimits({ jsonBytes: Infinity }))).kind, "json");
  assertEquals(await refusal(post(text(11), "application/json"), resolveLimits({ bodyBytes: 10 })), [413, "bodyBytes"]);
});

Deno.test("readBody() counts the bytes of a chunked body, and cancels it", async () => {
  let sent = 0;
  const cancelled = Promise.withResolvers<void>();
  const endless = new ReadableStream({
    pull(controller) {
      sent += 65_536;
      controller.enqueue(new Uint8Array(65_536).fill(0x61));
    },
    cancel: () => cancelled.resolve(),
  });
  assertEquals(await refusal(post(endless)), [413, "bodyBytes"]);
  await cancelled.promise;
  assertEquals(sent <= 1_048_576 + 3 * 65_536, true);
});

Deno.test("readBody() cancels the body on every error", async () => {
  const types: [string | null, string][] = [
    ["text/plain", "a"],
    [null, "a"],
    ["multipart/form-data", "--b--"],
    ["multipart/form-data; boundary=b", "--b\nxy"],
    ["multipart/form-data; boundary=b", "--b--xy"],
    [`${FORM},`, "a=1"],
  ];
  for (const [type, text] of types) {
    const cancelled = Promise.withResolvers<void>();
    const stream = new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode(text)),
      cancel: () => cancelled.resolve(),
    });
    await refusal(post(stream, type));
    await cancelled.promise;
  }
});

Deno.test("readBody() rejects a body with a wrong length", async () => {
  assertEquals(await refusal(post("a=1", FORM, { "content-length": "4" })), [400, null]);
  assertEquals(await refusal(post("a=1", FORM, { "content-length": "2" })), [400, null]);
  assertEquals(await refusal(post("a=1", FORM, { "content-length": "many" })), [400, null]);
  assertEquals(await refusal(post("a=1", FORM, { "content-length": "2000000" })), [413, "bodyBytes"]);
});

Deno.test("readBody() rejects a stalled body with 408", async () => {
  using time = new FakeTime();
  const stalled = new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode("a=1")) });
  const slow = resolveLimits({ bytesPerSecond: 0 });
  const reading = refusal(post(stalled), slow);
  await time.tickAsync(30_000);
  assertEquals(await reading, [408, "bodySeconds"]);
});

Deno.test("readBody() rejects a slow body with 408 after ten seconds", async () => {
  using time = new FakeTime();
  const drip = new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode("a=1")) });
  const reading = refusal(post(drip));
  await time.tickAsync(10_000);
  assertEquals(await reading, [408, "bytesPerSecond"]);
});

Deno.test({
  name: "readBody() leaves no timer behind",
  // Uses real time and enables the sanitizer, which finds a timer that is left.
  sanitizeOps: true,
  async fn() {
    await read("a=1");
    await refusal(post("a", "text/plain"));
    await refusal(post("--b", "multipart/form-data; boundary=b"));
  },
});

Deno.test("readBody() rejects a body that was read already", async () => {
  const used = post("a=1");
  await used.text();
  await assertRejects(() => readBody(used, DEFAULT_LIMITS), TypeError, "it has been read already");
  const locked = post("a=1");
  locked.body?.getReader();
  await assertRejects(() => readBody(locked, DEFAULT_LIMITS), TypeError, "it has been read already");
});

Deno.test("disposeBody() removes the files of a body from disk, and does nothing for others", async () => {
  using temp = new TempFiles();
  const form = new FormData();
  form.append("f", new Blob(["x".repeat(SPOOL_THRESHOLD_BYTES + 1)]), "large.txt");
  form.append("g", new Blob(["small"]), "small.txt");
  const body = await readBody(new Request("http://site.test/", { method: "POST", body: form }), DEFAULT_LIMITS);
  assertEquals(temp.left.length, 1);
  assertInstanceOf(fieldsOf(body)[0]?.[1][0], SpooledFile);
  await disposeBody(body);
  assertEquals(temp.left, []);
  await disposeBody({ kind: "empty" });
  await disposeBody({ kind: "json", value: 1 });
});

Deno.test("readBody() passes files to onFile", async () => {
  const form = new FormData();
  form.append("f", new File(["hello"], "x.txt"));
  const request = new Request("http://site.test/", { method: "POST", body: form });
  const body = await readBody(request, DEFAULT_LIMITS, {
    onFile: async ({ stream }) => await new Response(stream).text(),
  });
  assertEquals(fieldsOf(body), [["f", ["hello"]]]);
});
