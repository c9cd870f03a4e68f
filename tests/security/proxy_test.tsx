/** A10, T4: behind a trusted proxy there is one external URL of a request, and everything uses it. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  action,
  type CrossOriginOptions,
  defineForm,
  Field,
  field,
  Form,
  formActionUrl,
  type HandlerOptions,
  live,
  redirect,
  toast,
  Toasts,
} from "../../mod.ts";
import { App, EVENTS } from "../support/app.tsx";

const BEHIND: { readonly crossOrigin: CrossOriginOptions } = { crossOrigin: { trustProxy: true } };
/** Headers of nginx for `https://shop.example/`. The connection is `http://site.test`. */
const FORWARDED = { "x-forwarded-proto": "https", "x-forwarded-host": "shop.example" };

/** An application whose action redirects, with a toast. */
function shop(to: string, options: HandlerOptions = BEHIND): App {
  const buy = action("buy", () => [toast("Bought"), redirect(to)]);
  return new App({
    "/": { default: () => <Toasts />, buy },
    "/thanks": { default: () => <Toasts /> },
  }, options);
}

async function buy(app: App, headers: Readonly<Record<string, string>> = FORWARDED): Promise<Response> {
  return await app.call("buy", { accept: "text/html", headers });
}

Deno.test("A10: a redirect to the https URL of the site is a redirect within the site", async () => {
  for (const to of ["https://shop.example/thanks", "https://SHOP.example:443/thanks", "/thanks"]) {
    await using app = shop(to);
    const response = await buy(app);
    assertEquals([response.status, response.headers.get("location")], [303, "/thanks"], to);
  }
});

Deno.test("A10: a redirect to the URL of the connection, or to another scheme, is a redirect to another site", async () => {
  for (const to of ["http://site.test/thanks", "http://shop.example/thanks", "https://evil.test/"]) {
    await using app = shop(to);
    const response = await buy(app);
    assertEquals([response.status, response.headers.get("location")], [500, null], to);
    assertStringIncludes(app.takeError().message, "leads from https://shop.example to");
  }
});

Deno.test("A10: a redirect event to the https URL of the site is a redirect within the site", async () => {
  await using app = shop("https://shop.example/thanks");
  const response = await app.call("buy", { accept: EVENTS, headers: FORWARDED });
  const text = await response.text();
  assertStringIncludes(text, '"url":"/thanks"');
  assert(!text.includes('"external":true'), text);
});

Deno.test("A10: the cookie of a toast is Secure if the client uses https, both when it is set and when it is deleted", async () => {
  await using app = shop("/thanks");
  const set = (await buy(app)).headers.getSetCookie();
  const end = (await app.request("/thanks", { headers: FORWARDED })).headers.getSetCookie();
  for (const cookies of [set, end]) {
    assertEquals(cookies.length, 1);
    assertStringIncludes(cookies[0] ?? "", "; Secure");
  }
  const plain = await buy(app, { ...FORWARDED, "x-forwarded-proto": "http" });
  assertEquals(plain.headers.getSetCookie()[0]?.includes("Secure"), false);
});

Deno.test("A10: ctx.url is the external URL in pages and actions, and ctx.request.url is the URL of the connection", async () => {
  const seen: string[] = [];
  const see = action("see", ({ url, request }) => void seen.push(url.href, request.url));
  const render = ({ url, request }: { url: URL; request: Request }) => {
    seen.push(url.href, request.url);
    return "Home";
  };
  await using app = new App({ "/[name]": { render, see } }, BEHIND);
  await (await app.request("/a%20b?q=%2F&e=%zz", { headers: FORWARDED })).text();
  await (await app.call("see", { path: "/a%20b?q=%2f", headers: FORWARDED })).text();
  assertEquals(seen, [
    "https://shop.example/a%20b?q=%2F&e=%zz",
    "http://site.test/a%20b?q=%2F&e=%zz",
    "https://shop.example/a%20b?q=%2f",
    "http://site.test/a%20b?q=%2f",
  ]);
});

Deno.test("A10: a form whose body cannot be read is shown on its page under the external URL, with any Referer", async () => {
  const form = defineForm("note", { fields: { title: field.text() } });
  const save = action("save", { form }, () => {});
  const page = () => (
    <Form action={save}>
      <Field name="title" />
    </Form>
  );
  await using app = new App({ "/note": { default: page, save } }, { ...BEHIND, limits: { bodyBytes: 100 } });
  const post = (path: string, referer: string): Promise<Response> =>
    app.request(path, {
      method: "POST",
      body: new URLSearchParams({ title: "x".repeat(200) }),
      headers: { ...FORWARDED, accept: "text/html", "sec-fetch-site": "same-origin", referer },
    });
  for (const referer of ["https://shop.example/note", "http://site.test/note", "https://evil.test/note"]) {
    for (const path of ["/note?_action=save", `${formActionUrl("save")}?_next_form_origin=%2Fnote`]) {
      assertStringIncludes(await (await post(path, referer)).text(), "<form", path);
    }
    assertEquals((await (await post(formActionUrl("save"), referer)).text()).includes("<form"), false, referer);
  }
});

