/**
 * Properties that must hold for every string, number and sequence of bytes. Each is compared with the platform's own parser, a
 * reference implementation of the standard, or the value that the input was made from.
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { getCookies } from "@std/http/cookie";
import { action, createHandler, defineForm, field, type Handler, html, toast } from "../../mod.ts";
import { createParser, encodeEvent, type StreamBlock } from "../../src/protocol/event_stream.ts";
import { HyperError, InputError } from "../../src/errors.ts";
import type { Patch } from "../../src/protocol/patch.ts";
import { readBody } from "../../src/http/body.ts";
import { canonicalRequest } from "../../src/http/canonical.ts";
import { crossOriginVerdict, resolveCrossOrigin } from "../../src/http/cross_origin.ts";
import { parseFieldPath } from "../../src/http/field_path.ts";
import { parseHeaderValue } from "../../src/http/header_value.ts";
import { parseJson } from "../../src/http/json.ts";
import { mergeKwargs } from "../../src/actions/kwargs.ts";
import { DEFAULT_LIMITS, resolveLimits } from "../../src/http/limits.ts";
import { readIntent } from "../../src/actions/intent.ts";
import { parseUrlencoded } from "../../src/http/urlencoded.ts";
import { formatSetCookie } from "../../src/http/cookie.ts";
import { redirectTarget, sealHeaders } from "../../src/http/sink.ts";

/** A property: its description, and a function that tests it. */
export interface Fuzz {
  readonly name: string;
  readonly property: fc.IAsyncPropertyWithHooks<[never]> | fc.IRawProperty<unknown>;
}

const OWN = new URL("https://site.test/login");
// deno-lint-ignore no-control-regex -- control characters are what is looked for
const UNSAFE_IN_HEADER = /[\x00-\x08\x0a-\x1f\x7f]|[^\x00-\xff]/;

/** Strings that include some with a meaning for some parser. */
const TOKENS = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "a",
  "0",
  "999",
  "1000",
  ".",
  "[",
  "]",
  "[]",
  "%",
  "%2e",
  "%00",
  "%25",
  "%c3%a9",
  "%ff",
  "&",
  "=",
  "+",
  ";",
  "/",
  "//",
  "\\",
  ":",
  "@",
  "#",
  "?",
  "\t",
  "\r",
  "\n",
  "\r\n",
  "\0",
  "\u2028",
  "\ufeff",
  "\ud800",
  "é",
  "日",
  "😀",
  '"',
  "'",
  "<",
  ">",
  "--",
  "--b",
  "--b--",
  "data:",
  "event:",
  "id:",
  "retry:",
  "https:",
  "javascript:",
  "evil.test",
  "site.test",
  "null",
  "{",
  "}",
  ",",
  " ",
  "-1",
  "1e9",
  "\\u0061",
];

const token = fc.constantFrom(...TOKENS);
/** Strings of meaningful parts and of random ones. */
const hostile = fc.oneof(
  { weight: 3, arbitrary: fc.array(token, { maxLength: 12 }).map((tokens) => tokens.join("")) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 40 }) },
  { weight: 1, arbitrary: fc.string({ unit: "grapheme", maxLength: 40 }) },
);
/** Strings that UTF-8 can represent. */
const wellFormed = hostile.map((text) => text.toWellFormed());

/** Returns the result of a parser, or its rejection. Any other error is a defect. */
async function tried<T>(run: () => T | Promise<T>): Promise<{ readonly value: T } | { readonly refusal: InputError }> {
  try {
    return { value: await run() };
  } catch (error) {
    if (error instanceof InputError) return { refusal: error };
    throw error;
  }
}

function isClean(): void {
  assertEquals(Object.keys(Object.prototype), []);
  for (const name of ["x", "a", "isAdmin", "polluted"]) assert(!(name in {}), name);
}

/** Splits text into chunks, at any position. */
function cut<T extends { readonly length: number }>(
  whole: T,
  cuts: readonly number[],
  slice: (from: number, to: number) => T,
): T[] {
  const places = [...new Set(cuts.map((at) => at % (whole.length + 1)))].sort((a, b) => a - b);
  return [0, ...places].map((from, at) => slice(from, places[at] ?? whole.length));
}

function streamOf(chunks: readonly Uint8Array<ArrayBuffer>[]): ReadableStream<Uint8Array<ArrayBuffer>> {
  return ReadableStream.from(chunks.filter((chunk) => chunk.length > 0));
}

