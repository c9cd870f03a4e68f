/** A9, T28, T49: development content is sent only to a browser with the token, and not to clients that seem local. */
import { assert, assertEquals, assertNotMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { FakeTime } from "@std/testing/time";
import { createHandler, type Handler } from "../../mod.ts";
import { get, linkOf, openLink, pageAt, recordConsole, withHandler } from "../dev/support.ts";

function broken(): never {
  throw new Error("the secret of line 9");
}

const PAGES = [pageAt("/", { default: () => <h1>Home</h1> }), pageAt("/broken", { default: broken })];

/** Text of development mode and its errors. */
const OF_DEVELOPMENT = /secret|development_test|dev\.js|hyper-dev|token=/;
const OWN_PATHS = ["/_hyper/dev.js", "/_hyper/dev"];
const LOCAL = { remoteAddr: { hostname: "127.0.0.1" } };

/** Asserts that a response is the same as in production. */
async function assertNothing(handler: Handler, url: string, headers: Readonly<Record<string, string>>): Promise<void> {
  for (const path of ["/", "/broken", ...OWN_PATHS]) {
    const request = new Request(new URL(path, url), { headers: { accept: "text/html", ...headers } });
    const response = await handler(request, LOCAL);
    assertNotMatch(await response.text(), OF_DEVELOPMENT, `${url} ${path}`);
    if (OWN_PATHS.includes(path)) assertEquals(response.status, 404, `${url} ${path}`);
  }
}

Deno.test("A9: behind a proxy_pass with its defaults, clients without the token receive no development content", async () => {
  await withHandler({ pages: PAGES }, async (handler, { developer }) => {
    // nginx sends `Host: 127.0.0.1:8000` from loopback, without another header.
    const url = "http://127.0.0.1:8000/";
    await assertNothing(handler, url, { host: "127.0.0.1:8000" });
    for (const site of ["same-origin", "none"]) {
      await assertNothing(handler, url, { host: "127.0.0.1:8000", "sec-fetch-site": site });
    }
    // The control: the same request with the cookie shows it.
    const text = await (await handler(new Request(`${url}broken`, { headers: developer }))).text();
    assertStringIncludes(text, "the secret of line 9");
    assertStringIncludes(text, "/_hyper/dev.js");
  });
});

Deno.test("A9: forged cookies, tokens and headers do not give access to development mode", async () => {
  await withHandler({ pages: PAGES }, async (handler, { developer: { cookie } }) => {
    const [name = "", token = ""] = cookie.split("=", 2);
    const forged: readonly Readonly<Record<string, string>>[] = [
      { cookie: `${name}=` },
      { cookie: `${name}=${token.slice(0, -1)}` },
      { cookie: `${name}=${token}x` },
      { cookie: `${name}=${token.toUpperCase()}` },
      { cookie: `x${cookie}` },
      { cookie: `hyper_dev=${token}` },
      // A cookie of another project, which the browser sends as well, because cookies do not depend on the port.
      { cookie: `hyper_dev_00000000=${token}` },
      { authorization: `Bearer ${token}` },
      { "x-forwarded-for": "127.0.0.1", "x-real-ip": "127.0.0.1" },
    ];
    for (const headers of forged) await assertNothing(handler, "http://localhost:8000/", headers);
    // It is also accepted next to cookies of other projects, and after one of the same name with a path.
    const beside = { cookie: `hyper_dev_00000000=x; ${name}=stale;${cookie} ; last=1` };
    assertStringIncludes(await (await handler(get("/broken", beside))).text(), "secret");
  });
});

Deno.test("A9: the cookie of one project does not give access to another", async () => {
  const one = await Deno.makeTempDir();
  const two = await Deno.makeTempDir();
  try {
    await withHandler({ pages: PAGES, baseDir: one }, async (first, { developer }) => {
      await withHandler({ pages: PAGES, baseDir: two }, async (second, { developer: other }) => {
        assert(developer.cookie !== other.cookie);
        await assertNothing(second, "http://localhost:8000/", developer);
        const both = { cookie: `${developer.cookie}; ${other.cookie}` };
        for (const handler of [first, second]) {
          assertStringIncludes(await (await handler(get("/broken", both))).text(), "secret");
        }
      });
    });
  } finally {
    await Deno.remove(one, { recursive: true });
    await Deno.remove(two, { recursive: true });
  }
});

Deno.test("A9: the link and the cookie are valid after a restart of the server", async () => {
  const baseDir = await Deno.makeTempDir();
  using written = recordConsole();
  try {
    const before = createHandler({ pages: PAGES, baseDir, dev: true });
    await before.ready;
    const link = linkOf(written.links);
    const developer = await openLink(before, written.links);
    await before.close();
    const after = createHandler({ pages: PAGES, baseDir, dev: true });
    await after.ready;
    assertEquals(linkOf(written.links), link);
    assertStringIncludes(await (await after(get("/broken", developer))).text(), "secret");
    await after.close();
    assertEquals([...Deno.readDirSync(baseDir)], []);
  } finally {
    await Deno.remove(baseDir, { recursive: true });
  }
});

Deno.test("T28, A9: a host name that resolves to this machine (DNS rebinding) is rejected with 421, without development content", async () => {
  await withHandler({ pages: PAGES }, async (handler, { developer }) => {
    for (const host of ["evil.test:8000", "localhost.evil.test", "127.0.0.1.evil.test", "evil.localhost.test"]) {
      for (const path of ["/", "/broken", ...OWN_PATHS]) {
        const response = await handler(
          new Request(`http://${host}${path}`, { headers: { ...developer, host } }),
          LOCAL,
        );
        assertEquals(response.status, 421, `${host}${path}`);
        assertNotMatch(await response.text(), OF_DEVELOPMENT);
      }
    }
  });
});

Deno.test("T49, A9: another site cannot read development content, even in a browser that has the cookie", async () => {
  await withHandler({ pages: PAGES }, async (handler, { developer }) => {
    // A page on another port belongs to the same site, so the browser sends the Strict cookie.
    const sites = [{ "sec-fetch-site": "same-site" }, { "sec-fetch-site": "cross-site" }, {
      origin: "http://localhost:1",
    }];
    for (const headers of sites) {
      assertNotMatch(await (await handler(get("/broken", { ...developer, ...headers }))).text(), /secret/);
      for (const path of OWN_PATHS) {
        const response = await handler(get(path, { ...developer, ...headers }));
        assertEquals(response.status, 404, JSON.stringify(headers));
        await response.body?.cancel();
      }
    }
  });
});

Deno.test("A9: the link sets a cookie for this server only, redirects, and does not leak its token", async () => {
  await withHandler({ pages: PAGES }, async (handler, { links }) => {
    const link = linkOf(links);
    const response = await handler(get(`${link}&to=${encodeURIComponent("/broken?a=1")}`));
    assertEquals([response.status, response.headers.get("location")], [303, "/broken?a=1"]);
    assertEquals(response.headers.get("cache-control"), "no-store");
    assertEquals(response.headers.get("referrer-policy"), "no-referrer");
    const [cookie = "", ...more] = response.headers.getSetCookie();
    assertEquals(more, []);
    const [pair = "", ...attributes] = cookie.split("; ");
    assertEquals(attributes.toSorted(), ["HttpOnly", "Max-Age=34560000", "Path=/", "SameSite=Strict"]);
    // 128 bits are 22 characters of base64url.
    assert(/^hyper_dev_[0-9a-f]{8}=[\w-]{22,}$/.test(pair), pair);
    const secure = await handler(new Request(`https://localhost${link}`));
    assertStringIncludes(secure.headers.get("set-cookie") ?? "", "; Secure");
  });
});

for (
  const to of [
    "https://evil.test/",
    "//evil.test/",
    "/\\evil.test",
    "\\\\evil.test",
    "/\t/evil.test",
    "http://localhost:9000/",
    "javascript:alert(1)",
    "data:text/html,x",
    "http://user@localhost:8000/",
    "//",
    "http://[",
  ]
) {
  Deno.test(`A9: the link does not redirect to another site: ${JSON.stringify(to)}`, async () => {
    await withHandler({ pages: PAGES }, async (handler, { links }) => {
      const response = await handler(get(`${linkOf(links)}&to=${encodeURIComponent(to)}`));
      assertEquals([response.status, response.headers.get("location")], [303, "/"]);
    });
  });
}

Deno.test("A9: a wrong token is 404 and does not set a cookie", async () => {
  await withHandler({ pages: PAGES }, async (handler, { links, developer }) => {
    const link = linkOf(links);
    for (
      const wrong of ["/_hyper/dev?token=", "/_hyper/dev?token=x", link.slice(0, -1), `${link}x`, link.toLowerCase()]
    ) {
      // A link with a wrong token does not open the stream, which has the same path.
      for (const headers of [{}, { ...developer, "sec-fetch-site": "same-origin" }]) {
        const response = await handler(get(wrong, headers));
        assertEquals([response.status, response.headers.get("set-cookie")], [404, null], wrong);
        await response.body?.cancel();
      }
    }
    const post = new Request(`http://localhost:8000${link}`, { method: "POST" });
    const response = await handler(post);
    assertEquals(response.headers.get("set-cookie"), null);
    await response.body?.cancel();
  });
});

Deno.test("A9: after twenty wrong tokens, the right one is rejected too, so the token cannot be guessed", async () => {
  await withHandler({ pages: PAGES }, async (handler, { links, developer }) => {
    const link = linkOf(links);
    const open = async (path: string): Promise<number> => {
      const response = await handler(get(path));
      await response.body?.cancel();
      return response.status;
    };
    for (let times = 0; times < 19; times++) assertEquals(await open("/_hyper/dev?token=x"), 404);
    assertEquals(await open(link), 303);
    assertEquals(await open("/_hyper/dev?token=x"), 404);
    assertEquals(await open(link), 404);
    assert(links.some((line) => line.includes("20 wrong tokens")), links.join("\n"));
    // Browsers that have opened it before still have access.
    assertStringIncludes(await (await handler(get("/broken", developer))).text(), "secret");
  });
});

Deno.test("A9: the link works again one minute after the first of twenty wrong tokens", async () => {
  using time = new FakeTime();
  await withHandler({ pages: PAGES }, async (handler, { links }) => {
    const link = linkOf(links);
    for (let times = 0; times < 20; times++) await (await handler(get("/_hyper/dev?token=x"))).text();
    time.tick(59_999);
    assertEquals((await handler(get(link))).status, 404);
    time.tick(1);
    assertEquals((await handler(get(link))).status, 303);
  });
});

Deno.test("A9: a page opened on loopback without the cookie shows one line that refers to the link, and nothing else", async () => {
  await withHandler({ pages: PAGES }, async (handler) => {
    for (const host of ["localhost:8000", "127.0.0.1", "[::1]:8000", "app.localhost"]) {
      const text = await (await handler(new Request(`http://${host}/<b>?q=<i>`.replaceAll("<", "%3C")))).text();
      assertEquals(text.match(/<p><small>Development mode: [^<]*<\/small><\/p>$/g)?.length, 1, text);
      assertNotMatch(text, OF_DEVELOPMENT);
    }
  });
});

Deno.test("A9: a page on another host, requested by another site, or fetched by a script does not show this line", async () => {
  await withHandler({ pages: PAGES, allowedHosts: ["dev.example.com", "localhost"] }, async (handler, { links }) => {
    const count = links.length;
    const asked = [
      new Request("http://localhost/", { headers: { "sec-fetch-site": "cross-site" } }),
      new Request("http://localhost/", { headers: { "sec-fetch-site": "same-origin", "sec-fetch-dest": "empty" } }),
      new Request("http://localhost/", { headers: { "x-hyper-action": "gone" } }),
    ];
    for (const request of asked) assertNotMatch(await (await handler(request)).text(), /Development/);
    assertEquals(links.length, count);
    // A tunnel: its address is logged, and its users see nothing.
    assertNotMatch(await (await handler(new Request("https://dev.example.com/"))).text(), /Development/);
    assertStringIncludes(links.at(-1) ?? "", "https://dev.example.com/_hyper/dev?token=");
  });
});

Deno.test("A9: the console shows the link when the handler is created, and once for each of the first 20 origins that a page is requested at", async () => {
  await withHandler({ pages: PAGES }, async (handler, { links, developer }) => {
    const link = linkOf(links);
    assertEquals(links.length, 1);
    await (await handler(get("/", developer))).text();
    assertEquals(links.length, 1);
    for (let times = 0; times < 2; times++) await (await handler(get("/broken"))).text();
    assertEquals(links.length, 2);
    assertStringIncludes(links[1] ?? "", `open http://localhost:8000${link}&to=%2Fbroken once`);
    for (let port = 1; port < 100; port++) await (await handler(new Request(`http://localhost:${port}/`))).text();
    assertEquals(links.length, 21);
  });
});

Deno.test("A9: responses to a client without the cookie never contain the token", async () => {
  await withHandler({ pages: PAGES }, async (handler, { developer }) => {
    const token = developer.cookie.split("=")[1] ?? "";
    for (const path of ["/", "/broken", "/nowhere", "/_hyper/dev?token=x", ...OWN_PATHS]) {
      const response = await handler(get(path));
      const whole = `${[...response.headers]} ${await response.text()}`;
      assert(!whole.includes(token), path);
    }
  });
});

Deno.test("A9: a page in development mode is not stored by shared caches, and has no ETag", async () => {
  const page = (): Response =>
    new Response("<!doctype html><p>Own", {
      headers: { "content-type": "text/html", "cache-control": "public, max-age=60", etag: '"1"' },
    });
  await withHandler({ pages: [pageAt("/", { render: page })] }, async (handler, { developer }) => {
    for (const headers of [developer, {}]) {
      const response = await handler(get("/", headers));
      assertEquals([response.headers.get("cache-control"), response.headers.get("etag")], ["private, no-cache", null]);
      await response.body?.cancel();
    }
  });
});

Deno.test("A9: the startup error is shown only to a browser with the token", async () => {
  await withHandler({ pages: [pageAt("/", { nothing: "secret" })] }, async (handler, { developer }) => {
    await handler.ready.catch(() => {});
    const hidden = await handler(get("/"));
    assertEquals(hidden.status, 500);
    const text = await hidden.text();
    assertStringIncludes(text, "Development mode: ");
    assertNotMatch(text, /TypeError|pages|secret|dev\.js/);
    assertStringIncludes(await (await handler(get("/", developer))).text(), "TypeError");
  });
});

Deno.test("A9: if the startup failed, a request for another host than this machine rejects without an error page", async () => {
  const pages = [pageAt("/", { nothing: 1 })];
  await withHandler({ pages, allowedHosts: ["localhost", "dev.example.com"] }, async (handler) => {
    await handler.ready.catch(() => {});
    await assertRejects(() => handler(new Request("https://dev.example.com/")), TypeError);
  });
});

Deno.test("A9: an error whose message imitates a stack frame does not show the file", async () => {
  const folder = await Deno.makeTempDir();
  // The path of the second could be that of a module of the application.
  const files = [join(folder, ".env"), join(folder, "customers.ts")];
  for (const file of files) await Deno.writeTextFile(file, "hunter2\n");
  const render = ({ url }: { url: URL }): never => {
    throw new Error(url.searchParams.get("q") ?? "");
  };
  try {
    await withHandler({ pages: [pageAt("/", { render })], baseDir: folder }, async (handler, { developer }) => {
      for (const file of files) {
        const url = `file://${file}`;
        for (
          const text of [`${url}:1:1`, `x\n    at f (${url}:1:1)`, `\n    at ${url}:1:1\n    at async g (${url}:1:1)`]
        ) {
          const shown = await (await handler(get(`/?q=${encodeURIComponent(text)}`, developer))).text();
          // The page shows the message, but not the file.
          assertStringIncludes(shown, `${url}:1:1`);
          assert(!shown.includes("hunter2"), text);
        }
      }
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
