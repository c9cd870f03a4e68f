/**
 * T25: a call names its page in up to three places: the address that it is sent to, its URL, and its fields. A guard
 * that checked one page must never allow a call that runs for another page.
 */
import { assertEquals } from "@std/assert";
import {
  action,
  defineForm,
  dependency,
  Depends,
  DUrl,
  field,
  Form,
  formActionUrl,
  html,
  live,
  type RequestContext,
  toast,
} from "../../mod.ts";
import { App, bodyOf, EVENTS, eventsOf, hiddenValue, JSON_TYPE } from "../support/app.tsx";
import { findForm, parseHtml } from "../support/html.ts";
import { stopTime } from "../support/clock.ts";

const AUDIENCES = ["text/html", EVENTS, JSON_TYPE];
const PAGE = "pages/items/[id]/page.tsx";
const PLACES = [
  null,
  "/items/open",
  "/items/locked",
  "/items/locked?",
  "/items/locked?a=1",
  "//site.test/items/locked",
  "/about",
];

/** An application that deletes the item in the address. Its guard rejects one item, which is locked. */
class Shop implements AsyncDisposable {
  readonly deleted: unknown[] = [];
  readonly asked: unknown[] = [];
  readonly app: App;

  constructor() {
    // Resolved first by the guard: its value is the same for the rest of the call.
    const item = dependency("item", ({ params }) => params.id ?? null);
    const guard = async ({ params, deps }: RequestContext): Promise<boolean> => {
      this.asked.push(params.id ?? null);
      return params.id !== "locked" && await deps.get(item) !== "locked";
    };
    const options = { guard, form: defineForm("confirm", { fields: { reason: field.text() } }) };
    const del = action("del", { ...options, inject: { item: Depends(item) } }, async (ctx) => {
      const { params, url, item: kept } = ctx;
      this.deleted.push([
        params.id ?? null,
        kept,
        await ctx.deps.get(DUrl("id", String, { default: "none" })),
        url.pathname,
      ]);
    });
    this.app = new App({ "/items/[id]": { default: () => "", del }, "/about": { default: () => "" } });
  }

  /** Sends the call. Returns its status, the deleted items, and the items that the guard checked. */
  async send(
    path: string,
    fields: Readonly<Record<string, string>>,
    accept: string,
  ): Promise<readonly [status: number, deleted: readonly unknown[], asked: readonly unknown[]]> {
    const response = await this.app.request(path, { method: "POST", headers: { accept }, body: bodyOf(fields) });
    await response.body?.cancel();
    return [response.status, this.deleted.splice(0), this.asked.splice(0)];
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.app[Symbol.asyncDispose]();
  }
}

for (
  const [what, path, fields] of [
    ["its address", "/items/locked?_action=del", {}],
    ["its URL", `${formActionUrl("del")}?_next_form_origin=/items/locked`, {}],
    ["its URL and its fields", `${formActionUrl("del")}?_next_form_origin=/items/locked`, {
      _next_form_page: PAGE,
      _next_form_origin: "/items/locked",
    }],
    ["its fields", formActionUrl("del"), { _next_form_page: PAGE, _next_form_origin: "/items/locked" }],
    ["its fields, with the action in a field too", "/", {
      _action: "del",
      _next_form_page: PAGE,
      _next_form_origin: "/items/locked",
    }],
    ["its address, with the action in a field", "/items/locked", { _action: "del" }],
  ] as const
) {
  Deno.test(`T25: a guard that reads params checks the page that a call names by ${what}`, async () => {
    await using shop = new Shop();
    for (const accept of AUDIENCES) {
      assertEquals(await shop.send(path, fields, accept), [403, [], ["locked"]]);
      // The same call runs for the item that is not locked.
      const open = JSON.parse(JSON.stringify(fields).replaceAll("locked", "open"));
      const [status, deleted, asked] = await shop.send(path.replace("locked", "open"), open, accept);
      assertEquals([status < 400, deleted, asked], [true, [["open", "open", "open", "/items/open"]], ["open"]]);
    }
  });
}