function post(body: BodyInit, type: string): Request {
  return new Request(OWN, { method: "POST", body, headers: { "content-type": type } });
}

// File.text() removes a byte order mark.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const BIG = resolveLimits({ nameBytes: 10_000 });

const FUZZ: Fuzz[] = [];
function fuzz<Ts extends [unknown, ...unknown[]]>(
  name: string,
  arbitraries: { [K in keyof Ts]: fc.Arbitrary<Ts[K]> },
  predicate: (...values: Ts) => void | Promise<void>,
): void {
  const property = fc.asyncProperty(...arbitraries, async (...values: Ts): Promise<void> => await predicate(...values));
  FUZZ.push({ name, property: property as fc.IRawProperty<unknown> });
}

fuzz("parseUrlencoded() reads what URLSearchParams reads, or refuses what is no UTF-8", [wellFormed], async (text) => {
  const ours = await tried(() => parseUrlencoded(text, BIG));
  const theirs = [...new URLSearchParams(text)];
  if ("refusal" in ours) {
    const isBroken = theirs.some(([name, value]) => /\ufffd/.test(name + value));
    // deno-lint-ignore no-control-regex -- as the parser looks for them
    const hasControl = theirs.some(([name]) => /[\x00-\x1f\x7f]/.test(name));
    assert(isBroken || hasControl, ours.refusal.message);
    return;
  }
  const pairs = [...ours.value].flatMap(([name, values]) => values.map((value) => [name, value]));
  // URLSearchParams removes a leading "?" (URL Standard, 6.2). In a body, it is part of the first name.
  if (text.startsWith("?")) return;
  assertEquals(pairs.toSorted(compare), theirs.toSorted(compare));
});

function compare(a: readonly unknown[], b: readonly unknown[]): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}

const parts = fc.array(
  fc.record({
    // The writer does not escape "%", so that a "%22" in a name would be read as a quotation mark.
    // deno-lint-ignore no-control-regex -- a name with one is refused
    name: wellFormed.map((text) => text.replace(/[\x00-\x1f\x7f%]/g, "_").slice(0, 60) || "n"),
    value: wellFormed,
    // deno-lint-ignore no-control-regex -- as above
    file: fc.option(wellFormed.map((text) => `f${text.replace(/[\x00-\x1f\x7f%]/g, "_")}`)),
  }),
  { maxLength: 6 },
);
const cuts = fc.array(fc.nat(), { maxLength: 20 });

fuzz(
  "readBody() reads the multipart body that FormData writes, wherever it is cut",
  [parts, cuts],
  async (given, places) => {
    const form = new FormData();
    for (const { name, value, file } of given) {
      if (file === null) form.append(name, value);
      else form.append(name, new File([value], file, { type: "text/plain" }));
    }
    const whole = new Response(form);
    const type = whole.headers.get("content-type") ?? "";
    const bytes = await whole.bytes();
    const chunks = cut(bytes, places, (from, to) => bytes.subarray(from, to));
    const body = await readBody(post(streamOf(chunks), type), BIG);
    if (given.length === 0) return;
    assert(body.kind === "fields");
    const read: unknown[] = [];
    for (const [name, values] of body.fields) {
      for (const value of values) {
        read.push([name, value instanceof File ? [value.name, decoder.decode(await value.bytes())] : value]);
      }
    }
    // The writer converts line breaks of text to CRLF (HTML, 4.10.22.8), but not those of files.
    const expected = given.map(({ name, value, file }) =>
      file === null ? [name, value.replace(/\r\n|\r|\n/g, "\r\n")] : [name, [file, value]]
    );
    assertEquals(read.map(String).toSorted(), expected.map(String).toSorted());
  },
);

const multipartText = fc.array(
  fc.constantFrom(
    "--b",
    "--b--",
    "--",
    "\r\n",
    "\n",
    "\r",
    "Content-Disposition: form-data",
    '; name="a"',
    "; name=b",
    '; filename="f"',
    "; filename*=UTF-8''x",
    "Content-Type: text/plain",
    "\r\n\r\n",
    "x",
    "é",
    "\0",
    '"',
    "\\",
    " ",
    "\t",
  ),
  { maxLength: 40 },
).map((pieces) => new TextEncoder().encode(pieces.join("")));

