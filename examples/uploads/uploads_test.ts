import { createTestClient, type TestClient } from "@hyper/actions/testing";
import { assertEquals } from "@std/assert";
import { createApp } from "./app.ts";
import { Library } from "./library.ts";

const text = new File(["Buy milk"], "list.txt", { type: "text/plain" });
const pdf = new File(["%PDF-1.7 a page"], "page.pdf", { type: "application/pdf" });
/** A text file with the type of an image. */
const forged = new File(["Not a picture"], "cat.png", { type: "image/png" });

uploadsTest("files are stored, listed, read and deleted, with scripts off", async (client) => {
  let page = await client.open("/");
  page = await page.form("Upload").fill({ "Files to add": [text, pdf] }).submit();
  assertEquals(page.findAll("#files a").map(({ text }) => text), ["page.pdf", "list.txt"]);
  const file = await page.click("list.txt");
  assertEquals(file.headers.get("content-disposition"), "attachment; filename*=UTF-8''list.txt");
  assertEquals(file.body, "Buy milk");
  page = await page.click("Delete list.txt");
  assertEquals(page.findAll("#files a").map(({ text }) => text), ["page.pdf"]);
});

uploadsTest("a rejected file is deleted", async (client, folder) => {
  const page = await client.open("/");
  const outcome = await page.form("Upload").fill({ "Files to add": [text, forged] }).submitWithRuntime();
  assertEquals(outcome.status, 422);
  assertEquals(page.form("Upload").field("Files to add").isInvalid, true);
  assertEquals(filesIn(folder), []);
});

uploadsTest("a file that is too large produces a field error", async (client, folder) => {
  const large = new File([new Uint8Array(64 * 1024 * 1024 + 1)], "large.txt", { type: "text/plain" });
  const page = await (await client.open("/")).form("Upload").fill({ "Files to add": [large] }).submit();
  assertEquals(page.find(".hyper-errors").text, "Choose files of 64 MB or less");
  assertEquals(filesIn(folder), []);
});

function uploadsTest(name: string, run: (client: TestClient, folder: string) => Promise<void>): void {
  Deno.test(`uploads: ${name}`, async () => {
    const folder = await Deno.makeTempDir();
    using files = new Library(folder);
    try {
      await using client = createTestClient(createApp(files));
      await run(client, folder);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

function filesIn(folder: string): readonly string[] {
  return Array.from(Deno.readDirSync(folder), ({ name }) => name).filter((name) => !name.startsWith("uploads.sqlite"));
}
