/** A3, A4, A12, T12, T13, T22, T23: the total work and memory that clients cause. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { action, defineForm, field, Form, type HandlerOptions, toast } from "../../mod.ts";
import { STUCK_MS } from "../../src/dispatch/streams.ts";
import { stopTime } from "../support/clock.ts";
import { startServer } from "../support/process.ts";
import { App, EVENTS, JSON_TYPE, namesOf, parseEvents } from "../support/app.tsx";

const HTML = "text/html";
const CROSS_SITE_IMAGE = { accept: "image/*", "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" };

/** Creates generators that wait for a gate, and counts how many have begun and ended. */
function working(options: HandlerOptions = {}) {
  const state = { begun: 0, ended: 0 };
  const gate = Promise.withResolvers<void>();
  async function* make() {
    state.begun++;
    try {
      yield toast("one");
      await gate.promise;
    } finally {
      state.ended++;
    }
  }
  const work = action("work", make);
  const watch = action("watch", { method: "GET" }, make);
  const app = new App({ "/": { default: () => "", work, watch } }, {
    principal: ({ headers }) => headers.get("x-user"),
    ...options,
  });
  const ask = (
    name: "work" | "watch",
    accept: string,
    hostname: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Response> =>
    app.handler(
      new Request(`http://site.test/?_action=${name}`, {
        method: name === "work" ? "POST" : "GET",
        headers: { accept, ...headers },
      }),
      { remoteAddr: { hostname } },
    );
  return { app, state, gate, ask };
}

/** Runs all pending microtasks. The generators here wait only for promises. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
}

for (const name of ["work", "watch"] as const) {
  Deno.test(`A4: streams of ${name} that are opened and abandoned in turn stay within the limit of their principal`, async () => {
    const { app, state, gate, ask } = working();
    await using _ = app;
    const statuses = new Map<number, number>();
    for (let count = 0; count < 200; count++) {
      const response = await ask(name, EVENTS, `192.0.2.${count}`, { "x-user": "ada" });
      statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
      if (response.status === 429) {
        assertEquals(response.headers.get("retry-after"), "10");
        assertStringIncludes(await response.text(), "streamsPerCaller is 6");
        continue;
      }
      const reader = response.body?.getReader();
      await reader?.read();
      // The generator is creating its next item when its client disconnects.
      const next = reader?.read();
      await reader?.cancel();
      await next;
    }
    assertEquals([...statuses], [[200, 6], [429, 194]]);
    assertEquals([state.begun, state.ended], [6, 0]);
    gate.resolve();
    await settle();
    assertEquals([state.ended, (await ask(name, HTML, "192.0.2.1", { "x-user": "ada" })).status], [6, 303]);
  });

  for (const accept of [HTML, JSON_TYPE]) {
    Deno.test(`A4: ${name} requested as ${accept} stays within the limit of its principal`, async () => {
      const { app, state, gate, ask } = working();
      await using _ = app;
      const held = Array.from({ length: 6 }, () => ask(name, accept, "192.0.2.1", { "x-user": "ada" }));
      await settle();
      const seventh = await ask(name, accept, "192.0.2.1", { "x-user": "ada" });
      assertEquals([seventh.status, seventh.headers.get("retry-after"), state.begun], [429, "10", 6]);
      assertStringIncludes(await seventh.text(), accept === HTML ? "The server is busy" : "streamsPerCaller is 6");
      gate.resolve();
      for (const response of await Promise.all(held)) await response.body?.cancel();
      assertEquals(state.ended, 6);
    });
  }
}

Deno.test("A4: a generator that gets no slot does not begin, and its mutation can be sent again", async () => {
  const { app, state, gate, ask } = working({ limits: { streams: 1 } });
  await using _ = app;
  const held = ask("work", JSON_TYPE, "192.0.2.1");
  await settle();
  const headers = { "x-hyper-request-id": "one" };
  assertEquals([(await ask("work", JSON_TYPE, "192.0.2.2", headers)).status, state.begun], [429, 1]);
  gate.resolve();
  await (await held).body?.cancel();
  const again = await ask("work", JSON_TYPE, "192.0.2.2", headers);
  assertEquals([again.status, state.begun], [200, 2]);
  await again.body?.cancel();
});

Deno.test("A4: five hundred users behind one address can each open a stream, and users at other addresses too", async () => {
  const { app, state, gate, ask } = working();
  await using _ = app;
  const held = [];
  for (let user = 0; user < 500; user++) {
    // Half of them have signed in.
    held.push(await ask("watch", EVENTS, "192.0.2.1", user % 2 === 0 ? {} : { "x-user": `u${user}` }));
  }
  held.push(await ask("watch", EVENTS, "198.51.100.7"));
  assertEquals([new Set(held.map(({ status }) => status)), state.begun], [new Set([200]), 501]);
  for (const response of held) await response.body?.cancel();
  gate.resolve();
});

// Once with the default of `streams`.
for (const [hostname, streams] of [["127.0.0.1", 1_000], ["10.1.2.3", 9], ["::1", 9]] as const) {
  Deno.test(`A4: clients behind an unknown proxy at ${hostname} share one limit`, async () => {
    const { app, gate, ask } = working(streams === 1_000 ? {} : { limits: { streams } });
    await using _ = app;
    const held = [];
    const forwarded = { "x-forwarded-for": "203.0.113.9" };
    for (let user = 0; user < streams; user++) held.push(await ask("watch", EVENTS, hostname, forwarded));
    assertEquals(new Set(held.map(({ status }) => status)), new Set([200]));
    const refused = await ask("watch", EVENTS, hostname, forwarded);
    assertEquals(refused.status, 429);
    assertStringIncludes(await refused.text(), `streams is ${streams}`);
    for (const response of held) await response.body?.cancel();
    gate.resolve();
  });
}

Deno.test("A4: an unknown proxy is logged once", async () => {
  const told = async (options: HandlerOptions, hostname: string, headers: Readonly<Record<string, string>>) => {
    const { app, gate, ask } = working(options);
    await using _ = app;
    gate.resolve();
    for (let count = 0; count < 3; count++) await (await ask("watch", EVENTS, hostname, headers)).text();
    return app.console.filter((line) => line.includes("trustProxy")).length;
  };
  const forwarded = { "x-forwarded-for": "203.0.113.9" };
  assertEquals(await told({}, "10.0.0.2", forwarded), 1);
  assertEquals(await told({}, "127.0.0.1", { forwarded: "for=203.0.113.9" }), 1);
  assertEquals(await told({}, "127.0.0.1", {}), 0);
  // From the internet, the header is user input.
  assertEquals(await told({}, "198.51.100.7", forwarded), 0);
  assertEquals(await told({ crossOrigin: { trustProxy: true } }, "10.0.0.2", forwarded), 0);
  assertEquals(await told({ crossOrigin: { trustProxy: false } }, "10.0.0.2", forwarded), 0);
  assertEquals(await told({ dev: true }, "10.0.0.2", forwarded), 0);
});

Deno.test("A4: one address cannot use all streams, whether or not it reads them", async () => {
  const { app, state, gate, ask } = working({ limits: { streams: 9 } });
  await using _ = app;
  const held: Promise<Response>[] = [];
  for (let count = 0; count < 6; count++) held.push(ask("work", HTML, "192.0.2.1"));
  await settle();
  const refused = await ask("work", HTML, "192.0.2.1");
  assertEquals([refused.status, state.begun], [429, 6]);
  await refused.body?.cancel();
  held.push(ask("work", HTML, "192.0.2.2"));
  await settle();
  assertEquals(state.begun, 7);
  gate.resolve();
  for (const response of await Promise.all(held)) assertEquals(response.status, 303);
});

/** A generator that waits for nothing external, its number of items, and the reason of its abort signal. */
function endless(options: HandlerOptions = {}) {
  const state: { items: number; runs: number; reason: unknown } = { items: 0, runs: 0, reason: null };
  const ended = Promise.withResolvers<void>();
  async function* make({ signal }: { readonly signal: AbortSignal }) {
    state.runs++;
    try {
      for (;;) {
        state.items++;
        yield toast("x".repeat(100));
        await Promise.resolve();
      }
    } finally {
      state.reason = signal.reason;
      ended.resolve();
    }
  }
  const watch = action("watch", { method: "GET" }, make);
  const work = action("work", make);
  const app = new App({ "/": { default: () => "Home", watch, work } }, options);
  return { app, state, ended: ended.promise };
}

/** Serves an application on its own port, for a client on the network. */
async function serving(app: App, run: (origin: string) => Promise<void>): Promise<void> {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, app.handler);
  try {
    await run(`http://127.0.0.1:${server.addr.port}`);
  } finally {
    await server.shutdown();
  }
}

