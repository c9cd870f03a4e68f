import { Buffer } from "node:buffer";
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import type { Page } from "playwright-core";
import { createApp } from "../../examples/uploads/app.ts";
import { Library } from "../../examples/uploads/library.ts";
import { pressAndAgree, type Visit } from "../support/browser.ts";
import { inspect, tabTo, visitExample } from "../support/example.ts";

/** The smallest possible image. */
const PICTURE = {
  name: "dot.png",
  mimeType: "image/png",
  buffer: Buffer.from(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
    "base64",
  ),
};
const TEXT = { name: "list.txt", mimeType: "text/plain", buffer: Buffer.from("Buy milk") };
/** Text that claims to be an image. */
const FORGED = { name: "cat.png", mimeType: "image/png", buffer: Buffer.from("Not a picture") };

for (const javaScriptEnabled of [true, false]) {
  const scripts = javaScriptEnabled ? "scripts on" : "scripts off";

  uploadsTest(`files are stored, shown and deleted, with ${scripts}`, async ({ page }, { stored }) => {
    await page.goto("/");
    await page.getByLabel("Files to add").setInputFiles([PICTURE, TEXT]);
    await page.getByRole("button", { name: "Upload" }).click();
    await page.getByRole("status").getByText("2 files uploaded").waitFor();
    assertEquals(await page.locator("#files a").allTextContents(), ["list.txt", "dot.png"]);
    await page.waitForFunction(() => document.querySelector<HTMLImageElement>("#files img")?.naturalWidth === 1);
    assertEquals(await chosen(page), []);
    assertEquals(stored().length, 2);
    await pressAndAgree(page, "Delete list.txt", javaScriptEnabled);
    await page.getByRole("status").getByText("File deleted").waitFor();
    assertEquals(await page.locator("#files a").allTextContents(), ["dot.png"]);
    assertEquals(stored().length, 1);
  }, { javaScriptEnabled });

  uploadsTest(`a file of another type is rejected at its field, with ${scripts}`, async ({ page }, { stored }) => {
    await page.goto("/");
    await page.getByLabel("Files to add").setInputFiles([TEXT, FORGED]);
    await page.getByRole("button", { name: "Upload" }).click();
    await page.locator(".hyper-errors").getByText("Choose images, PDF, text or zip files").waitFor();
    assertEquals(await page.getByLabel("Files to add").getAttribute("aria-invalid"), "true");
    assertEquals(stored(), []);
    // A browser without scripts has a new page, and forgets the chosen files.
    assertEquals(await chosen(page), javaScriptEnabled ? ["list.txt", "cat.png"] : []);
    await page.getByLabel("Files to add").setInputFiles([TEXT]);
    await page.getByRole("button", { name: "Upload" }).click();
    await page.getByRole("status").getByText("1 file uploaded").waitFor();
    assertEquals(await page.locator(".hyper-errors").count(), 0);
  }, { javaScriptEnabled });
}

uploadsTest("chosen files are shown before they are sent, images with a preview", async ({ page, events }) => {
  await page.goto("/");
  await page.getByLabel("Files to add").setInputFiles([PICTURE, TEXT]);
  assertEquals(await page.getByRole("list", { name: "Chosen files" }).locator("li").allTextContents(), [
    "dot.png",
    "list.txt",
  ]);
  await page.waitForFunction(() => document.querySelector<HTMLImageElement>(".chosen img")?.naturalWidth === 1);
  assertEquals(events.types, []);
});

uploadsTest("a file that is too large is not sent at all", async ({ page, events }, { file }) => {
  await page.goto("/");
  await page.getByLabel("Files to add").setInputFiles(await file("large.zip", 64 * 1024 * 1024 + 1));
  await page.getByText("large.zip, too large").waitFor();
  await page.getByRole("button", { name: "Upload" }).click();
  const message = page.getByLabel("Files to add").evaluate((input: HTMLInputElement) => input.validationMessage);
  assertEquals(await message, "large.zip is larger than 64 MB");
  assertEquals(events.types, []);
});

uploadsTest("a large file shows its progress", async ({ page, events }, { file }) => {
  await page.goto("/");
  await page.getByLabel("Files to add").setInputFiles(await file("large.pdf", 40 * 1024 * 1024));
  await page.getByRole("button", { name: "Upload" }).click();
  await page.getByRole("status").getByText("1 file uploaded").waitFor();
  const steps = events.of("hyper:uploadProgress").map(({ detail }) => Number(detail.progress));
  assertEquals(steps.at(-1), 1);
  assert(steps.some((step) => step > 0 && step < 1), `${steps}`);
  assertEquals(await page.locator("#files .size").textContent(), "41.9 MB");
});

