import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import fc from "fast-check";
import { InputError } from "../../src/errors.ts";
import { freeAccount } from "../../src/http/body_account.ts";
import { ByteReader } from "../../src/http/byte_reader.ts";
import type { Bytes } from "../../src/http/pieces.ts";
import { DEFAULT_LIMITS, type Limits, resolveLimits } from "../../src/http/limits.ts";
import { disposeFiles, type OnFile, readMultipart } from "../../src/http/multipart.ts";
import { SPOOL_THRESHOLD_BYTES } from "../../src/http/file_spool.ts";
import { SpooledFile } from "../../src/http/spooled_file.ts";
import { TempFiles } from "./temp_files.ts";
import "../support/time_limit.ts";

const BOUNDARY = "----WebKitFormBoundaryX3Y";
const encoder = new TextEncoder();

interface Sent {
  boundary?: string;
  limits?: Limits;
  onFile?: OnFile;
  contentLength?: string;
  chunks?: Bytes[];
}

/** Reads a body, whole or in chunks, as pairs. A file becomes its name, type and text. */
async function read(body: string | Bytes, sent: Sent = {}): Promise<[string, unknown][]> {
  const { boundary = BOUNDARY, limits = DEFAULT_LIMITS, onFile, contentLength = null } = sent;
  const chunks = sent.chunks ?? [typeof body === "string" ? encoder.encode(body) : body];
  const source = new ByteReader(ReadableStream.from(chunks), contentLength, limits);
  try {
    const fields = await readMultipart(source, boundary, limits, { account: freeAccount(), onFile });
    const pairs: [string, unknown][] = [];
    for (const [name, values] of fields) {
      for (const value of values) {
        pairs.push([name, typeof value === "string" ? value : [value.name, value.type, await value.text()]]);
      }
    }
    await disposeFiles(fields);
    return pairs;
  } finally {
    source.close();
  }
}

async function refusal(body: string | Bytes, sent: Sent = {}): Promise<[number, string | null]> {
  const error = await assertRejects(() => read(body, sent), InputError);
  return [error.status, error.limit];
}

/** Creates a body of parts that include their headers. */
function multipart(...parts: string[]): string {
  return parts.map((part) => `--${BOUNDARY}\r\n${part}\r\n`).join("") + `--${BOUNDARY}--\r\n`;
}

function field(name: string, value: string): string {
  return `Content-Disposition: form-data; name="${name}"\r\n\r\n${value}`;
}

function file(name: string, filename: string, content: string, type = "text/plain"): string {
  return `Content-Disposition: form-data; name="${name}"; filename="${filename}"\r\nContent-Type: ${type}\r\n\r\n${content}`;
}

Deno.test("readMultipart() reads fields and files in order", async () => {
  assertEquals(
    await read(multipart(field("a", "1"), file("f", "x.txt", "hello"), field("a", "2\r\n3"), field("b", ""))),
    [["a", "1"], ["a", "2\r\n3"], ["f", ["x.txt", "text/plain", "hello"]], ["b", ""]],
  );
});

Deno.test("readMultipart() reads a body without parts", async () => {
  assertEquals(await read(`--${BOUNDARY}--`), []);
  assertEquals(await read(`--${BOUNDARY}--\r\n`), []);
});

Deno.test("readMultipart() reads the output of FormData", async () => {
  const form = new FormData();
  form.append("имя", 'quote " and \r\n line');
  form.append('quo"ted', "👍");
  form.append("file", new File(["bytes"], 'a"b.txt', { type: "text/html" }));
  form.append("blob", new Blob(["x"]));
  const response = new Response(form);
  const boundary = response.headers.get("content-type")?.split("boundary=")[1] ?? "";
  assertEquals(await read(await response.bytes() as Bytes, { boundary }), [
    ["имя", 'quote " and \r\n line'],
    ['quo"ted', "👍"],
    ["file", ['a"b.txt', "text/html", "bytes"]],
    ["blob", ["blob", "application/octet-stream", "x"]],
  ]);
});