fuzz(
  "readBody() takes a multipart body for the same, wherever it is cut",
  [multipartText, cuts],
  async (bytes, places) => {
    const read = async (chunks: readonly Uint8Array<ArrayBuffer>[]): Promise<string> => {
      const result = await tried(() =>
        readBody(post(streamOf(chunks), "multipart/form-data; boundary=b"), DEFAULT_LIMITS)
      );
      if ("refusal" in result) return `refused ${result.refusal.status}`;
      assert(result.value.kind === "fields");
      return JSON.stringify([...result.value.fields].map(([name, values]) => [name, values.map(String)]));
    };
    assertEquals(await read(cut(bytes, places, (from, to) => bytes.subarray(from, to))), await read([bytes]));
  },
);

fuzz("parseJson() gives what JSON.parse gives, or refuses it by name", [
  fc.oneof(
    hostile,
    fc.json({ maxDepth: 6 }),
    fc.json().chain((text) => hostile.map((more) => text.slice(0, 8) + more)),
  ),
], async (text) => {
  const ours = await tried(() => parseJson(text, DEFAULT_LIMITS, "body"));
  let theirs: { readonly value: unknown } | null = null;
  try {
    theirs = { value: JSON.parse(text) };
  } catch {
    // Not JSON for the platform either.
  }
  if ("value" in ours) return assertEquals(ours, theirs);
  if (theirs !== null) {
    assert(/prototype|more values|deeper|number that is too large/.test(ours.refusal.message), ours.refusal.message);
  }
  isClean();
});

fuzz(
  "parseFieldPath() gives a path that is written as the name, a flat name, or a refusal",
  [hostile],
  async (name) => {
    const result = await tried(() => parseFieldPath(name, DEFAULT_LIMITS));
    if ("refusal" in result) return;
    const [first, ...rest] = result.value;
    const written = first +
      rest.map((step) => typeof step === "symbol" ? "[]" : typeof step === "number" ? `[${step}]` : `.${step}`).join(
        "",
      );
    assertEquals(written, name);
    if (result.value.length > 1) assert(!result.value.some((step) => step === "__proto__" || step === "prototype"));
  },
);

const key = fc.constantFrom("a", "b", "name", "日", "x-1", "$k", "_u");
const tree: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    wellFormed,
    fc.dictionary(key, tie("node"), { minKeys: 1, maxKeys: 3 }),
    fc.array(tie("node"), { minLength: 1, maxLength: 3 }).filter((list) =>
      typeof list[0] !== "string" || list.length > 1
    ),
  ),
})).node;

/** Returns the names and values that a form would send for a value. */
function flatten(value: unknown, name: string, pairs: [string, string][]): [string, string][] {
  if (typeof value === "string") pairs.push([name, value]);
  else if (Array.isArray(value)) value.forEach((item, index) => flatten(item, `${name}[${index}]`, pairs));
  else for (const [key, item] of Object.entries(value as object)) flatten(item, `${name}.${key}`, pairs);
  return pairs;
}

fuzz(
  "mergeKwargs() builds the value that its names were made of",
  [fc.dictionary(key, tree, { maxKeys: 4 })],
  (value) => {
    const pairs = Object.entries(value).flatMap(([name, member]) => flatten(member, name, []));
    const fields = new Map(pairs.map(([name, text]) => [name, [text]]));
    assertEquals(
      mergeKwargs({ header: null, query: new Map(), body: { kind: "fields", fields } }, DEFAULT_LIMITS),
      value,
    );
  },
);

fuzz("mergeKwargs() pollutes nothing, and makes no array that is longer than what was sent", [
  fc.array(fc.tuple(hostile, hostile), { maxLength: 8 }),
  fc.option(fc.dictionary(hostile, fc.jsonValue())),
], async (pairs, header) => {
  const fields = new Map(pairs.map(([name, value]) => [name, [value]]));
  const safe = header === null ? null : JSON.parse(JSON.stringify(header)) as Record<string, unknown>;
  const result = await tried(() =>
    mergeKwargs({ header: safe, query: fields, body: { kind: "fields", fields } }, DEFAULT_LIMITS)
  );
  isClean();
  if ("refusal" in result) return;
  assertEquals(Object.getPrototypeOf(result.value), Object.prototype);
  if (header !== null) return;
  const longest = (value: unknown): number =>
    typeof value !== "object" || value === null
      ? 0
      : Math.max(Array.isArray(value) ? value.length : 0, ...Object.values(value).map(longest));
  assert(longest(result.value) <= pairs.length);
});

