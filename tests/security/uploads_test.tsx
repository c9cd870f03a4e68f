/** Files: `onFile` and limits of an action, and errors for a body that cannot be read. */
import { assertEquals, assertInstanceOf, assertStringIncludes, assertThrows } from "@std/assert";
import {
  action,
  type ActionLimits,
  defineForm,
  Field,
  field,
  Form,
  formActionUrl,
  FormErrors,
  HyperError,
  StoredFile,
  toast,
  type UploadHandler,
} from "../../mod.ts";
import { App, eventsOf, type Fields } from "../support/app.tsx";
import { attribute, findForm, parseHtml, text } from "../support/html.ts";

const PNG = new File([Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)], "a.png", { type: "image/png" });
const CROSS_SITE = { "sec-fetch-site": "cross-site" };

/** A storage of files. */
class Bucket {
  readonly files = new Map<string, string>();
  #count = 0;

  readonly take: UploadHandler = async ({ stream }) => {
    const key = `k${++this.#count}`;
    this.files.set(key, await new Response(stream).text());
    return { key, discard: () => void this.files.delete(key) };
  };
}

/** The URL to which a form of a page is posted. */
function endpoint(address: string): string {
  return `${formActionUrl("save")}?_next_form_origin=${encodeURIComponent(address)}`;
}

const PHOTOS = endpoint("/photos/7?tab=new");

const PhotoForm = defineForm("photo", {
  fields: { title: field.text({ required: true }), photo: field.file({ required: true, accept: "image/png" }) },
});

/** A page with an upload form, and the keys that its action function received. */
function uploading(options: {
  readonly handler?: (keys: readonly string[]) => unknown;
  readonly guard?: () => boolean;
  readonly limits?: ActionLimits;
  readonly take?: UploadHandler;
} = {}) {
  const bucket = new Bucket();
  const seen: string[] = [];
  const save = action("save", {
    form: PhotoForm,
    onFile: options.take ?? bucket.take,
    guard: options.guard,
    limits: options.limits,
  }, ({ form }) => {
    const { photo } = form.values;
    assertInstanceOf(photo, StoredFile);
    seen.push(photo.key);
    return options.handler?.(seen);
  });
  const Photos = () => (
    <Form action={save}>
      <FormErrors />
      <Field name="title" />
      <Field name="photo" />
      <button>Save</button>
    </Form>
  );
  const app = new App({ "/photos/[id]": { default: Photos, save } });
  const send = async (
    fields: Fields,
    headers: Readonly<Record<string, string>> = {},
    path: string = PHOTOS,
  ): Promise<Response> => {
    const body = new FormData();
    body.set("_next_form_page", "pages/photos/[id]/page.tsx");
    body.set("_next_form_origin", "/photos/7?tab=new");
    for (const [name, value] of Object.entries(fields)) body.append(name, value);
    return await app.request(path, { method: "POST", body, headers });
  };
  return { app, bucket, seen, send };
}

Deno.test("onFile receives the file of a form while it is uploaded, and the value of the field is its key", async () => {
  const { app, bucket, seen, send } = uploading();
  await using _ = app;
  assertEquals((await send({ title: "A", photo: PNG })).status, 303);
  assertEquals([seen, [...bucket.files.keys()]], [["k1"], ["k1"]]);
});

Deno.test("onFile makes a form without a file field send files", async () => {
  const upload = action("upload", { onFile: () => "key" }, () => {});
  await using app = new App({ "/": { default: () => <Form action={upload} />, upload } });
  assertEquals(attribute(findForm((await app.open("/")).root, "upload"), "enctype"), "multipart/form-data");
});

Deno.test("onFile provides its file to an action without a form, in data and in files", async () => {
  const bucket = new Bucket();
  const upload = action("upload", { onFile: bucket.take }, ({ data, files }) => {
    assertInstanceOf(data.photo, StoredFile);
    return { key: data.photo.key, size: data.photo.size, same: files.get("photo")?.[0] === data.photo };
  });
  await using app = new App({ "/": { default: () => "", upload } });
  assertEquals(await app.data("upload", { fields: { photo: PNG } }), {
    ok: true,
    data: { key: "k1", size: 8, same: true },
  });
});

Deno.test("onFile also receives the files of an action that a field names", async () => {
  const bucket = new Bucket();
  const upload = action("upload", { onFile: bucket.take }, () => {});
  await using app = new App({ "/": { default: () => "", upload } });
  const body = new FormData();
  body.set("_action", "upload");
  body.set("photo", new File([new Uint8Array(1_500_000)], "big"));
  assertEquals((await app.request("/", { method: "POST", body })).status, 204);
  assertEquals(bucket.files.get("k1")?.length, 1_500_000);
});