Deno.test("readMultipart() omits an empty file input", async () => {
  assertEquals(await read(multipart(file("f", "", "", "application/octet-stream"), field("a", "1"))), [["a", "1"]]);
  assertEquals(await read(multipart(file("f", "", "x"))), [["f", ["", "text/plain", "x"]]]);
  assertEquals(await read(multipart(file("f", "empty.txt", ""))), [["f", ["empty.txt", "text/plain", ""]]]);
});

Deno.test("readMultipart() skips a preamble and an epilogue, and padding after a boundary", async () => {
  const body = multipart(field("a", "1"));
  const pairs: [string, unknown][] = [["a", "1"]];
  assertEquals(await read("This is a MIME message.\r\nIgnore it.\r\n" + body), pairs);
  assertEquals(await read("\r\n" + body), pairs);
  assertEquals(await read(`--${BOUNDARY}x\r\n` + body).catch((error) => error.status), 400);
  assertEquals(await read(body + "epilogue\r\nof lines"), pairs);
  assertEquals(await read(body.replaceAll(`${BOUNDARY}\r\n`, `${BOUNDARY} \t \r\n`)), pairs);
  assertEquals(await read(body.replace(`${BOUNDARY}--\r\n`, `${BOUNDARY}--\t `)), pairs);
});

Deno.test("readMultipart() ignores filename* and unknown headers", async () => {
  const disposition = `form-data; name="a"; filename*=UTF-8''evil.php`;
  assertEquals(await read(multipart(`Content-Disposition: ${disposition}\r\nX-Other: y\r\n\r\n1`)), [["a", "1"]]);
  assertEquals(
    await read(
      multipart(`content-disposition:form-data; name=a; filename="b.txt"; filename*=UTF-8''evil.php\r\n\r\n1`),
    ),
    [["a", ["b.txt", "text/plain", "1"]]],
  );
});

Deno.test("readMultipart() rejects a body that is cut off, anywhere", async () => {
  const body = multipart(field("a", "1"), file("f", "x.txt", "hello\r\nworld"));
  const closed = body.length - "--\r\n".length;
  for (let length = 0; length <= closed + 1; length++) {
    assertEquals(await refusal(body.slice(0, length)), [400, null], `cut after ${length}`);
  }
  assertEquals((await read(body.slice(0, closed + 2))).length, 2);
});

Deno.test("readMultipart() rejects lines that end in LF alone, or in CR alone", async () => {
  const body = multipart(field("a", "1"));
  assertEquals(await refusal(body.replaceAll("\r\n", "\n")), [400, null]);
  assertEquals(await refusal(body.replaceAll("\r\n", "\r")), [400, null]);
  assertEquals(await refusal(body.replace(`${BOUNDARY}\r\n`, `${BOUNDARY}\n`)), [400, null]);
  assertEquals(await refusal(multipart(field("a", "1").replace("\r\n\r\n", "\n\n"))), [400, null]);
});

Deno.test("readMultipart() rejects a boundary that is followed by other text", async () => {
  assertEquals(await refusal(multipart(field("a", `1\r\n--${BOUNDARY}suffix`))), [400, null]);
  assertEquals(await refusal(multipart(field("a", "1")).replace("--\r\n", "--x\r\n")), [400, null]);
  assertEquals(await refusal(multipart(field("a", "1")).replace(/--\r\n$/, "- -\r\n")), [400, null]);
});

Deno.test("readMultipart() keeps text that only resembles a boundary as content", async () => {
  for (
    const text of [
      `--${BOUNDARY}`,
      `\n--${BOUNDARY}--`,
      `\r--${BOUNDARY}\r\n`,
      `\r\n--${BOUNDARY.slice(0, -1)}`,
      "\r\n\r\n--",
      "\r\n\r",
    ]
  ) {
    assertEquals(await read(multipart(field("a", `x${text}`))), [["a", `x${text}`]], JSON.stringify(text));
  }
});

Deno.test("readMultipart() rejects a boundary that RFC 2046 does not allow", async () => {
  for (const boundary of ["", "x".repeat(71), "x ", "a\tb", "a\r\nb", 'a"b', "é", "a;b"]) {
    assertEquals(await refusal(`--${boundary}--`, { boundary }), [400, null], JSON.stringify(boundary));
  }
  assertEquals(await read(`--${"x".repeat(70)}--`, { boundary: "x".repeat(70) }), []);
});

