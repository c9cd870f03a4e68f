import { assert, assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { createHandler } from "@hyper/actions";
import type { Page } from "playwright-core";
import { pressAndAgree, untilValue, withPage } from "../support/browser.ts";
import { addNote, closeDatabase, findNote, listNotes } from "../../examples/notes/database.ts";

const baseDir = fromFileUrl(import.meta.resolve("../../examples/notes/"));

/** Input with markup, quotes, emoji of several code points, and right-to-left text. */
const AWKWARD = `<script>alert(1)</script> & "quotes" 'too' 👩‍👩‍👧 שלום`;

for (const javaScriptEnabled of [true, false]) {
  const scripts = javaScriptEnabled ? "scripts on" : "scripts off";

  notesTest(`notes: a note is added, with ${scripts}`, javaScriptEnabled, async (page) => {
    await page.goto("/");
    await page.getByText("No notes yet").waitFor({ state: "hidden" });
    await page.getByLabel("New note").fill("Buy milk");
    await page.getByRole("button", { name: "Add" }).click();
    await page.getByRole("status").getByText("Note added").waitFor();
    assertEquals(await page.getByLabel(/Title of note/).inputValue(), "Buy milk");
    await untilValue(page.getByLabel("New note"), "");
    assertEquals(listNotes().map(({ title }) => title), ["Buy milk"]);
  });

  notesTest(`notes: an awkward title is shown again as typed, with ${scripts}`, javaScriptEnabled, async (page) => {
    await page.goto("/");
    await page.getByLabel("New note").fill(AWKWARD);
    await page.getByRole("button", { name: "Add" }).click();
    await page.getByRole("status").getByText("Note added").waitFor();
    assertEquals(await page.getByLabel(/Title of note/).inputValue(), AWKWARD);
    assertEquals(listNotes()[0]?.title, AWKWARD);
  });

  notesTest(
    `notes: a title that is too long is rejected twice in its own row, then saved, with ${scripts}`,
    javaScriptEnabled,
    async (page) => {
      const milk = addNote({ title: "Milk", body: "", due: null });
      const bread = addNote({ title: "Bread", body: "", due: null });
      await page.goto("/?q=");
      const row = page.locator(`#note-${milk.id}`);
      const title = row.getByLabel(`Title of note ${milk.id}`);
      for (const length of [81, 90]) {
        // Bypasses the validation of the browser, to test that of the server.
        await title.evaluate((input) => input.removeAttribute("maxlength"));
        await title.fill("x".repeat(length));
        await row.getByRole("button", { name: "Save" }).click();
        await row.getByText("at most 80 characters").waitFor();
        assertEquals(await title.inputValue(), "x".repeat(length));
        assertEquals(await title.getAttribute("aria-invalid"), "true");
        assertEquals(await page.getByLabel(`Title of note ${bread.id}`).inputValue(), "Bread");
      }
      await title.fill("Oat milk");
      await row.getByRole("button", { name: "Save" }).click();
      await page.getByRole("status").getByText("Title saved").waitFor();
      assertEquals(await title.inputValue(), "Oat milk");
      assertEquals(findNote(milk.id)?.title, "Oat milk");
      assertEquals(await row.getByText("at most 80 characters").count(), 0);
    },
  );

  notesTest(`notes: a note is deleted, with ${scripts}`, javaScriptEnabled, async (page) => {
    addNote({ title: "Milk", body: "", due: null });
    await page.goto("/");
    await pressAndAgree(page, "Delete Milk", javaScriptEnabled);
    await page.getByRole("status").getByText("Note deleted").waitFor();
    assertEquals(await page.getByRole("listitem").count(), 0);
    assertEquals(listNotes(), []);
  });

  notesTest(`notes: the search finds text in title and body, with ${scripts}`, javaScriptEnabled, async (page) => {
    addNote({ title: "Milk", body: "", due: null });
    addNote({ title: "Shopping", body: "also milk", due: null });
    addNote({ title: "Bread", body: "", due: null });
    await page.goto("/");
    await page.getByRole("searchbox").fill("MILK");
    if (!javaScriptEnabled) await page.getByRole("button", { name: "Search" }).click();
    await page.getByLabel(/Title of note/).nth(2).waitFor({ state: "detached" });
    assertEquals(await page.getByRole("listitem").count(), 2);
    await page.waitForURL("/?q=MILK");
    assertEquals(await page.getByRole("searchbox").inputValue(), "MILK");
  });

  notesTest(
    `notes: the page of a note rejects, keeps and saves input, with ${scripts}`,
    javaScriptEnabled,
    async (page) => {
      const note = addNote({ title: "Milk", body: "one\ntwo", due: null });
      await page.goto(`/notes/${note.id}`);
      assertEquals(await page.getByLabel("Text").inputValue(), "one\ntwo");
      for (const body of ["\nfirst", "\nsecond"]) {
        await page.getByLabel("Title").evaluate((input) => input.removeAttribute("required"));
        await page.getByLabel("Title").fill("");
        await page.getByLabel("Text").fill(body);
        await page.getByRole("button", { name: "Save" }).click();
        await page.getByText("Enter a title").first().waitFor();
        assertEquals(await page.getByLabel("Text").inputValue(), body);
        const origin = page.locator("[data-hyper-form=save_note] [name=_next_form_origin]");
        assertEquals(await origin.inputValue(), `/notes/${note.id}`);
      }
      await page.getByLabel("Title").fill(AWKWARD);
      await page.getByLabel("Due").fill("2030-02-28");
      await page.getByRole("button", { name: "Save" }).click();
      await page.getByRole("status").getByText("Note saved").waitFor();
      assertEquals(await page.getByRole("heading", { level: 1 }).textContent(), AWKWARD);
      assertEquals(findNote(note.id), { id: note.id, title: AWKWARD, body: "\nsecond", due: "2030-02-28" });
      assertEquals(await page.getByText("Enter a title").count(), 0);
    },
  );

  notesTest(
    `notes: a note deleted on its own page redirects to the list, with ${scripts}`,
    javaScriptEnabled,
    async (page) => {
      const note = addNote({ title: "Milk", body: "", due: null });
      await page.goto(`/notes/${note.id}`);
      await pressAndAgree(page, "Delete this note", javaScriptEnabled);
      await page.waitForURL("/");
      assertEquals(listNotes(), []);
    },
  );

  notesTest(`notes: a backup ends on the same page, with ${scripts}`, javaScriptEnabled, async (page) => {
    for (const title of ["Milk", "Bread", "Tea"]) addNote({ title, body: "", due: null });
    await page.goto("/");
    await page.getByRole("button", { name: "Back up" }).click();
    if (javaScriptEnabled) await page.getByRole("progressbar").waitFor();
    await page.getByText("3 notes backed up on").waitFor();
    await page.getByRole("status").getByText("Backup complete").waitFor();
    assertEquals(await page.getByRole("progressbar").count(), 0);
  });

  notesTest(`notes: an unknown address has a page, with ${scripts}`, javaScriptEnabled, async (page) => {
    for (const path of ["/nowhere", "/notes/4711"]) {
      const response = await page.goto(path);
      assertEquals(response?.status(), 404, path);
      await page.getByRole("heading", { name: "Page not found" }).waitFor();
      assertEquals(await page.getByRole("banner").count(), 1);
    }
  });
}

notesTest("notes: a change is shown in another tab, as its own search asks for", true, async (page) => {
  const milk = addNote({ title: "Milk", body: "", due: null });
  await page.goto("/?q=oat");
  await page.locator("#notes[data-empty='No matching notes']").waitFor();
  const other = await page.context().newPage();
  await other.goto("/");
  await other.getByLabel(`Title of note ${milk.id}`).fill("Oat milk");
  await other.locator(`#note-${milk.id}`).getByRole("button", { name: "Save" }).click();
  await other.getByLabel("New note").fill("Bread");
  await other.getByRole("button", { name: "Add" }).click();
  await other.getByRole("status").getByText("Note added").waitFor();
  await page.bringToFront();
  await page.getByLabel(`Title of note ${milk.id}`).waitFor();
  assertEquals(await page.getByRole("listitem").count(), 1);
});

notesTest("notes: all controls can be reached with the keyboard alone", true, async (page) => {
  const note = addNote({ title: "Milk", body: "", due: null });
  await page.goto("/");
  await page.keyboard.press("Tab");
  assertEquals(await focused(page), "Skip to the notes");
  await page.getByLabel("New note").focus();
  await page.keyboard.type("Bread");
  await page.keyboard.press("Enter");
  await page.getByRole("status").getByText("Note added").waitFor();
  assert(await page.getByLabel("New note").evaluate((input) => input === document.activeElement));
  await page.getByLabel(`Title of note ${note.id}`).focus();
  await page.keyboard.type("!");
  await page.keyboard.press("Enter");
  await page.getByRole("status").getByText("Title saved").waitFor();
});

for (const colorScheme of ["light", "dark"] as const) {
  notesTest(`notes: no content is cut off on a phone, in ${colorScheme}`, true, async (page) => {
    addNote({ title: "x".repeat(80), body: "", due: "2020-01-01" });
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width: 320, height: 640 });
    for (const path of ["/", `/notes/${listNotes()[0]?.id}`]) {
      await page.goto(path);
      assertEquals(await page.evaluate(() => document.documentElement.scrollWidth), 320);
    }
  });
}

function notesTest(name: string, javaScriptEnabled: boolean, visit: (page: Page) => Promise<void>): void {
  Deno.test(name, async () => {
    // Each test begins with a separate database in memory.
    Deno.env.set("NOTES_DATABASE", ":memory:");
    closeDatabase();
    const handler = createHandler({ baseDir });
    try {
      await withPage(handler, ({ page }) => visit(page), { javaScriptEnabled });
    } finally {
      await handler.close();
      closeDatabase();
      Deno.env.delete("NOTES_DATABASE");
    }
  });
}

function focused(page: Page): Promise<string | null> {
  return page.evaluate(() => document.activeElement?.textContent ?? null);
}