Deno.test("onFile receives the same context as a guard", async () => {
  const seen: unknown[] = [];
  const { app, send } = uploading({
    take: ({ name }, { request, url, params }) => {
      seen.push([name, request.method, request.url, url.pathname + url.search, params]);
    },
  });
  await using _ = app;
  for (const path of [PHOTOS, formActionUrl("save")]) {
    await (await send({ title: "A", photo: PNG }, {}, path)).body?.cancel();
    assertEquals(seen.splice(0), [["photo", "POST", `http://site.test${path}`, "/photos/7?tab=new", { id: "7" }]]);
  }
});

Deno.test("onFile does not run for a cross-origin request or a request that the guard rejects", async () => {
  let taken = 0;
  const { app, send } = uploading({ take: () => void taken++, guard: () => false });
  await using _ = app;
  assertEquals([(await send({ photo: PNG }, CROSS_SITE)).status, (await send({ photo: PNG })).status, taken], [
    403,
    403,
    0,
  ]);
});

Deno.test("a file that onFile stored is discarded if the form is invalid", async () => {
  const { app, bucket, seen, send } = uploading();
  await using _ = app;
  const page = await send({ title: "", photo: PNG });
  assertEquals(page.status, 200);
  await page.body?.cancel();
  assertEquals([seen, bucket.files.size], [[], 0]);
});

Deno.test("a file that onFile stored is discarded if its content has another type", async () => {
  const { app, bucket, seen, send } = uploading();
  await using _ = app;
  const forged = new File(["<script>alert(1)</script>"], "a.png", { type: "image/png" });
  assertStringIncludes(await (await send({ title: "A", photo: forged })).text(), "Choose another type of file: PNG");
  assertEquals([seen, bucket.files.size], [[], 0]);
});

Deno.test("a file that onFile stored is discarded if the action function throws", async () => {
  const handler = () => {
    throw new Error("full");
  };
  const { app, bucket, seen, send } = uploading({ handler });
  await using _ = app;
  const page = await send({ title: "A", photo: PNG });
  assertEquals(page.status, 500);
  await page.body?.cancel();
  assertEquals([seen, bucket.files.size], [["k1"], 0]);
  app.takeReports();
});

Deno.test("a file that onFile stored is kept if the action function has run, even if its result is invalid", async () => {
  const { app, bucket, send } = uploading({ handler: () => [toast("a"), 7] });
  await using _ = app;
  const page = await send({ title: "A", photo: PNG });
  assertEquals(page.status, 500);
  await page.body?.cancel();
  assertEquals(bucket.files.size, 1);
  app.takeReports();
});

Deno.test("a file that onFile stored for a generator is kept if the generator ends, and discarded if it throws", async () => {
  for (const [throws, left] of [[false, 1], [true, 0]] as const) {
    const { app, bucket, send } = uploading({
      handler: async function* () {
        yield toast("one");
        if (throws) throw new HyperError(409, "taken");
      },
    });
    await using _ = app;
    const response = await send({ title: "A", photo: PNG }, { accept: "text/event-stream" });
    await eventsOf(response);
    assertEquals(bucket.files.size, left);
  }
});

Deno.test("a repeated upload runs once, and the file that onFile stored for the repeat is discarded", async () => {
  const { app, bucket, seen, send } = uploading();
  await using _ = app;
  const headers = { "x-hyper-request-id": "r1" };
  for (let attempt = 0; attempt < 2; attempt++) {
    assertEquals((await send({ title: "A", photo: PNG }, headers)).status, 303);
  }
  assertEquals([seen, [...bucket.files.keys()]], [["k1"], ["k1"]]);
  // Other content makes another mutation.
  const other = new File([PNG, "more"], PNG.name, { type: PNG.type });
  assertEquals((await send({ title: "A", photo: other }, headers)).status, 303);
  assertEquals(seen, ["k1", "k3"]);
});

Deno.test("onFile that throws is 500, onError is called, and the action function does not run", async () => {
  const { app, seen, send } = uploading({ take: () => Promise.reject(new Error("bucket gone")) });
  await using _ = app;
  const page = await send({ title: "A", photo: PNG });
  assertEquals([page.status, (await page.text()).includes("bucket gone"), seen], [500, false, []]);
  assertEquals(app.takeError().message, "bucket gone");
});

