/**
 * The address bar: the runtime sends it with each call, and its query replaces that of the form's page before any code of the
 * application runs. Route, parameters and path of a form never change.
 */
import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { createTestClient } from "@hyper/actions/testing";
import {
  action,
  defineForm,
  dependency,
  DQuery,
  DUrl,
  Field,
  field,
  Form,
  formActionUrl,
  FormErrors,
  history,
  live,
  type PageProps,
  redirect,
  refresh,
  type RequestContext,
  toast,
} from "../../mod.ts";
import { App, bodyOf, EVENTS, eventsOf, hiddenValue, JSON_TYPE } from "../support/app.tsx";
import { findForm, parseHtml } from "../support/html.ts";

const ROWS = Array.from({ length: 60 }, (_, index) => `${index < 11 ? "ann" : "bob"} ${index}`);

/** A page that lists what its query finds, a search that changes the address, and a form for all rows found. */
function table() {
  const search = action("search", ({ data }) => history({ replace: `?q=${data.q}` }));
  const mark = action("mark", () => refresh("#rows"));
  const Page = ({ url }: PageProps) => (
    <main>
      <ul id="rows">
        {ROWS.filter((row) => row.includes(url.searchParams.get("q") ?? "")).map((row) => <li key={row}>{row}</li>)}
      </ul>
      <Form action={mark}>
        <button>Mark</button>
      </Form>
    </main>
  );
  return new App({ "/rows": { default: Page, search, mark } });
}

Deno.test("a bulk action after a search shows the rows found, not those that the form was rendered with", async () => {
  await using app = table();
  await using client = createTestClient(app.handler);
  const page = await client.open("/rows");
  assertEquals(page.findAll("li").length, 60);
  await client.action("search", { q: "ann" });
  assertEquals(client.page.url.search, "?q=ann");
  await client.page.form("mark").submitWithRuntime();
  assertEquals(client.page.findAll("li").length, 11);
});

Deno.test("a form with scripts off shows the page it was rendered for", async () => {
  await using app = table();
  const done = await app.submit(await app.open("/rows?q=bob"), "mark");
  assertEquals([done.status, done.response.headers.get("location")], [303, "/rows?q=bob"]);
});

for (
  const [location, expected] of [
    ["/list", "patch_html"],
    ["/list?page=2", "patch_html"],
    ["/%6Cist", "patch_html"],
    ["/nowhere", "patch_html"],
    ["//evil.test/", "patch_html"],
    [null, "patch_html"],
    ["/about?tab=b", "redirect /about?tab=b"],
  ] as const
) {
  Deno.test(`refresh() of a page with the address bar at ${location} does not replace another page: ${expected}`, async () => {
    const again = action("again", () => [refresh(), toast("Again")]);
    const part = action("part", () => refresh("#part"));
    const List = () => <p id="part">List</p>;
    await using app = new App({ "/list": { default: List, again, part }, "/about": { default: () => <p>About</p> } });
    const send = async (name: string) => {
      const headers = { accept: EVENTS, ...(location === null ? {} : { "x-hyper-location": location }) };
      const url = `${formActionUrl(name)}?_next_form_origin=%2Flist`;
      const events = await eventsOf(await app.request(url, { method: "POST", headers, body: bodyOf({}) }));
      return events.map(({ event, data }) =>
        event === "redirect" ? `redirect ${(data as { url: string }).url}` : event
      );
    };
    // A redirect is the end of a response.
    const items = expected === "patch_html" ? [expected, "toast", "end"] : ["toast", expected];
    assertEquals(await send("again"), items);
    assertEquals(await send("part"), ["patch_html", "end"]);
  });
}

/** An application that records the page that each step saw. */
class Seen implements AsyncDisposable {
  readonly urls = new Set<string>();
  readonly app: App;

  constructor() {
    const note = async ({ url, params, deps }: RequestContext): Promise<void> => {
      const { pathname, search } = new URL((await deps.get(first)).url);
      const tab = await deps.get(DQuery("tab", String, { default: "none" }));
      const id = await deps.get(DUrl("id", String, { default: "none" }));
      assertEquals([pathname + search, id], [url.pathname + url.search, params.id ?? "none"]);
      this.urls.add(`${params.id ?? "none"} ${url.pathname}${url.search} ${tab}`);
    };
    const first = dependency("first", ({ url }) => ({ url: url.href }));
    const save = action("save", {
      guard: note,
      form: defineForm("item", { fields: { title: field.text({ required: true }) }, clean: (_, ctx) => note(ctx) }),
    }, async (ctx) => {
      await note(ctx);
      return redirect("#done");
    });
    const Page = () => (
      <main>
        <Form action={save}>
          <FormErrors />
          <Field name="title" />
        </Form>
      </main>
    );
    const page = { default: Page, render: note };
    this.app = new App({
      "pages/items/[id]/page.tsx": { ...page, save },
      "pages/items/[id]/edit/page.tsx": page,
      "pages/about/page.tsx": page,
      "pages/not_found.tsx": { default: Page },
    }, { guard: note });
  }