Deno.test("A10: tabs share a topic if their external origin is the same, and not if it differs", async () => {
  const watch = action("watch", { method: "GET" }, () => live("news"));
  await using app = new App({ "/": { default: () => "", watch } }, { ...BEHIND, heartbeatSeconds: 0 });
  const shareOf = async (host: string): Promise<string> => {
    const headers = { ...FORWARDED, "x-forwarded-host": host };
    const response = await app.call("watch", { method: "GET", headers });
    let text = "";
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      if (text.includes("share: ")) break;
    }
    return /\nshare: ([0-9a-f]{32})\n/.exec(text)?.[1] ?? "";
  };
  const one = await shareOf("one.example");
  assert(one !== "");
  assertEquals(await shareOf("one.example"), one);
  assert(await shareOf("two.example") !== one);
});

// Headers of the proxy, and the resulting origin.
const HEADERS: readonly (readonly [Readonly<Record<string, string>>, string])[] = [
  [{}, "http://site.test"],
  [{ "x-forwarded-proto": "https" }, "https://site.test"],
  [{ "x-forwarded-proto": "HTTPS" }, "https://site.test"],
  [{ "x-forwarded-host": "shop.example" }, "http://shop.example"],
  [{ "x-forwarded-host": "SHOP.example:8443" }, "http://shop.example:8443"],
  [{ "x-forwarded-proto": "https", "x-forwarded-host": "shop.example:443" }, "https://shop.example"],
  [{ "x-forwarded-proto": "https", "x-forwarded-host": "[2001:db8::1]:8443" }, "https://[2001:db8::1]:8443"],
  // Two proxies: the first terminates TLS. Hosts before the last one were sent by the client.
  [{ "x-forwarded-proto": "https, http" }, "https://site.test"],
  [{ "x-forwarded-proto": "https,http", "x-forwarded-host": "evil.test, shop.example" }, "https://shop.example"],
  // Invalid schemes and hosts are ignored.
  [{ "x-forwarded-proto": "ftp" }, "http://site.test"],
  [{ "x-forwarded-proto": "https:" }, "http://site.test"],
  [{ "x-forwarded-proto": "" }, "http://site.test"],
  ...[
    "",
    " ",
    ",",
    "shop.example,",
    "a b",
    "evil.test/x",
    "evil.test?x",
    "evil.test#x",
    "a@evil.test",
    "evil\\test",
    "https://evil.test",
    "evil.test:http",
    "evil.test:99999",
    "300.1.1.1",
    "[::1",
    "evil\x01.test",
    "evil.test\t/",
    "*",
    "\xe9vil.test",
  ].map((host) => [{ "x-forwarded-host": host }, "http://site.test"] as const),
];

Deno.test("A10: forwarded headers are read as one scheme and one host, and ignored if they are invalid", async () => {
  const seen: string[] = [];
  const render = ({ url }: { url: URL }) => {
    seen.push(url.origin);
    return "Home";
  };
  await using app = new App({ "/": { render } }, BEHIND);
  for (const [headers] of HEADERS) await (await app.request("/", { headers })).text();
  assertEquals(seen, HEADERS.map(([, origin]) => origin));
});

Deno.test("A10: without trustProxy no forwarded header changes anything", async () => {
  await using app = shop("https://shop.example/thanks", {});
  assertEquals((await buy(app)).status, 500);
  app.takeError();
  await using own = shop("http://site.test/thanks", {});
  const response = await buy(own);
  assertEquals([response.status, response.headers.get("location")], [303, "/thanks"]);
  assertEquals(response.headers.getSetCookie()[0]?.includes("Secure"), false);
});

Deno.test("T4: the cross-origin check compares Origin with the external URL", async () => {
  let runs = 0;
  const save = action("save", () => void runs++);
  await using app = new App({ "/": { default: () => "", save } }, BEHIND);
  const status = async (origin: string): Promise<number> => {
    const response = await app.call("save", { headers: { ...FORWARDED, origin } });
    await response.body?.cancel();
    return response.status;
  };
  assertEquals([await status("https://shop.example"), runs], [200, 1]);
  for (const origin of ["http://shop.example", "http://site.test", "https://site.test"]) {
    assertEquals([await status(origin), runs], [403, 1], origin);
  }
});