Deno.test("readMultipart() rejects ambiguous part headers", async () => {
  const good = 'Content-Disposition: form-data; name="a"';
  for (
    const headers of [
      "",
      "Content-Type: text/plain",
      "Content-Disposition: form-data",
      'Content-Disposition: attachment; name="a"',
      'Content-Disposition: form-data; name="a"; name="b"',
      'Content-Disposition: form-data; name="a"; filename="b"; filename="c"',
      'Content-Disposition: form-data; name="a',
      'Content-Disposition: form-data; name="a\\"b"',
      'Content-Disposition form-data; name="a"',
      'Content-Disposition : form-data; name="a"',
      `${good}\r\nContent-Disposition: form-data; name="b"`,
      `${good}\r\nContent-Type: a/b\r\nContent-Type: c/d`,
      `${good}\r\n folded: yes`,
      `${good};\r\n filename="b"`,
      `${good}\r\nContent-Transfer-Encoding: base64`,
      `${good}\r\nContent-Transfer-Encoding: quoted-printable`,
      `${good}\r\nX-Bad: a\0b`,
      `${good}\r\nX-Bad: a\rb`,
      `${good}\nX-Bad: a`,
      `${good}\r\n: a`,
      'Content-Disposition: form-data; name="a\0b"',
      'Content-Disposition: form-data; name="a%0Db"',
      'Content-Disposition: form-data; name="a%0Ab"',
      'Content-Disposition: form-data; name="a\x7f"',
      'Content-Disposition: form-data; name="a"; filename="b\0.txt"',
      'Content-Disposition: form-data; name="a"; filename="b%0A.txt"',
    ]
  ) {
    assertEquals(await refusal(multipart(`${headers}\r\n\r\n1`)), [400, null], JSON.stringify(headers));
  }
  assertEquals(await read(multipart(`${good}\r\nContent-Transfer-Encoding: 8BIT\r\n\r\n1`)), [["a", "1"]]);
});

Deno.test("readMultipart() rejects names, headers and fields that are not UTF-8, and accepts any bytes in a file", async () => {
  const bytes = (text: string): Bytes => Uint8Array.from(text, (character) => character.charCodeAt(0));
  assertEquals(await refusal(bytes(multipart(field("a", "\xff")))), [400, null]);
  assertEquals(await refusal(bytes(multipart(field("\xc3", "1")))), [400, null]);
  assertEquals(await refusal(bytes(multipart(file("f", "\xff.txt", "1")))), [400, null]);
  assertEquals((await read(bytes(multipart(file("f", "x", "\xff")))))[0], ["f", ["x", "text/plain", "\uFFFD"]]);
});

Deno.test("readMultipart() accepts a name such as __proto__", async () => {
  assertEquals(await read(multipart(field("__proto__", "1"), field("constructor", "2"))), [
    ["__proto__", "1"],
    ["constructor", "2"],
  ]);
});

Deno.test("readMultipart() returns the same for every split into chunks", async () => {
  const body = encoder.encode(
    "preamble\r\n" + multipart(
      field("имя", "\r\n--" + BOUNDARY.slice(0, 9) + "👍"),
      file("f", "x.bin", `\r\n--\r\n-${BOUNDARY}\r\r\n`),
      field("empty", ""),
    ),
  );
  const whole = await read(body);
  assertEquals(whole.length, 3);
  for (let at = 1; at < body.length; at++) {
    assertEquals(await read(body, { chunks: [body.slice(0, at), body.slice(at)] }), whole, `split at ${at}`);
  }
  assertEquals(await read(body, { chunks: Array.from(body, (byte) => Uint8Array.of(byte)) }), whole, "byte by byte");
});