fuzz("crossOriginVerdict() lets an origin pass that is this one, letter for letter, and no other", [
  fc.oneof(
    hostile,
    fc.array(
      fc.constantFrom(
        "http",
        "https",
        "HTTPS",
        ":",
        "//",
        "/",
        "site.test",
        "SITE.TEST",
        ".",
        ":443",
        ":80",
        "@",
        ",",
        " ",
        "\t",
        "evil.test",
        "#",
        "?",
      ),
      { maxLength: 8 },
    )
      .map((pieces) => pieces.join("")),
  ),
], (origin) => {
  const facts = { method: "POST", fetchSite: null, origin, ownOrigin: OWN.origin };
  const passes = crossOriginVerdict(facts, resolveCrossOrigin({ requireHeaders: true })) === null;
  assertEquals(passes, /^https:\/\/site\.test(?::443)?\/?$/i.test(origin), JSON.stringify(origin));
});

fuzz("canonicalRequest() passes a path that is read in one way only", [
  fc.array(
    fc.constantFrom(
      "/",
      "a",
      "..",
      ".",
      "%2e",
      "%2E",
      "%2f",
      "%5c",
      "%25",
      "%00",
      "%c3%a9",
      "%ff",
      "\\",
      ";",
      "//",
      "%",
      "admin",
      "?",
      "#",
      "\t",
    ),
    { maxLength: 10 },
  )
    .map((pieces) => `/${pieces.join("")}`),
], (path) => {
  const result = canonicalRequest({ url: `http://site.test${path}`, method: "GET", headers: new Headers() });
  if (result.kind === "refused") return;
  const { pathname } = result.url;
  // A browser, a proxy that decodes once, and a file system read it in the same way.
  const decoded = decodeURIComponent(pathname);
  assertEquals(decoded.split("/").length, pathname.split("/").length);
  assert(!decoded.split("/").some((segment) => segment === "." || segment === ".."), pathname);
  assert(!/[\\\p{Cc}]/u.test(decoded) && !pathname.startsWith("//"), pathname);
  let again = decoded;
  try {
    again = decodeURIComponent(decoded);
  } catch {
    // It cannot be decoded a second time.
  }
  assertEquals(again.split("/").length, decoded.split("/").length);
  assertEquals(canonicalRequest({ url: result.url.href, method: "GET", headers: new Headers() }), result);
});

fuzz(
  "redirectTarget() leads to where a browser goes, and never off the site",
  [hostile, fc.boolean()],
  (to, external) => {
    let target: string;
    try {
      target = redirectTarget(to, OWN, { external });
    } catch (error) {
      assert(error instanceof TypeError);
      return;
    }
    assert(/^[\x21-\x7e]+$/.test(target), target);
    const [reached, asked] = [new URL(target, OWN), new URL(to, OWN)];
    // Compared part by part, because a question mark without a query is not written again.
    for (const part of ["origin", "pathname", "search", "hash"] as const) assertEquals(reached[part], asked[part]);
    assert(reached.protocol === "https:" || reached.protocol === "http:");
    if (!external) assertEquals([reached.origin, target.startsWith("//")], [OWN.origin, false]);
  },
);

fuzz("sealHeaders() lets no text through that could end the process or split the response", [
  fc.array(hostile, { maxLength: 5 }),
], (values) => {
  const sealed = sealHeaders(values.map((value, at): [string, string] => [`x-${at}`, value]));
  for (const [, value] of sealed) assert(!UNSAFE_IN_HEADER.test(value));
  assertEquals([...sealed].length, values.length);
});

fuzz("formatSetCookie() carries a value that is read back, and no attribute of its own", [wellFormed], (value) => {
  let text: string;
  try {
    text = formatSetCookie({ name: "a", value: encodeURIComponent(value) });
  } catch (error) {
    assert(error instanceof RangeError);
    return;
  }
  assertEquals(text.split("; ").slice(1), ["Path=/", "HttpOnly", "SameSite=Lax"]);
  const read = getCookies(new Headers({ cookie: text.split("; ")[0] ?? "" })).a ?? "";
  assertEquals(decodeURIComponent(read), value);
});