  /** Posts a form, and returns the pages that code of the application saw. */
  async post(origin: string, location: string, title: string, accept = EVENTS): Promise<Response> {
    this.urls.clear();
    return await this.app.request(`${formActionUrl("save")}?_next_form_origin=${encodeURIComponent(origin)}`, {
      method: "POST",
      headers: { accept, "x-hyper-location": location },
      body: bodyOf({ title }),
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.app[Symbol.asyncDispose]();
  }
}

for (
  const [origin, location, shown] of [
    // The same page: its query counts.
    ["/items/7", "/items/7?tab=b", "7 /items/7?tab=b b"],
    ["/items/7?tab=a", "/items/7?tab=b", "7 /items/7?tab=b b"],
    ["/items/7?tab=a", "/items/7", "7 /items/7 none"],
    ["/items/7?tab=a", "/items/7?tab=a", "7 /items/7?tab=a a"],
    ["/items/7?tab=a", "/items/%37?tab=b", "7 /items/7?tab=b b"],
    ["/items/7?tab=a", "/items/7?tab=b&_action=del&_next_form_origin=/about", "7 /items/7?tab=b b"],
    ["/items/7?tab=a", "/items/7?path=C:\\temp&b=%E9", "7 /items/7?path=C:\\temp&b=%E9 none"],
    ["/nowhere", "/nowhere?tab=b", "none /nowhere?tab=b b"],
    // Another page: the form keeps its own.
    ["/items/7?tab=a", "/items/8?tab=b", "7 /items/7?tab=a a"],
    ["/items/7?tab=a", "/items/7/edit?tab=b", "7 /items/7?tab=a a"],
    ["/items/7?tab=a", "/about?tab=b", "7 /items/7?tab=a a"],
    ["/items/7?tab=a", "/nowhere?tab=b", "7 /items/7?tab=a a"],
    ["/nowhere?tab=a", "/elsewhere?tab=b", "none /nowhere?tab=a a"],
    // No address that a page was served under.
    ...[
      "",
      "?tab=b",
      "items/7?tab=b",
      "//site.test/items/7?tab=b",
      "http://site.test/items/7?tab=b",
      "https://evil.test/items/7?tab=b",
      "/items/7#?tab=b",
      "/items\\7?tab=b",
      "/items/../items/7?tab=b",
      "/items/7?tab=b c",
      "/items/7?tab=b, /items/8",
      formActionUrl("save") + "?_next_form_origin=%2Fitems%2F7%3Ftab%3Db",
      `/items/7?tab=b&${"x".repeat(4_096)}`,
    ].map((bad) => ["/items/7?tab=a", bad, "7 /items/7?tab=a a"] as const),
  ] as const
) {
  Deno.test(`a form of ${origin} with the address bar at ${location.slice(0, 60) || "nothing"} runs for ${shown}`, async () => {
    await using seen = new Seen();
    for (const accept of [EVENTS, JSON_TYPE]) {
      for (const title of ["Milk", ""]) {
        const response = await seen.post(origin, location, title, accept);
        assertEquals(response.status, title === "" ? 422 : 200);
        await response.body?.cancel();
        assertEquals([...seen.urls], [shown], `${accept} ${title}`);
      }
    }
  });
}

Deno.test("an invalid form and a relative target keep what the address bar shows", async () => {
  await using seen = new Seen();
  const invalid = await eventsOf(await seen.post("/items/7?tab=a", "/items/7?tab=b", ""));
  const patch = invalid.find(({ event }) => event === "patch_html")?.data as { readonly content: string };
  const form = findForm(parseHtml(patch.content), "save");
  assertEquals(hiddenValue(form, "_next_form_origin"), "/items/7?tab=b");
  const [saved] = await eventsOf(await seen.post("/items/7?tab=a", "/items/7?tab=b", "Milk"));
  assertEquals((saved?.data as { readonly url: string }).url, "/items/7?tab=b#done");
});

Deno.test("a form whose page only the fields name uses the query of the address bar", async () => {
  await using seen = new Seen();
  for (const endpoint of ["", `?_next_form_origin=${encodeURIComponent("/items/7?")}`]) {
    seen.urls.clear();
    const response = await seen.app.request(formActionUrl("save") + endpoint, {
      method: "POST",
      headers: { accept: EVENTS, "x-hyper-location": "/items/7?tab=b" },
      body: bodyOf({ _next_form_page: "pages/items/[id]/page.tsx", _next_form_origin: "/items/7?tab=a", title: "x" }),
    });
    await response.body?.cancel();
    assertEquals([...seen.urls], ["7 /items/7?tab=b b"]);
  }
});

Deno.test("a call to the URL of a page keeps the query of that URL", async () => {
  await using seen = new Seen();
  const headers = { "x-hyper-location": "/items/7?tab=b" };
  const response = await seen.app.call("save", { path: "/items/7?tab=a", fields: { title: "Milk" }, headers });
  await response.body?.cancel();
  assertEquals([...seen.urls], ["7 /items/7?tab=a a"]);
});

Deno.test("a response to a request with an address bar is not cached", async () => {
  await using seen = new Seen();
  for (const title of ["Milk", ""]) {
    const response = await seen.post("/items/7", "/items/7?tab=b", title);
    await response.body?.cancel();
    assertMatch(response.headers.get("cache-control") ?? "", /no-store/);
  }
});

Deno.test("tabs at two queries of one page do not share a stream", async () => {
  const watch = action("watch", { method: "GET" }, () => live("rows", { refresh: "#rows" }));
  const Page = ({ url }: PageProps) => (
    <main>
      <Form action={watch} />
      <p id="rows">{url.search}</p>
    </main>
  );
  await using app = new App({ "/rows": { default: Page, watch } });
  const shares: string[] = [];
  for (const location of ["/rows?q=a", "/rows?q=b", "/rows?q=b"]) {
    const controller = new AbortController();
    const response = await app.request("/rows?_next_form_origin=%2Frows", {
      headers: { accept: EVENTS, "x-hyper-action": "watch", "x-hyper-location": location },
      signal: controller.signal,
    });
    assertEquals(response.status, 200);
    let read = "";
    for await (const text of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      read += text;
      if (/\nshare: .*\n/.test(read)) break;
    }
    shares.push(/\nshare: (.*)\n/.exec(read)?.[1] ?? read);
    controller.abort();
  }
  assertNotEquals(shares[0], shares[1]);
  assertEquals(shares[1], shares[2]);
});