Deno.test("limits of an action apply to that action only, exactly at the limit", async () => {
  const size = (bytes: number) => ({
    title: "A",
    photo: new File([PNG, new Uint8Array(bytes - 8)], "a.png", { type: "image/png" }),
  });
  const { app, send } = uploading({ limits: { fileBytes: 100 } });
  await using _ = app;
  assertEquals((await send(size(100))).status, 303);
  const refused = await send(size(101));
  assertEquals(refused.status, 413);
  assertStringIncludes(await refused.text(), "Choose a file smaller than 100 bytes");
});

Deno.test("limits of an action apply to its streams and documents too", async () => {
  const gate = Promise.withResolvers<void>();
  const slow = action("slow", { limits: { documentSeconds: 0.05 } }, async function* () {
    yield toast("one");
    await gate.promise;
    yield toast("two");
  });
  await using app = new App({ "/": { default: () => "", slow } });
  const ended = Promise.withResolvers<void>();
  app.handler.signals.actionDispatched.connect(() => ended.resolve());
  const items = [{ event: "toast", data: { value: "one" } }];
  assertEquals(await app.data("slow"), { ok: true, items, complete: false });
  // It continues to its end on its own.
  gate.resolve();
  await ended.promise;
});

Deno.test("action() throws for limits of the whole handler, and for invalid limits", () => {
  const declare = (limits: object) => () => action("save", { limits }, () => {});
  for (const limit of ["streams", "streamsPerCaller", "bodyMemoryBytes", "spooledBytes"]) {
    assertThrows(declare({ [limit]: 1 }), TypeError, `the limit "${limit}" applies to the whole handler`);
  }
  assertThrows(declare({ files: -1 }), RangeError, 'Cannot set limit "files"');
  assertThrows(declare({ file: 1 }), RangeError, "it does not exist");
});

Deno.test("T13: a body above a limit shows the form again with the name of the limit, on the page it was sent from", async () => {
  const { app, seen, send } = uploading({ limits: { fileBytes: 4 } });
  await using _ = app;
  let path = PHOTOS;
  for (let attempt = 1; attempt <= 3; attempt++) {
    const response = await send({ title: "A", photo: PNG }, {}, path);
    assertEquals([response.status, response.headers.get("cache-control")], [413, "no-store"]);
    const html = await response.text();
    assertStringIncludes(html, "Choose a file smaller than 4 bytes");
    assertStringIncludes(html, 'value="/photos/7?tab=new"');
    path = attribute(findForm(parseHtml(html), "save"), "action") ?? "";
    assertEquals(path, PHOTOS);
  }
  assertEquals(seen, []);
});

for (
  const [what, status, headers, body] of [
    ["cut off", 400, {}, "--b\r\nContent-Disposition: form-data; name="],
    ["without a closing boundary", 400, {}, '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx'],
    ["of another type", 415, { "content-type": "text/plain" }, "x"],
    ["shorter than its Content-Length", 400, { "content-length": "1000" }, "--b--"],
  ] as const
) {
  Deno.test(`T14: a body ${what} shows the form again with the message and status ${status}`, async () => {
    const { app, seen } = uploading();
    await using _ = app;
    const response = await app.request(PHOTOS, {
      method: "POST",
      body,
      headers: { "content-type": "multipart/form-data; boundary=b", ...headers },
    });
    assertEquals(response.status, status);
    assertStringIncludes(text(findForm(parseHtml(await response.text()), "save")), "could not be understood");
    assertEquals(seen, []);
  });
}

Deno.test("T15: a body that stalls shows the form again with 408", async () => {
  const { app } = uploading({ limits: { bodySeconds: 0.05 } });
  await using _ = app;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode("title=")),
  });
  const response = await app.request(PHOTOS, {
    method: "POST",
    body,
    headers: { "content-type": "application/x-www-form-urlencoded" },
  });
  assertEquals(response.status, 408);
  assertStringIncludes(await response.text(), "Sending took too long");
});