Deno.test("T25: whatever page the address, the URL and the fields name, the guard and the action function see the same item", async () => {
  await using shop = new Shop();
  let ran = 0;
  for (const address of ["/items/open", "/items/locked", "/about", "/nowhere", formActionUrl("del")]) {
    for (const query of PLACES) {
      for (const hidden of PLACES) {
        for (const file of [null, PAGE, "pages/about/page.tsx"]) {
          const search = new URLSearchParams({
            _action: "del",
            ...(query === null ? {} : { _next_form_origin: query }),
          });
          const fields = {
            ...(file === null ? {} : { _next_form_page: file }),
            ...(hidden === null ? {} : { _next_form_origin: hidden }),
            id: "locked",
          };
          const named = `${address}?${search} ${JSON.stringify(fields)}`;
          const [status, deleted, asked] = await shop.send(`${address}?${search}`, fields, JSON_TYPE);
          if (deleted.length === 0) {
            assertEquals([status === 400 || status === 403, asked.length <= 1], [true, true], named);
            continue;
          }
          ran++;
          const [id] = asked;
          const page = id === null ? deleted[0] : [id, id, id, `/items/${id}`];
          assertEquals([deleted, asked.length, id === "locked"], [[page], 1, false], named);
          // The call runs for an item only if all three places name that item.
          const places = [address, query, hidden].filter((place) => place !== null && place.startsWith("/items/"));
          const counts = address.startsWith("/items/") && query === null ? [address] : places;
          if (id !== null) assertEquals(new Set(counts), new Set(["/items/open"]), named);
        }
      }
    }
  }
  // Without this, the test would also pass if the action never ran.
  assertEquals(ran > 50, true);
});

Deno.test("T25: the stored outcome for one item is not sent to a call for another item", async () => {
  const show = action("show", ({ params }) => ({ secret: params.id ?? null }));
  await using app = new App({ "/items/[id]": { default: () => "", show } });
  const headers = { accept: JSON_TYPE, "x-hyper-request-id": "r1" };
  for (const id of ["1", "2", "1"]) {
    const path = `${formActionUrl("show")}?_next_form_origin=/items/${id}`;
    const response = await app.request(path, { method: "POST", headers, body: bodyOf({ a: "b" }) });
    assertEquals(await response.json(), { ok: true, data: { secret: id } });
  }
});

Deno.test("T25: the guards of a stream run again for the page that the stream was opened for", async () => {
  for (
    const path of ["/items/7?_action=watch&tab=a", "/nowhere?_action=watch&_next_form_origin=%2Fitems%2F7%3Ftab%3Da"]
  ) {
    using time = stopTime();
    const asked: string[] = [];
    const guard = async ({ url, params, deps }: RequestContext): Promise<void> => {
      const id = await deps.get(DUrl("id", Number, { default: 0 }));
      asked.push(`${url.pathname}${url.search} ${params.id} ${id}`);
    };
    const watch = action("watch", { method: "GET", guard }, () => live("board", { guard, refresh: () => [] }));
    await using app = new App({ "/items/[id]": { default: () => "", watch } }, { heartbeatSeconds: 0, guard });
    const opening = app.request(path, { headers: { accept: EVENTS } });
    await time.tick(50);
    const reader = (await opening).body?.pipeThrough(new TextDecoderStream()).getReader();
    const first = reader?.read();
    await time.tick(60_000);
    await app.handler.publish("board", toast("a"));
    await first;
    await reader?.cancel();
    // Two before the action function, one of the topic, and all three a minute later.
    assertEquals(asked, Array(6).fill("/items/7?tab=a 7 7"));
  }
});

Deno.test("T25: a form in an item redirects to the page that the guard checked", async () => {
  const save = action("save", () => {});
  const show = action("show", () => html(<Form action={save} />, { target: "#a" }));
  await using app = new App({ "/items/[id]": { default: () => "", save, show }, "/about": { default: () => "" } });
  const path = `/nowhere?_action=show&_next_form_origin=/items/7`;
  const response = await app.request(path, { method: "POST", headers: { accept: EVENTS }, body: bodyOf({ id: "8" }) });
  const [patch] = await eventsOf(response);
  const form = findForm(parseHtml(String((patch?.data as { content: string }).content)), "save");
  assertEquals(hiddenValue(form, "_next_form_origin"), "/items/7");
});