const patch: fc.Arbitrary<Patch> = fc.oneof(
  fc.record({ event: fc.constant("toast" as const), data: fc.dictionary(hostile, fc.jsonValue()) }),
  fc.record({ event: fc.constant("patch_signals" as const), data: fc.dictionary(hostile, fc.jsonValue()) }),
  fc.record({ event: fc.constant("result" as const), data: fc.jsonValue() }),
  fc.record({
    event: fc.constant("patch_html" as const),
    data: fc.record({ content: hostile, target: hostile, focus: hostile }),
  }),
  fc.record({
    event: fc.constant("dispatch_event" as const),
    data: fc.record({ name: hostile, payload: fc.jsonValue() }),
  }),
);

/** Parses a whole stream as HTML, 9.2.6, specifies. The parser of the runtime parses it in pieces. */
function referenceBlocks(text: string): StreamBlock[] {
  const blocks: StreamBlock[] = [];
  const lines = text.replace(/^\ufeff/, "").split(/\r\n|\r|\n/);
  let open: Record<string, string | null>[] = [];
  for (const line of lines.slice(0, -1)) {
    if (line !== "") {
      const match = /^([^:]*):? ?([\s\S]*)$/.exec(line);
      const isPair = line.includes(":");
      open.push({ field: isPair ? match?.[1] ?? "" : line, value: isPair ? match?.[2] ?? "" : "" });
      continue;
    }
    if (open.length > 0) {
      const of = (name: string) => open.filter(({ field }) => field === name).map(({ value }) => value ?? "");
      const data = of("data");
      const said = Object.entries({
        data: data.length === 0 ? undefined : data.join("\n"),
        id: of("id").filter((id) => !id.includes("\0")).at(-1),
        echo: of("echo").at(-1),
        share: of("share").at(-1),
        retry: of("retry").filter((retry) => /^[0-9]+$/.test(retry)).at(-1),
      }).filter(([, value]) => value !== undefined);
      blocks.push({ event: of("event").at(-1) || "message", ...Object.fromEntries(said) });
    }
    open = [];
  }
  return blocks;
}

fuzz("encodeEvent() writes one event, which is read back as it was, wherever the stream is cut", [
  fc.array(patch, { maxLength: 5 }),
  cuts,
], (patches, places) => {
  const text = patches.map((patch) => encodeEvent(patch)).join("");
  const blocks: StreamBlock[] = [];
  const parse = createParser();
  for (const piece of cut(text, places, (from, to) => text.slice(from, to))) blocks.push(...parse(piece));
  const read = (block: StreamBlock) => [block.event, JSON.parse(block.data ?? "null")];
  assertEquals(
    blocks.map(read),
    // A lone surrogate and `-0` are written as in JSON.
    patches.map((patch) => [patch.event, "data" in patch ? JSON.parse(JSON.stringify(patch.data) ?? "null") : null]),
  );
  assertEquals(referenceBlocks(text), blocks);
});

fuzz("the browser's parser reads any stream as the standard does, wherever it is cut", [
  fc.array(
    fc.constantFrom(
      "data:",
      "data: ",
      "event:",
      "event: x",
      "id: 1",
      "id",
      "retry: 10",
      "retry: x",
      "echo: a",
      "share: a",
      ":",
      ": c",
      "data",
      "\n",
      "\r",
      "\r\n",
      "\n\n",
      "x",
      " ",
      "\0",
      "é",
      "日",
    ),
    { maxLength: 30 },
  ).map((pieces) => pieces.join("")),
  cuts,
], (text, places) => {
  const blocks: StreamBlock[] = [];
  const parse = createParser();
  for (const piece of cut(text, places, (from, to) => text.slice(from, to))) blocks.push(...parse(piece));
  // A CR at the end may be half of a CRLF: one parser reports its line at once, and the other one must not lose it.
  if (text.endsWith("\r")) return;
  assertEquals(blocks, referenceBlocks(text));
});

fuzz(
  "parseHeaderValue() gives tokens and parameters, or null, and never anything else",
  [wellFormed, fc.boolean()],
  (text, form) => {
    const parsed = parseHeaderValue(text, form ? "form" : "http");
    if (parsed !== null) assert(typeof parsed.value === "string" && parsed.parameters instanceof Map);
  },
);

fuzz("readIntent() reads any headers, or refuses them", [
  fc.dictionary(
    fc.constantFrom(
      "accept",
      "x-hyper-action",
      "x-hyper-target",
      "x-hyper-request-id",
      "x-hyper-switch-depth",
      "last-event-id",
    ),
    hostile.map((text) => text.replace(/[^\x20-\x7e\x80-\xff]/g, "")),
  ),
  hostile,
], async (headers, query) => {
  const url = new URL(`https://site.test/?_action=${encodeURIComponent(query.toWellFormed())}`);
  const result = await tried(() => readIntent({ headers: new Headers(headers) }, url));
  if ("refusal" in result) assert([400, 431].includes(result.refusal.status));
});