for (
  const [what, path] of [
    ["that names no page in its URL", formActionUrl("save")],
    ["from a page of another site", endpoint("http://evil.test/photos/7")],
    ["from a page of this site, named by its absolute URL", endpoint("http://site.test/photos/7")],
    ["from a URL without a page", endpoint("/nowhere")],
    ["from a path that begins with two slashes", endpoint("//evil.test/photos/7")],
    ["from an ambiguous path", endpoint("/photos/%252e")],
    ["from a relative path", endpoint("photos/7")],
  ] as const
) {
  Deno.test(`a body above a limit ${what} gets the error page, and Referer is ignored`, async () => {
    const { app, send } = uploading({ limits: { fileBytes: 4 } });
    await using _ = app;
    const response = await send({ title: "A", photo: PNG }, { referer: "http://site.test/photos/7" }, path);
    const html = await response.text();
    assertEquals([response.status, html.includes("<form")], [413, false]);
    assertStringIncludes(html, "Choose a file smaller than 4 bytes");
  });
}

Deno.test("a body above a limit from a page that does not show the form gets the error page", async () => {
  const save = action("save", { form: PhotoForm, limits: { fileBytes: 4 } }, () => {});
  await using app = new App({
    "/": { default: () => "no form", save },
    "/two": { default: () => <Form action={save} instance="a" /> },
  });
  for (const path of ["/", "/two"]) {
    const body = new FormData();
    body.set("photo", PNG);
    const response = await app.request(endpoint(path), { method: "POST", body });
    const html = await response.text();
    assertEquals([response.status, html.includes("<form"), html.includes("no form")], [413, false, false], path);
    assertStringIncludes(html, "Choose a file smaller than 4 bytes");
  }
});

Deno.test("a body above a limit gets the response of the page's guard if that guard rejects", async () => {
  const save = action("save", { form: PhotoForm, limits: { fileBytes: 4 } }, () => {});
  const render = () => new Response("sign in", { status: 401 });
  await using app = new App({ "/": { render, save } });
  const body = new FormData();
  body.set("photo", PNG);
  const response = await app.request(endpoint("/"), { method: "POST", body });
  assertEquals([response.status, await response.text()], [401, "sign in"]);
});

Deno.test("a body above a limit gets the message of the limit if the form cannot be created, and the error is reported", async () => {
  const form = defineForm("photo", {
    fields: { photo: field.file() },
    getInitial: () => {
      throw new Error("database gone");
    },
  });
  const save = action("save", { form, limits: { fileBytes: 4 } }, () => {});
  await using app = new App({ "/": { default: () => "", save } });
  const body = new FormData();
  body.set("photo", PNG);
  const response = await app.request(endpoint("/"), { method: "POST", body });
  assertEquals(response.status, 413);
  await response.body?.cancel();
  assertEquals(app.takeError().message, "database gone");
});

Deno.test("a body above a limit is an error event for the runtime, and a problem object for other clients", async () => {
  const { app, send } = uploading({ limits: { fileBytes: 4 } });
  await using _ = app;
  const events = await send({ title: "A", photo: PNG }, { accept: "text/event-stream" });
  assertEquals(events.status, 413);
  const [error, end] = await eventsOf(events);
  assertEquals([error?.event, end?.event], ["error", "end"]);
  assertStringIncludes(JSON.stringify(error?.data), "Choose a file smaller than 4 bytes");
  const problem = await send({ title: "A", photo: PNG }, { accept: "application/json" });
  assertEquals([problem.status, problem.headers.get("content-type")], [413, "application/problem+json"]);
  await problem.body?.cancel();
});

Deno.test("T34: the name of an uploaded file is escaped, and is not used as a path on the server", async () => {
  const names = ["../../x", "a.php.png", ".htaccess", "\u202egnp.exe", "x".repeat(7_000), "C:\\x", "con", "</script>"];
  const seen: string[] = [];
  const stored: string[] = [];
  const upload = action("upload", async ({ files }) => {
    for (const file of files.get("f") ?? []) {
      seen.push(file.name);
      stored.push(...Array.from(Deno.readDirSync(Deno.env.get("TMPDIR") ?? ""), (entry) => entry.name));
      assertEquals((await file.bytes()).length, 1_100_000);
    }
  });
  await using app = new App({ "/": { default: () => "", upload } });
  await withTemporaryFolder(async (folder) => {
    for (const name of names) {
      // Larger than the part that is kept in memory.
      const response = await app.call("upload", { fields: { f: new File([new Uint8Array(1_100_000)], name) } });
      assertEquals(response.status, 200);
      await response.body?.cancel();
    }
    assertEquals(seen, names);
    // Each file had a generated name while the action function ran, and has been removed.
    assertEquals(stored.map((name) => /^hyper-upload-[0-9A-Za-z]+$/.test(name)), names.map(() => true));
    assertEquals([...Deno.readDirSync(folder)], []);
  });
});

/** Uses a separate folder for temporary files. */
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
