/** `Link: rel=preload` in Chromium: each file is requested once, under a policy that allows nothing else. */
import { createHandler } from "@hyper/actions";
import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { withPage } from "../support/browser.ts";
import type {} from "../../client.ts";

Deno.test("a file that the header names is requested once, and no policy complains", async () => {
  const baseDir = await Deno.makeTempDir();
  await Deno.mkdir(join(baseDir, "static"));
  await Deno.writeTextFile(join(baseDir, "static", "style.css"), "h1 { color: rgb(1, 2, 3) }");
  const app = createHandler({
    baseDir,
    headers: {
      "content-security-policy":
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:",
    },
    pages: [{
      path: "/",
      load: () =>
        Promise.resolve({
          default: () => <h1>Page</h1>,
          head: [<link key="i" rel="icon" href="data:," />, <link key="s" rel="stylesheet" href="/style.css" />],
        }),
    }],
  });
  const requests: string[] = [];
  const handler = async (request: Request) => {
    requests.push(new URL(request.url).pathname);
    return await app(request);
  };
  await withPage(handler, async ({ page }) => {
    const warnings: string[] = [];
    page.on("console", (message) => warnings.push(message.text()));
    const response = await page.goto("/");
    assertEquals(
      response?.headers().link,
      "</style.css>; rel=preload; as=style, </_hyper/client.js>; rel=modulepreload",
    );
    await page.waitForFunction(() => globalThis.Hyper);
    const color = await page.getByRole("heading").evaluate((element) => getComputedStyle(element).color);
    assertEquals([color, warnings], ["rgb(1, 2, 3)", []]);
    const files = requests.filter((path) => path === "/style.css" || path === "/_hyper/client.js");
    assertEquals(files.toSorted(), ["/_hyper/client.js", "/style.css"]);
  });
  await app.close();
  await Deno.remove(baseDir, { recursive: true });
});