/** An application with all features, created once and shared by all requests. */
let target: { readonly handler: Handler; readonly reports: unknown[]; runs: number } | null = null;

function application(): NonNullable<typeof target> {
  if (target !== null) return target;
  const NoteForm = defineForm("note", {
    fields: {
      title: field.text({ required: true, maxlength: 20 }),
      tags: field.text(),
      photo: field.file(),
      n: field.number(),
    },
  });
  const save = action("save", { form: NoteForm }, ({ form }) => {
    application().runs++;
    return [toast(form.values.title), html(form.values.tags, { target: "#a" })];
  });
  const echo = action("echo", ({ data }) => {
    application().runs++;
    return JSON.parse(JSON.stringify(data)) as unknown;
  });
  const look = action("look", { method: "GET" }, function* ({ data }) {
    yield toast(String(Object.keys(data).length));
  });
  const reports: unknown[] = [];
  const pages = [
    { path: "/", load: () => Promise.resolve({ default: () => "home", save, echo, look }) },
    { path: "/notes/[id]", load: () => Promise.resolve({ default: () => "note" }) },
  ];
  target = {
    handler: createHandler({ baseDir: "/srv/app", pages, onError: (error) => void reports.push(error) }),
    reports,
    runs: 0,
  };
  return target;
}

const headerText = hostile.map((text) => text.replace(/[^\x20-\x7e]/g, "").trim());

fuzz("the handler answers any request with a status below 500, and reports nothing", [
  fc.constantFrom("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"),
  fc.constantFrom("/", "/notes/7", "/_next/form/", "/_next/form/157dca92e4250458/", "/_hyper/client.js", "/nowhere"),
  fc.dictionary(
    fc.constantFrom(
      "accept",
      "content-type",
      "cookie",
      "last-event-id",
      "origin",
      "referer",
      "sec-fetch-site",
      "x-hyper-action",
      "x-hyper-data",
      "x-hyper-request-id",
      "x-hyper-switch-depth",
      "x-hyper-target",
      "if-none-match",
      "range",
    ),
    fc.oneof(
      headerText,
      fc.constantFrom(
        "save",
        "echo",
        "look",
        "application/json",
        "text/event-stream",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=b",
        "https://site.test",
        "same-origin",
        '{"title":"x"}',
        "hyper_flash=%5B%7B%22value%22%3A1%7D%5D",
      ),
    ),
  ),
  fc.array(
    fc.tuple(
      fc.constantFrom(
        "_action",
        "title",
        "tags",
        "_next_form_page",
        "_next_form_origin",
        "_hyper_once",
        "_hyper_data",
        "_next_form_instance",
        "n",
      ),
      hostile,
    ),
    {
      maxLength: 6,
    },
  ),
  fc.oneof(hostile, fc.json(), multipartText.map((bytes) => new TextDecoder().decode(bytes))),
], async (method, path, headers, pairs, text) => {
  const { handler, reports } = application();
  const query = new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, value.toWellFormed()]));
  const bodiless = method === "GET" || method === "HEAD";
  const type = headers["content-type"] ?? "";
  const body = type.includes("urlencoded") ? query.toString() : text;
  const asked = type.includes("urlencoded") ? path : `${path}?${query}`;
  const request = new Request(`https://site.test${asked}`, { method, headers, ...(bodiless ? {} : { body }) });
  const response = await handler(request);
  const said = await response.text();
  assert(response.status < 500, `${response.status} ${said.slice(0, 200)} ${reports.map(String).join()}`);
  assertEquals(reports, []);
  for (const [, value] of response.headers) assert(!UNSAFE_IN_HEADER.test(value));
  isClean();
});

fuzz(
  "an error of ours takes an error status alone",
  [fc.integer({ min: -1000, max: 2000 }), hostile],
  (status, message) => {
    const isError = status >= 400 && status <= 599;
    try {
      assertEquals(new HyperError(status, message).status, status);
      assert(isError);
    } catch (error) {
      assert(error instanceof RangeError && !isError, String(error));
    }
  },
);

/** Every property. */
export const PROPERTIES: readonly Fuzz[] = FUZZ;
