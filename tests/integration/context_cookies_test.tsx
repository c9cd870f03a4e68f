/** `ctx.cookies`: read and set by any code of a request. */
import { assertEquals } from "@std/assert";
import { action, type ContextFunctions, type Guard, type PageContext, type RequestContext } from "@hyper/actions";
import { App } from "../support/app.tsx";

const SET = "seen=1; Path=/; HttpOnly; SameSite=Lax";
const see = ({ cookies }: Pick<RequestContext, "cookies">): void => cookies.set({ name: "seen", value: "1" });

Deno.test("a guard of an action sets a cookie, also if it denies the call", async () => {
  const guard: Guard = (ctx) => {
    see(ctx);
    return ctx.cookies.get("may") === "yes";
  };
  await using app = new App({ "/": { default: () => <p>Home</p>, save: action("save", { guard }, () => ({ a: 1 })) } });
  for (const [cookie, status] of [["may=yes", 200], ["may=no", 403]] as const) {
    const response = await app.call("save", { accept: "application/json", headers: { cookie } });
    await response.text();
    assertEquals([response.status, response.headers.getSetCookie()], [status, [SET]]);
  }
});

Deno.test("a page sets a cookie in its context and reads it in its component, and no cache keeps the page", async () => {
  const context = {
    seen: (ctx: RequestContext) => {
      see(ctx);
      return ctx.cookies.get("seen");
    },
  } satisfies ContextFunctions;
  const Home = ({ context: { seen } }: { readonly context: { readonly seen: string } }) => <p>seen {seen}</p>;
  await using app = new App({ "/": { default: Home, context } });
  const page = await app.open("/");
  assertEquals(page.html.includes("seen 1"), true);
  assertEquals(page.response.headers.getSetCookie(), [SET]);
  assertEquals(page.response.headers.get("cache-control"), "no-store");
});

Deno.test("the redirect of a page has the cookie that the page set, although its headers are immutable", async () => {
  const render = (ctx: PageContext) => {
    see(ctx);
    return Response.redirect("http://site.test/other");
  };
  await using app = new App({ "/": { render } });
  const { response } = await app.open("/");
  assertEquals([response.status, response.headers.getSetCookie()], [302, [SET]]);
});

Deno.test("a page that reads no cookie may be cached", async () => {
  await using app = new App({ "/": { default: () => <p>Home</p> } });
  const { response } = await app.open("/");
  assertEquals([response.headers.get("cache-control"), response.headers.getSetCookie()], [null, []]);
});