Deno.test("readMultipart() limits parts, fields and files: at the limit, one above it, disabled", async () => {
  const fields = (count: number) => multipart(...Array.from({ length: count }, () => field("a", "")));
  const files = (count: number) => multipart(...Array.from({ length: count }, () => file("f", "x", "")));
  assertEquals((await read(fields(1_000))).length, 1_000);
  assertEquals(await refusal(fields(1_001), { limits: resolveLimits({ parts: Infinity }) }), [413, "fields"]);
  assertEquals(await refusal(fields(1_001), { limits: resolveLimits({ fields: Infinity }) }), [413, "parts"]);
  const off = resolveLimits({ parts: Infinity, fields: Infinity, files: Infinity });
  assertEquals((await read(fields(1_001), { limits: off })).length, 1_001);
  assertEquals((await read(files(20))).length, 20);
  assertEquals(await refusal(files(21)), [413, "files"]);
  assertEquals((await read(files(21), { limits: off })).length, 21);
  assertEquals((await refusal(files(1), { limits: resolveLimits({ files: 0 }) }))[1], "files");
  // A part without a file name is not a file.
  const inputs = multipart(...Array.from({ length: 30 }, () => file("f", "", "")));
  assertEquals(await read(inputs, { limits: resolveLimits({ files: 0 }) }), []);
});

Deno.test("readMultipart() limits names: at the limit and one above it", async () => {
  assertEquals((await read(multipart(field("x".repeat(256), "")))).length, 1);
  assertEquals(await refusal(multipart(field("x".repeat(257), ""))), [413, "nameBytes"]);
  assertEquals(await refusal(multipart(file("x".repeat(257), "y", ""))), [413, "nameBytes"]);
});

Deno.test("readMultipart() limits the headers of a part: at the limit, one above it, disabled", async () => {
  const part = (length: number) => {
    const start = 'Content-Disposition: form-data; name="a"\r\nX-Long: ';
    return multipart(`${start}${"x".repeat(length - start.length)}\r\n\r\n1`);
  };
  assertEquals(await read(part(8_192)), [["a", "1"]]);
  assertEquals(await refusal(part(8_193)), [413, "partHeaderBytes"]);
  const bytes = encoder.encode(part(8_193));
  const chunks = [bytes.slice(0, 5_000), bytes.slice(5_000, 8_000), bytes.slice(8_000)];
  assertEquals(await refusal("", { chunks }), [413, "partHeaderBytes"]);
  assertEquals(await refusal(`--${BOUNDARY}\r\n${"x".repeat(9_000)}`), [413, "partHeaderBytes"]);
  assertEquals(await read(part(100_000), { limits: resolveLimits({ partHeaderBytes: Infinity }) }), [["a", "1"]]);
});

Deno.test("readMultipart() limits a file: at the limit, one above it, disabled", async () => {
  const limits = resolveLimits({ fileBytes: 1_000, bodyBytes: 500 });
  const body = (length: number) => multipart(file("f", "x", "y".repeat(length)), file("g", "x", "y".repeat(1_000)));
  assertEquals((await read(body(1_000), { limits })).length, 2);
  assertEquals(await refusal(body(1_001), { limits }), [413, "fileBytes"]);
  assertEquals((await read(body(5_000), { limits: resolveLimits({ fileBytes: Infinity, bodyBytes: 500 }) })).length, 2);
});

Deno.test("readMultipart() counts everything except file content against bodyBytes: at the limit and one above it", async () => {
  for (
    const body of [
      multipart(field("a", "x".repeat(100)), file("f", "x", "")),
      "preamble\r\n" + multipart(field("a", "1")) + "epilogue",
      `--${BOUNDARY}   \t  --`.replace(/ +\t +/, "") + " ".repeat(50),
    ]
  ) {
    const exact = resolveLimits({ bodyBytes: body.length });
    await read(body, { limits: exact });
    assertEquals(await refusal(body, { limits: resolveLimits({ bodyBytes: body.length - 1 }) }), [413, "bodyBytes"]);
  }
  const withFile = (content: string) => multipart(field("a", "1"), file("f", "x", content));
  const limits = resolveLimits({ bodyBytes: withFile("").length });
  assertEquals((await read(withFile("y".repeat(10_000)), { limits })).length, 2);
});

Deno.test("readMultipart() rejects by a declared length that no files could explain", async () => {
  const limits = resolveLimits({ bodyBytes: 1_000, files: 2, fileBytes: 500 });
  const body = multipart(field("a", "1"));
  assertEquals(await refusal(body, { limits, contentLength: "2001" }), [413, "bodyBytes"]);
  assertEquals(await refusal(body, { limits, contentLength: "2000" }), [400, null]);
  assertEquals(await read(body, { limits, contentLength: String(body.length) }), [["a", "1"]]);
});

