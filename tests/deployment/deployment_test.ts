import { assert, assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { nginxTest, startNginx } from "../support/nginx.ts";
import { freePort, untilSaid } from "../support/process.ts";

Deno.test("an order that is sent to many threads at once is written once, and all responses are equal", async () => {
  await using application = await serve();
  const send = () => order(application.port, "tea", { "x-hyper-request-id": "one-order" });
  const answers = await Promise.all(Array.from({ length: 40 }, send));
  assertEquals(new Set(answers.map(({ status }) => status)), new Set([200]));
  assertEquals(await application.orders(), ["tea"]);
  assertEquals(new Set(answers.map(({ text }) => text)).size, 1);
});

nginxTest("nginx forwards a stream event by event", async () => {
  await using application = await serve();
  await using proxy = await startNginx(application.port);
  const response = await fetch(`http://127.0.0.1:${proxy.port}/`, {
    headers: { "x-hyper-action": "count", accept: "text/event-stream" },
  });
  assertEquals(response.status, 200);
  assert(response.body !== null);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("<b>1</b>")) {
    const { done, value } = await reader.read();
    assert(!done, text);
    text += value;
  }
  // The second event comes one second later. With buffering, both would come at once.
  assertEquals(text.includes("<b>2</b>"), false);
  await reader.cancel();
});

nginxTest(
  "a page and its forms work behind nginx, which terminates https",
  async () => {
    await using application = await serve();
    // TLS itself is up to nginx; the header that reports it matters here.
    await using proxy = await startNginx(application.port, { "$scheme;": "https;" });
    const page = await fetch(`http://127.0.0.1:${proxy.port}/`);
    assert((await page.text()).includes("<h1>Shop</h1>"));
    const from = (origin: string) => order(proxy.port, "coffee", { origin });
    assertEquals((await from(`https://127.0.0.1:${proxy.port}`)).status, 200);
    assertEquals((await from(`http://127.0.0.1:${proxy.port}`)).status, 403);
    assertEquals((await from("https://evil.test")).status, 403);
    assertEquals(await application.orders(), ["coffee"]);
  },
);

nginxTest(
  "A19: a form works behind the nginx of the guide on any port, for a browser that sends only Origin",
  async () => {
    await using application = await serve();
    await using proxy = await startNginx(application.port);
    assertEquals((await order(proxy.port, "tea", { origin: `http://127.0.0.1:${proxy.port}` })).status, 200);
    assertEquals((await order(proxy.port, "tea", { origin: "http://127.0.0.1" })).status, 403);
    // `$host` has no port, so it would differ from the requested host.
    await using other = await startNginx(application.port, {
      "Host              $http_host;": "Host $host;",
      "X-Forwarded-Host  $http_host;": "X-Forwarded-Host $host;",
    });
    assertEquals((await order(other.port, "tea", { origin: `http://127.0.0.1:${other.port}` })).status, 403);
    assertEquals(await application.orders(), ["tea"]);
  },
);

nginxTest("a client behind nginx cannot choose the host of the application", async () => {
  await using application = await serve();
  await using proxy = await startNginx(application.port);
  const refused = await order(proxy.port, "tea", {
    origin: "http://evil.test",
    "x-forwarded-host": "evil.test",
    "x-forwarded-proto": "http",
  });
  assertEquals(refused.status, 403);
  assertEquals(await application.orders(), []);
});

nginxTest("nginx accepts a body of 20 MB, and rejects a larger one with a message", async () => {
  await using application = await serve();
  await using proxy = await startNginx(application.port, { "client_max_body_size 100m;": "client_max_body_size 30m;" });
  const upload = async (bytes: number) => {
    const body = new FormData();
    body.append("file", new File([new Uint8Array(bytes)], "large.bin"));
    const response = await fetch(`http://127.0.0.1:${proxy.port}/`, {
      method: "POST",
      headers: { "x-hyper-action": "import", accept: "application/json" },
      body,
    });
    return { status: response.status, text: await response.text() };
  };
  assertEquals(await upload(20_000_000), { status: 200, text: `{"ok":true,"data":{"bytes":20000000}}` });
  assertEquals((await upload(31_500_000)).status, 413);
});

nginxTest("nginx disconnects a client that sends headers slowly, which Deno does not do", async () => {
  await using application = await serve();
  await using proxy = await startNginx(application.port, { "client_header_timeout 10s;": "client_header_timeout 1s;" });
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: proxy.port });
  await connection.write(new TextEncoder().encode("GET / HTTP/1.1\r\nHost: shop.test\r\nX-Slow: "));
  // nginx closes the connection without a response. Without its timeout, this would wait until the end of the test.
  assertEquals(await connection.read(new Uint8Array(100)), null);
});

interface Application extends AsyncDisposable {
  readonly port: number;
  /** The orders, in order. */
  orders(): Promise<string[]>;
}

/** Starts the example on several threads, with a temporary folder for its files. */
async function serve(): Promise<Application> {
  const port = freePort();
  const folder = await Deno.makeTempDir();
  const child = new Deno.Command(Deno.execPath(), {
    args: ["serve", "-A", "--parallel", "--host", "127.0.0.1", "--port", `${port}`, "examples/deployment/main.ts"],
    cwd: fromFileUrl(import.meta.resolve("../../")),
    env: { DATA: folder, DENO_JOBS: "4", NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const { drained } = await untilSaid(child.stderr, "Listening", "deno serve");
  return {
    port,
    async orders() {
      const text = await Deno.readTextFile(`${folder}/orders.txt`).catch((error: unknown) => {
        if (error instanceof Deno.errors.NotFound) return "";
        throw error;
      });
      return text.split("\n").filter((line) => line !== "");
    },
    async [Symbol.asyncDispose]() {
      // `deno serve` does not end on SIGTERM while a connection is kept alive.
      child.kill("SIGKILL");
      await drained;
      await child.status;
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** Sends an order like the browser runtime. */
async function order(
  port: number,
  item: string,
  headers: Record<string, string>,
): Promise<{ readonly status: number; readonly text: string }> {
  const response = await fetch(`http://127.0.0.1:${port}/`, {
    method: "POST",
    headers: { "x-hyper-action": "order", accept: "text/event-stream", ...headers },
    body: new URLSearchParams({ item }),
  });
  return { status: response.status, text: await response.text() };
}