Deno.test("A3: an endless generator, requested as an image by another site, does not delay others and is ended", async () => {
  const { app, state, ended } = endless({ limits: { unreadEvents: 20_000 } });
  await using _ = app;
  await serving(app, async (origin) => {
    const images = [1, 2, 3].map(() =>
      fetch(`${origin}/?_action=watch`, { headers: CROSS_SITE_IMAGE, redirect: "manual" })
    );
    const page = await fetch(origin);
    assertStringIncludes(await page.text(), "Home");
    // The response arrived while they ran.
    assert(state.items < 60_000, String(state.items));
    await ended;
    for (const image of await Promise.all(images)) {
      assertEquals(image.status, 303);
      await image.body?.cancel();
    }
  });
  assertEquals((state.reason as DOMException).name, "TimeoutError");
  assert(state.items <= 3 * 20_001, String(state.items));
});

Deno.test("A3: a POST stream without a client does not delay others, is ended, reported, and not run again", async () => {
  const { app, state, ended } = endless({ limits: { unreadEvents: 20_000 } });
  await using _ = app;
  const headers = { accept: EVENTS, "x-hyper-action": "work", "x-hyper-request-id": "one" };
  await serving(app, async (origin) => {
    const controller = new AbortController();
    const stream = await fetch(origin, { method: "POST", headers, signal: controller.signal });
    await stream.body?.getReader().read();
    controller.abort();
    const page = await fetch(origin);
    assertStringIncludes(await page.text(), "Home");
    await ended;
    const again = await fetch(origin, { method: "POST", headers });
    assertEquals([again.status, state.runs], [409, 1]);
    await again.body?.cancel();
  });
  assertEquals((state.reason as DOMException).name, "TimeoutError");
  assertStringIncludes(app.takeError().message, 'the limit "unreadEvents"');
});