Deno.test("readMultipart() writes a large file to disk, and removes it after an error", async () => {
  using temp = new TempFiles();
  const large = "x".repeat(SPOOL_THRESHOLD_BYTES + 1);
  assertEquals((await read(multipart(file("f", "x", large))))[0], ["f", ["x", "text/plain", large]]);
  assertEquals([temp.count, temp.left], [1, []]);
  assertEquals(
    await refusal(multipart(file("f", "x", large), file("g", "x", large + "y".repeat(200))).slice(0, -100)),
    [400, null],
  );
  assertEquals([temp.count, temp.left], [3, []]);
  assertEquals(await refusal(multipart(file("f", "x", large), field("", "\0").replace("form-data", "other"))), [
    400,
    null,
  ]);
  assertEquals([temp.count, temp.left], [4, []]);
});

Deno.test("H3: readMultipart() rejects the name of a file before its content, and removes the files before it", async () => {
  const cases: [name: string, expected: [number, string | null]][] = [
    ["\x01", [400, null]],
    ["n".repeat(DEFAULT_LIMITS.nameBytes + 1), [413, "nameBytes"]],
  ];
  for (const [name, expected] of cases) {
    using temp = new TempFiles();
    const large = "x".repeat(SPOOL_THRESHOLD_BYTES + 1);
    const bad = file("bad", "x", large).replace('name="bad"', `name="${name}"`);
    assertEquals(await refusal(multipart(bad)), expected);
    assertEquals([temp.count, temp.left], [0, []]);
    assertEquals(await refusal(multipart(file("f", "x", large), bad)), expected);
    assertEquals([temp.count, temp.left], [1, []]);
  }
});

Deno.test("readMultipart() returns large files as SpooledFiles", async () => {
  const body = encoder.encode(multipart(file("f", "x", "y".repeat(SPOOL_THRESHOLD_BYTES + 1))));
  const source = new ByteReader(ReadableStream.from([body]), null, DEFAULT_LIMITS);
  const fields = await readMultipart(source, BOUNDARY, DEFAULT_LIMITS, { account: freeAccount() });
  source.close();
  assertInstanceOf(fields.get("f")?.[0], SpooledFile);
  await disposeFiles(fields);
});

Deno.test("readMultipart() passes files to onFile as they arrive, and uses its results", async () => {
  const told: unknown[] = [];
  const body = multipart(
    field("a", "1"),
    file("f", "x.txt", "hello", "a/b"),
    file("g", "", ""),
    file("h", "y", "more"),
  );
  const pairs = await read(body, {
    onFile: async ({ name, filename, type, stream }) => {
      told.push([name, filename, type, await new Response(stream).text()]);
      return name === "f" ? "stored-1" : undefined;
    },
  });
  assertEquals(told, [["f", "x.txt", "a/b", "hello"], ["h", "y", "text/plain", "more"]]);
  assertEquals(pairs, [["a", "1"], ["f", "stored-1"]]);
});

Deno.test("readMultipart() calls onFile before the file is complete", async () => {
  const body = multipart(file("f", "x", "first-second"));
  const at = body.indexOf("second");
  const begun = Promise.withResolvers<void>();
  const chunks = (async function* () {
    yield encoder.encode(body.slice(0, at));
    await begun.promise;
    yield encoder.encode(body.slice(at));
  })();
  const source = new ByteReader(ReadableStream.from(chunks), null, DEFAULT_LIMITS);
  let text = "";
  const onFile: OnFile = async ({ stream }) => {
    for await (const piece of stream) {
      text += new TextDecoder().decode(piece);
      begun.resolve();
    }
  };
  await readMultipart(source, BOUNDARY, DEFAULT_LIMITS, { account: freeAccount(), onFile });
  source.close();
  assertEquals(text, "first-second");
});