uploadsTest("a canceled upload leaves nothing behind, and can be sent again", async ({ page, events }, {
  file,
  hold,
  stored,
}) => {
  const release = hold();
  await page.goto("/");
  await page.getByLabel("Files to add").setInputFiles(await file("large.pdf", 40 * 1024 * 1024));
  await page.getByRole("button", { name: "Upload" }).click();
  await page.getByRole("progressbar", { name: "Sent" }).waitFor();
  await page.getByRole("button", { name: "Cancel" }).click();
  release();
  await page.getByText("Upload canceled").waitFor();
  await page.getByRole("progressbar", { name: "Sent" }).waitFor({ state: "hidden" });
  assertEquals((await events.next("hyper:requestAborted")).detail.reason, "abort");
  assertEquals(await chosen(page), ["large.pdf"]);
  await page.getByRole("button", { name: "Upload" }).click();
  await page.getByRole("status").getByText("1 file uploaded").waitFor();
  assertEquals(stored().length, 1);
});

for (const colorScheme of ["light", "dark"] as const) {
  uploadsTest(`the page is accessible, and usable with the keyboard alone, in ${colorScheme}`, async ({ page }) => {
    await page.goto("/");
    await inspect(page, "/ without a file");
    await page.getByLabel("Files to add").setInputFiles([PICTURE, FORGED]);
    await tabTo(page, "Upload");
    await page.keyboard.press("Enter");
    await page.locator(".hyper-errors").waitFor();
    await inspect(page, "/ with files that were refused");
    await page.getByLabel("Files to add").setInputFiles([PICTURE]);
    await tabTo(page, "Upload");
    await page.keyboard.press("Enter");
    await page.getByRole("status").getByText("1 file uploaded").waitFor();
    await inspect(page, "/ with a file");
    await tabTo(page, "Delete dot.png");
    await page.keyboard.press("Enter");
    await page.getByRole("alertdialog").waitFor();
    await inspect(page, "/ with a question");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("status").getByText("File deleted").waitFor();
  }, { colorScheme });
}

/** Parts of a test outside the page. */
interface Tools {
  /** The stored files. */
  readonly stored: () => readonly string[];
  /** Creates a file of this size to choose, which begins like a PDF, and returns its path. */
  readonly file: (name: string, bytes: number) => Promise<string>;
  /** Blocks the content of files until it is released. */
  readonly hold: () => () => void;
}

/** A file library that can be slow. */
class SlowLibrary extends Library {
  held: Promise<void> = Promise.resolve();

  override async take(stream: ReadableStream<Uint8Array>) {
    await this.held;
    return await super.take(stream);
  }
}

function uploadsTest(
  name: string,
  visit: (visit: Visit, tools: Tools) => Promise<void>,
  options: { readonly javaScriptEnabled?: boolean; readonly colorScheme?: "light" | "dark" } = {},
): void {
  Deno.test(`uploads: ${name}`, async () => {
    const folder = await Deno.makeTempDir();
    const chosen = await Deno.makeTempDir();
    using library = new SlowLibrary(folder);
    const tools: Tools = {
      stored: () => Array.from(Deno.readDirSync(folder), ({ name }) => name).filter((name) => !name.includes("sqlite")),
      file: async (name, bytes) => {
        await Deno.writeTextFile(join(chosen, name), "%PDF-1.7\n");
        await Deno.truncate(join(chosen, name), bytes);
        return join(chosen, name);
      },
      hold: () => {
        const { promise, resolve } = Promise.withResolvers<void>();
        library.held = promise;
        return resolve;
      },
    };
    try {
      await visitExample(createApp(library), (it) => visit(it, tools), options);
    } finally {
      await Deno.remove(folder, { recursive: true });
      await Deno.remove(chosen, { recursive: true });
    }
  });
}

/** Returns the names of the chosen files. */
function chosen(page: Page): Promise<string[]> {
  return page.getByLabel("Files to add").evaluate((input: HTMLInputElement) =>
    Array.from(input.files ?? [], ({ name }) => name)
  );
}