Deno.test("A3: a document response is sent when its generator exceeds a limit, with the toasts that fit", async () => {
  const { app, state } = endless({ limits: { unreadBytes: 100_000 } });
  await using _ = app;
  const form = await app.request("/?_action=work", { method: "POST", headers: { accept: HTML } });
  assertEquals(form.status, 303);
  assert(state.items < 2_000, String(state.items));
  assertStringIncludes(app.takeError().message, 'the limit "unreadBytes"');
});

Deno.test("A3: a JSON response contains items up to the limit, and complete: false", async () => {
  const { app, state, ended } = endless({ limits: { gatheredBytes: 10_000, unreadEvents: 500 } });
  await using _ = app;
  const answer = await app.data("work") as { ok: boolean; items: unknown[]; complete?: boolean };
  assertEquals([answer.ok, answer.complete], [true, false]);
  assert(answer.items.length > 10 && JSON.stringify(answer.items).length <= 10_000, String(answer.items.length));
  await ended;
  assertEquals([state.items > answer.items.length, app.takeReports().length], [true, 1]);
});

Deno.test("T23: a GET generator that was requested as a document ends when its client disconnects", async () => {
  const begun = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<unknown>();
  const watch = action("watch", { method: "GET" }, async function* ({ signal }) {
    try {
      yield toast("one");
      begun.resolve();
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    } finally {
      ended.resolve(signal.reason);
    }
  });
  await using app = new App({ "/": { default: () => "", watch } });
  const controller = new AbortController();
  const { signal } = controller;
  const leaving = app.call("watch", { method: "GET", accept: HTML, signal });
  await begun.promise;
  controller.abort();
  assertEquals((await ended.promise as DOMException).name, "AbortError");
  assertEquals((await leaving).status, 303);
});