Deno.test("readMultipart() continues after an onFile that reads nothing or a part, or cancels", async () => {
  const content = "x".repeat(300_000);
  const chunks = () => {
    const bytes = encoder.encode(multipart(file("f", "x", content), field("a", "1")));
    return Array.from(
      { length: Math.ceil(bytes.length / 10_000) },
      (_, at) => bytes.slice(at * 10_000, (at + 1) * 10_000),
    );
  };
  const callbacks: OnFile[] = [
    () => {},
    async ({ stream }) => void await stream.getReader().read(),
    ({ stream }) => void stream.getReader().read(),
    ({ stream }) => stream.cancel(),
    async ({ stream }) => {
      const reader = stream.getReader();
      await reader.read();
      await reader.cancel();
    },
  ];
  for (const onFile of callbacks) assertEquals(await read("", { chunks: chunks(), onFile }), [["a", "1"]]);
});

Deno.test("readMultipart() ends a stream that is read after onFile has returned", async () => {
  let late: ReadableStream<Uint8Array> | null = null;
  await read(multipart(file("f", "x", "hello")), { onFile: ({ stream }) => void (late = stream) });
  assert(late !== null);
  await assertRejects(() => new Response(late).text(), TypeError, "onFile has returned");
});

Deno.test("readMultipart() rejects with the error of onFile", async () => {
  const mine = new Error("storage is full");
  const body = multipart(file("f", "x", "hello"));
  assertEquals(await assertRejects(() => read(body, { onFile: () => Promise.reject(mine) })), mine);
  assertEquals(
    await assertRejects(() =>
      read(body, {
        onFile: () => {
          throw mine;
        },
      })
    ),
    mine,
  );
});

Deno.test("readMultipart() rejects, as does the stream of onFile, when a file is cut off or too large", async () => {
  const limits = resolveLimits({ fileBytes: 10 });
  const cases: [string, number][] = [
    [multipart(file("f", "x", "y".repeat(11))), 413],
    [multipart(file("f", "x", "hello")).slice(0, -20), 400],
  ];
  for (const [body, status] of cases) {
    const bytes = encoder.encode(body);
    const chunks = Array.from(bytes, (byte) => Uint8Array.of(byte));
    for (const swallow of [false, true]) {
      let seen: unknown = null;
      const onFile: OnFile = async ({ stream }) => {
        try {
          await new Response(stream).text();
        } catch (error) {
          seen = error;
          if (!swallow) throw new Error("mine");
        }
      };
      assertEquals((await refusal("", { chunks, limits, onFile }))[0], status);
      assertInstanceOf(seen, InputError);
    }
    // Without a reader, the body is rejected as well.
    assertEquals((await refusal("", { chunks, limits, onFile: () => {} }))[0], status);
  }
});

Deno.test("readMultipart() agrees with an encoder, for any content, in any chunks", async () => {
  const unit = fc.constantFrom(
    "a",
    "\r",
    "\n",
    "\r\n",
    "-",
    "--",
    "--b",
    "\r\n--",
    "\r\n--c",
    "\0",
    "é",
    "👍",
    '"',
    "%22",
  );
  const content = fc.array(unit, { maxLength: 12 }).map((units) => units.join(""))
    .filter((text) => !text.includes("\r\n--b") && !`\r\n${text}`.includes("\r\n--b"));
  const name = fc.stringMatching(/^[a-z %é.[\]-]{1,8}$/);
  const part = fc.record({ name, content, isFile: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(
      fc.array(part, { maxLength: 5 }),
      fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 20 }),
      async (parts, sizes) => {
        const text =
          parts.map(({ name, content, isFile }) =>
            `--b\r\nContent-Disposition: form-data; name="${name.replaceAll('"', "%22")}"${
              isFile ? '; filename="f"' : ""
            }\r\n\r\n${content}\r\n`
          ).join("") + "--b--\r\n";
        const bytes = encoder.encode(text);
        const chunks: Bytes[] = [];
        let at = 0;
        for (const size of sizes) {
          chunks.push(bytes.slice(at, at + size));
          at += size;
        }
        chunks.push(bytes.slice(at));
        const pairs = await read("", { boundary: "b", chunks });
        const expected = parts.map(({ name, content, isFile }) => [
          name.replaceAll("%22", '"').replace(/%0[da]/gi, ""),
          isFile ? ["f", "text/plain", content] : content,
        ]);
        const names = [...new Set(expected.map(([name]) => name))];
        assertEquals(pairs as unknown[], names.flatMap((name) => expected.filter(([other]) => other === name)));
      },
    ),
    { numRuns: 500 },
  );
});
