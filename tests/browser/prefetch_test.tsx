/** `hyper-prefetch` on links that the browser follows, in Chromium, by speculation rules. */
import { assertEquals } from "@std/assert";
import { createHandler } from "@hyper/actions";
import { withPage } from "../support/browser.ts";

const LINKS: readonly (readonly [string, Record<string, string | boolean>])[] = [
  ["/no-attribute", {}],
  ["/download", { "hyper-prefetch": "visible", download: true }],
  ["/sign-out", { "hyper-prefetch": "visible", rel: "nofollow" }],
  ["/action?_action=count", { "hyper-prefetch": "visible" }],
  ["/nav", { "hyper-prefetch": "visible", "hyper-nav": true }],
  ["http://other.test/", { "hyper-prefetch": "visible" }],
  ["/hover", { "hyper-prefetch": "hover" }],
];

const Home = () => (
  <main>
    <div
      {...{ "hyper-off": true }}
      dangerouslySetInnerHTML={{ __html: '<a href="/user" hyper-prefetch="visible">user</a>' }}
    />
    {LINKS.map(([href, attributes]) => (
      <p key={href}>
        <a href={href} {...attributes}>{href}</a>
      </p>
    ))}
    <nav {...{ "hyper-prefetch": "visible" }}>
      <a href="/visible">visible</a>
    </nav>
  </main>
);

const PAGES = ["/visible", "/hover", "/no-attribute", "/download", "/sign-out", "/action", "/nav", "/user"];

Deno.test("a hovered link is prefetched if its attribute asks for it, and shown without another request; others are not candidates", async () => {
  const requests: string[] = [];
  const app = createHandler({
    baseDir: null,
    headers: { "content-security-policy": "default-src 'none'; script-src 'self'; connect-src 'self'; img-src data:" },
    pages: [
      { path: "/", load: () => Promise.resolve({ default: Home, head: <link rel="icon" href="data:," /> }) },
      ...PAGES.map((path) => ({ path, load: () => Promise.resolve({ default: () => <h1>{path}</h1> }) })),
    ],
  });
  const prefetched = Promise.withResolvers<void>();
  const handler = async (request: Request) => {
    const response = await app(request);
    const { pathname } = new URL(request.url);
    if (!PAGES.includes(pathname)) return response;
    const { headers } = request;
    requests.push(`${pathname} ${headers.get("sec-purpose")} ${headers.get("x-hyper-purpose")}`);
    if (pathname === "/hover") prefetched.resolve();
    return response;
  };
  await withPage(handler, async ({ page }) => {
    const devtools = await page.context().newCDPSession(page);
    const candidates = new Promise<string[]>((resolve) => {
      devtools.on("Preload.preloadingAttemptSourcesUpdated", ({ preloadingAttemptSources: sources }) => {
        if (sources.length > 0) resolve(sources.map(({ key }) => new URL(key.url).pathname).toSorted());
      });
    });
    await devtools.send("Preload.enable");
    await page.goto("/");
    assertEquals(await candidates, ["/hover", "/visible"]);
    await page.getByRole("link", { name: "/hover" }).hover();
    await prefetched.promise;
    await page.getByRole("link", { name: "/hover" }).click();
    await page.getByRole("heading", { name: "/hover" }).waitFor();
    // That in `hyper-nav` by the runtime, the other by the browser.
    assertEquals(requests.toSorted(), ["/hover prefetch null", "/nav null prefetch"]);
  });
  await app.close();
});