Deno.test("T23: a GET generator that ignores its abort signal is ended at its next item after its client disconnects", async () => {
  const begun = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  const watch = action("watch", { method: "GET" }, async function* () {
    try {
      for (;;) {
        yield toast("one");
        begun.resolve();
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
    } finally {
      ended.resolve();
    }
  });
  // No other limit would end it.
  const limits = { documentSeconds: Infinity, streamSeconds: Infinity, unreadEvents: Infinity, unreadBytes: Infinity };
  await using app = new App({ "/": { default: () => "", watch } }, { limits });
  const controller = new AbortController();
  const leaving = app.call("watch", { method: "GET", accept: HTML, signal: controller.signal });
  await begun.promise;
  controller.abort();
  await ended.promise;
  assertEquals((await leaving).status, 303);
});

Deno.test("T23: close() does not wait for generators and bodies whose clients have disconnected", async () => {
  const gate = Promise.withResolvers<void>();
  const work = action("work", async function* () {
    yield toast("one");
    await gate.promise;
  });
  const own = action("own", () =>
    new Response(
      new ReadableStream({
        async pull(controller) {
          await gate.promise;
          controller.close();
        },
      }),
    ));
  await using app = new App({ "/": { default: () => "", work, own } });
  const document = app.call("work", { accept: HTML });
  const left = (await app.call("own", { headers: { "x-hyper-request-id": "one" } })).body?.cancel();
  await settle();
  await app.handler.close();
  gate.resolve();
  assertEquals((await document).status, 303);
  await left;
});

Deno.test("A3: an endless body of a mutation is canceled at a limit after its client disconnects", async () => {
  let bytes = 0;
  const cancelled = Promise.withResolvers<void>();
  const work = action("work", () =>
    new Response(
      new ReadableStream({
        pull(controller) {
          bytes += 1_000;
          controller.enqueue(new Uint8Array(1_000));
        },
        cancel: () => cancelled.resolve(),
      }, { highWaterMark: 0 }),
    ));
  await using app = new App({ "/": { default: () => "Home", work } }, { limits: { unreadBytes: 1_000_000 } });
  const headers = { "x-hyper-request-id": "one" };
  const reader = (await app.call("work", { headers })).body?.getReader();
  await reader?.read();
  await reader?.cancel();
  assertStringIncludes((await app.open("/")).html, "Home");
  await cancelled.promise;
  assert(bytes >= 1_000_000 && bytes < 1_100_000, String(bytes));
  const again = await app.call("work", { headers });
  assertEquals(again.status, 409);
  await again.body?.cancel();
});

Deno.test("A4: a body that is read after its client has disconnected needs a slot, and is canceled if none is free", async () => {
  const gate = Promise.withResolvers<void>();
  const cancelled = Promise.withResolvers<void>();
  const work = action("work", ({ data }) =>
    new Response(
      new ReadableStream({
        async pull(controller) {
          await gate.promise;
          controller.close();
        },
        cancel: () => data.last === true ? cancelled.resolve() : undefined,
      }, { highWaterMark: 0 }),
    ));
  const watch = action("watch", { method: "GET" }, function* () {
    yield toast("one");
  });
  await using app = new App({ "/": { default: () => "", work, watch } }, { limits: { streams: 1 } });
  const leave = async (id: string, data = {}) => {
    const response = await app.call("work", { data, headers: { "x-hyper-request-id": id } });
    return response.body?.cancel();
  };
  const first = leave("one");
  await settle();
  assertEquals((await app.call("watch", { method: "GET" })).status, 429);
  await leave("two", { last: true });
  await cancelled.promise;
  gate.resolve();
  await first;
  assertEquals(namesOf(parseEvents(await (await app.call("watch", { method: "GET" })).text())), ["toast", "end"]);
});

Deno.test("A4: a generator that cannot be ended is reported, and its slot is free for the next stream", async () => {
  using time = stopTime();
  let begun = 0;
  const watch = action("watch", { method: "GET" }, async function* () {
    begun++;
    yield toast("one");
    // It ignores its abort signal.
    await new Promise(() => {});
  });
  await using app = new App({ "/": { default: () => "", watch } }, { limits: { streams: 1 }, heartbeatSeconds: 0 });
  const open = () => app.call("watch", { method: "GET" });
  const reader = (await open()).body?.getReader();
  await reader?.read();
  const next = reader?.read();
  await reader?.cancel();
  await next;
  const waiting = open();
  await time.tick(1_000);
  assertEquals([(await waiting).status, begun], [429, 1]);
  await time.tick(STUCK_MS);
  const second = await open();
  assertEquals([second.status, begun], [200, 2]);
  assertStringIncludes(app.takeError().message, 'Cannot end action "watch"');
  await second.body?.cancel();
});

Deno.test("A12: files of a killed process are removed from the disk by the next process that spools", async () => {
  const folder = await Deno.makeTempDir();
  const server = import.meta.resolve("./faults_server.tsx");
  const options = { args: ["30"], env: { TMPDIR: folder } };
  const form = filesOf(3, MEBIBYTE, "").replaceAll('name="f"', 'name="photo"');
  try {
    const killed = await startServer(server, options);
    using connection = await Deno.connect({ hostname: "127.0.0.1", port: killed.port });
    const head = `POST / HTTP/1.1\r\nHost: site.test\r\nX-Hyper-Action: save\r\n` +
      `Content-Type: multipart/form-data; boundary=b\r\nContent-Length: ${form.length + 1_000}\r\n\r\n`;
    await writeAll(connection, head + form);
    // All files except the first, and the lock, in a separate folder.
    const found = await filesIn(folder, 3);
    await killed.kill();
    assertEquals((await filesIn(folder, 3)).length, found.length);

    await using next = await startServer(server, options);
    const body = new FormData();
    body.set("photo", new File(["x".repeat(MEBIBYTE + 1)], "a"));
    const answer = await fetch(`http://127.0.0.1:${next.port}/?_action=save`, { method: "POST", body });
    await answer.text();
    assertEquals([...Deno.readDirSync(folder)], []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

async function writeAll(connection: Deno.TcpConn, text: string): Promise<void> {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}

/** Waits until the folders of a folder contain a number of files. */
async function filesIn(folder: string, count: number): Promise<string[]> {
  using watcher = Deno.watchFs(folder, { recursive: true });
  const look = () =>
    Array.from(Deno.readDirSync(folder)).flatMap(({ name }) =>
      Array.from(Deno.readDirSync(`${folder}/${name}`), (file) => `${name}/${file.name}`)
    );
  if (look().length >= count) return look();
  for await (const _event of watcher) if (look().length >= count) break;
  return look();
}

/** The bytes of a multipart body with some files, and without its end. */
function filesOf(count: number, size: number, before = ""): string {
  const file = (at: number): string =>
    `--b\r\nContent-Disposition: form-data; name="f"; filename="f${at}"\r\n\r\n${"x".repeat(size)}\r\n`;
  return before + Array.from({ length: count }, (_, at) => file(at)).join("");
}

const END = "--b--\r\n";
const MULTIPART = { "content-type": "multipart/form-data; boundary=b" };

/** A body that ends when its gate opens. `read` resolves when everything before was read. */
function openBody(text: string, gate: Promise<void>) {
  const read = Promise.withResolvers<void>();
  const encoder = new TextEncoder();
  const bytes = encoder.encode(text);
  let at = 0;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (at < bytes.length) return controller.enqueue(bytes.slice(at, at += 65_536));
      read.resolve();
      await gate;
      controller.enqueue(encoder.encode(END));
      controller.close();
    },
    cancel: () => read.resolve(),
  }, { highWaterMark: 0 });
  return { body, read: read.promise };
}

/** Runs a function with a separate folder for temporary files. */
async function withTemporaryFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const before = Deno.env.get("TMPDIR");
  const folder = await Deno.makeTempDir();
  Deno.env.set("TMPDIR", folder);
  try {
    await run(folder);
  } finally {
    if (before === undefined) Deno.env.delete("TMPDIR");
    else Deno.env.set("TMPDIR", before);
    await Deno.remove(folder, { recursive: true });
  }
}

const MEBIBYTE = 1_048_576;

/** Uploads files of just under 1 MiB each to a URL that names neither a page nor an action. */
function uploadNowhere(app: App, files: number, gate: Promise<void>, hostname: string) {
  const { body, read } = openBody(filesOf(files, MEBIBYTE - 1), gate);
  const request = new Request("http://site.test/nowhere", { method: "POST", headers: MULTIPART, body });
  const answer = app.handler(request, { remoteAddr: { hostname } }).then(async (response) => {
    await response.body?.cancel();
    return response.status;
  });
  return { read, answer };
}

Deno.test("A12: a body that names neither a page nor an action keeps 1 MiB of its files in memory, and the rest on disk", async () => {
  await withTemporaryFolder(async (folder) => {
    const gate = Promise.withResolvers<void>();
    // Each of the three uploads would use 5 MiB with all files in memory.
    await using app = new App({ "/": { default: () => "" } }, { limits: { bodyMemoryBytes: 7 * MEBIBYTE } });
    const uploads = [1, 2, 3].map((at) => uploadNowhere(app, 5, gate.promise, `192.0.2.${at}`));
    for (const { read } of uploads) await read;
    const [own = ""] = Array.from(Deno.readDirSync(folder), ({ name }) => name);
    // All files except the first of each upload, and the lock.
    assertEquals([...Deno.readDirSync(`${folder}/${own}`)].length, 3 * 4 + 1);
    gate.resolve();
    for (const { answer } of uploads) assertEquals(await answer, 404);
    assertEquals([...Deno.readDirSync(folder)], []);
  });
});

for (const [limit, maximum] of [["bodyMemoryBytes", 1.5], ["spooledBytes", 4.5]] as const) {
  Deno.test(`A12: all uploads together stay within ${limit}, and the files of a rejected one are removed`, async () => {
    await withTemporaryFolder(async (folder) => {
      const gate = Promise.withResolvers<void>();
      await using app = new App({ "/": { default: () => "" } }, { limits: { [limit]: maximum * MEBIBYTE } });
      const first = uploadNowhere(app, 4, gate.promise, "127.0.0.1");
      await first.read;
      const [own = ""] = Array.from(Deno.readDirSync(folder), ({ name }) => name);
      const before = [...Deno.readDirSync(`${folder}/${own}`)].length;
      assertEquals(await uploadNowhere(app, 4, gate.promise, "127.0.0.1").answer, 429);
      assertEquals([...Deno.readDirSync(`${folder}/${own}`)].length, before);
      gate.resolve();
      assertEquals(await first.answer, 404);
      assertEquals(await uploadNowhere(app, 4, gate.promise, "127.0.0.1").answer, 404);
      assertEquals([...Deno.readDirSync(folder)], []);
    });
  });
}

Deno.test("A12: a rejected body is 429 with Retry-After and the name of the limit, for every audience", async () => {
  const save = action("save", () => {});
  const Page = () => <Form action={save} />;
  await using app = new App({ "/": { default: Page, save } }, { limits: { bodyMemoryBytes: 10 } });
  for (const accept of [EVENTS, HTML, JSON_TYPE]) {
    for (const path of ["/?_action=save", "/nowhere", "/"]) {
      const response = await app.request(path, {
        method: "POST",
        headers: { accept, referer: "http://site.test/" },
        body: new URLSearchParams({ a: "x".repeat(20) }),
      });
      assertEquals([response.status, response.headers.get("retry-after")], [429, "10"], `${accept} ${path}`);
      assertStringIncludes(await response.text(), accept === HTML ? "The server is busy" : "bodyMemoryBytes");
    }
  }
});

Deno.test("A12: a page that shows again a form with a rejected body has Retry-After", async () => {
  const save = action("save", { form: defineForm("note", { fields: { a: field.text() } }) }, () => {});
  await using app = new App({ "/": { default: () => <Form action={save} />, save } }, {
    limits: { bodyMemoryBytes: 10 },
  });
  const page = await app.open("/");
  const again = await app.submit(page, "save", {}, { headers: { referer: "http://site.test/" } });
  assertEquals([again.status, again.response.headers.get("retry-after")], [429, "10"]);
  assertStringIncludes(again.html, "<form");
});

Deno.test("A12: the memory of a body is released after its response, whatever the response is", async () => {
  const fail = action("fail", () => {
    throw new Error("broken");
  });
  const stream = action("stream", function* () {
    yield toast("one");
  });
  const own = action("own", () => new Response("own"));
  const denied = action("denied", { guard: () => false }, () => {});
  const hook = action("hook", { webhook: true, verify: () => true }, () => {});
  const forged = action("forged", { webhook: true, verify: () => false }, () => {});
  const text = "x".repeat(600);
  // Enough memory for one body, and not for two.
  await using app = new App({ "/": { default: () => "", fail, stream, own, denied, hook, forged } }, {
    limits: { bodyMemoryBytes: 1_000, fields: 5 },
  });
  const send = async (path: string, init: RequestInit): Promise<number> => {
    const response = await app.request(path, { method: "POST", ...init });
    await response.text();
    return response.status;
  };
  const fields = () => new URLSearchParams({ text });
  const json = { headers: { "content-type": "application/json" } };
  const multipart = () => {
    const form = new FormData();
    form.set("text", text);
    return form;
  };
  const statuses = [];
  for (const body of [fields, multipart]) {
    for (const name of ["fail", "stream", "own", "denied", "hook", "forged", "none"]) {
      statuses.push(await send(`/?_action=${name}`, { body: body(), headers: { accept: EVENTS } }));
    }
    for (const name of ["own", "denied"]) {
      const named = body();
      named.set("_action", name);
      statuses.push(await send("/nowhere", { body: named }));
    }
    statuses.push(await send("/nowhere", { body: body() }));
  }
  statuses.push(await send("/?_action=own", { ...json, body: JSON.stringify({ text }) }));
  statuses.push(await send("/?_action=own", { ...json, body: `{"text":"${text}` }));
  statuses.push(await send("/?_action=own", { body: new URLSearchParams("a=1&a=2&a=3&a=4&a=5&a=6&b=" + text) }));
  statuses.push(await send("/?_action=own", { headers: MULTIPART, body: filesOf(0, 0, `--b\r\n${text}`) }));
  statuses.push(await send("/?_action=own", { body: fields() }));
  assertEquals(statuses.includes(429), false, statuses.join());
  assertEquals(statuses.slice(0, 10), [500, 200, 200, 403, 200, 403, 404, 200, 403, 404]);
  assertEquals(statuses.slice(-5), [200, 400, 413, 400, 200]);
  app.takeReports();
});

Deno.test("A12: a body with a Content-Length, which is read in one step, is counted too", async () => {
  const save = action("save", () => {});
  await using app = new App({ "/": { default: () => "", save } }, { limits: { bodyMemoryBytes: 10 } });
  const send = (body: string) =>
    app.request("/?_action=save", {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded", "content-length": String(body.length) },
      body,
    });
  assertEquals((await send("a=12345678")).status, 204);
  const refused = await send("a=123456789");
  assertEquals(refused.status, 429);
  await refused.body?.cancel();
});

Deno.test("A12: the parsed size of a body is counted, so that one address cannot use all memory", async () => {
  const gate = Promise.withResolvers<void>();
  const save = action("save", async () => await gate.promise);
  await using app = new App({ "/": { default: () => "", save } }, { limits: { bodyMemoryBytes: 4 * MEBIBYTE } });
  // 30 kB, and 640 kB when it is parsed.
  const objects = JSON.stringify({ rows: Array.from({ length: 10_000 }, () => ({})) });
  const nested = Array.from({ length: 500 }, (_, index) => [`r[${index}]${".a".repeat(20)}`, "1"]);
  const send = (init: RequestInit, hostname: string) =>
    app.handler(new Request("http://site.test/?_action=save", { method: "POST", ...init }), {
      remoteAddr: { hostname },
    });
  const json = { body: objects, headers: { "content-type": "application/json", accept: JSON_TYPE } };
  const begun: Promise<Response>[] = [];
  const refused: number[] = [];
  for (const init of [...Array(12).fill(json), { body: new URLSearchParams(nested), headers: { accept: JSON_TYPE } }]) {
    const answer = send(init, "192.0.2.1");
    const first = await Promise.race([answer, settle().then(() => null)]);
    if (first === null) begun.push(answer);
    else {
      refused.push(first.status);
      assertStringIncludes(await first.text(), "bodyMemoryBytes");
    }
  }
  assertEquals([begun.length, refused.length, new Set(refused)], [4, 9, new Set([429])]);
  const other = send(json, "192.0.2.2");
  gate.resolve();
  assertEquals((await other).status, 200);
  for (const answer of begun) assertEquals((await answer).status, 200);
  assertEquals((await send(json, "192.0.2.1")).status, 200);
});

Deno.test("A12: a body is counted until the response of its action ends", async () => {
  const gate = Promise.withResolvers<void>();
  const stream = action("stream", async function* () {
    yield toast("one");
    await gate.promise;
  });
  const save = action("save", () => {});
  await using app = new App({ "/": { default: () => "", stream, save } }, { limits: { bodyMemoryBytes: 1_000 } });
  const fields = { field: "x".repeat(600) };
  const open = await app.call("stream", { fields });
  const refused = await app.call("save", { fields });
  assertEquals(refused.status, 429);
  await refused.body?.cancel();
  gate.resolve();
  await open.text();
  assertEquals((await app.call("save", { fields })).status, 200);
});

Deno.test("A12: a JSON body is counted until the Response that the action function returns ends", async () => {
  const gate = Promise.withResolvers<void>();
  const own = action("own", ({ data }) =>
    new Response(
      new ReadableStream({
        async start(controller) {
          await gate.promise;
          controller.enqueue(new TextEncoder().encode(String(data.text).slice(0, 3)));
          controller.close();
        },
      }),
    ));
  await using app = new App({ "/": { default: () => "", own } }, { limits: { bodyMemoryBytes: 50_000 } });
  const send = () =>
    app.request("/?_action=own", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ text: "x".repeat(30_000) }),
    });
  const open = await send();
  const refused = await send();
  assertEquals([open.status, refused.status], [200, 429]);
  await refused.body?.cancel();
  gate.resolve();
  assertEquals([await open.text(), await (await send()).text()], ["xxx", "xxx"]);
});

Deno.test("A12: a body is counted for its principal if that is known, and otherwise for its address", async () => {
  const save = action("save", () => {});
  await using app = new App({ "/": { default: () => "", save } }, {
    limits: { bodyMemoryBytes: 9_000 },
    principal: ({ headers }) => headers.get("x-user"),
  });
  const gate = Promise.withResolvers<void>();
  const text = filesOf(1, 3_000);
  const send = (user: string, hostname: string) => {
    const { body, read } = openBody(text, gate.promise);
    const request = new Request("http://site.test/?_action=save", {
      method: "POST",
      headers: { ...MULTIPART, ...(user === "" ? {} : { "x-user": user }) },
      body,
    });
    return { read, answer: app.handler(request, { remoteAddr: { hostname } }).then(({ status }) => status) };
  };
  const first = send("ada", "192.0.2.1");
  await first.read;
  // Another body of the same principal is rejected, whatever its address.
  assertEquals(await send("ada", "192.0.2.2").answer, 429);
  // Another principal at the same address is counted separately.
  const bob = send("bob", "192.0.2.1");
  await bob.read;
  gate.resolve();
  assertEquals([await first.answer, await bob.answer], [204, 204]);
});
