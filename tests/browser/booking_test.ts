/** The booking system of `examples/`: its journey in two browsers, with scripts and without, through a restart, and by keyboard. */
import type { Handler } from "@hyper/actions";
import { assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import type { Page } from "playwright-core";
import { type App, createApp } from "../../examples/booking/app.ts";
import { FIRST_PASSWORD } from "../../examples/booking/database.ts";
import { findViolations } from "../support/axe.ts";
import { type PageOptions, untilPreloaded, type Visit } from "../support/browser.ts";
import { inspect, tabTo, visitExample } from "../support/example.ts";

/** A Friday. The week after it is free. */
const NOW = "2030-01-04T10:00";
const NEXT_WEEK = "/?week=2030-01-07&service=massage";
const NINE = "09:00 Ada: book on Mon 7 Jan";
const TEN = "10:00 Ada: book on Mon 7 Jan";

/** The server of a test. */
interface Server {
  /** Starts it again, with the same files. */
  restart(): Promise<void>;
}

for (const javaScriptEnabled of [true, false]) {
  for (const [width, device] of [[1280, "a desktop"], [390, "a telephone"]] as const) {
    const how = `${javaScriptEnabled ? "scripts on" : "scripts off"}, on ${device}`;
    const options = { javaScriptEnabled, viewport: { width, height: 800 } };

    bookingTest(`two customers want one time, the second takes another, with ${how}`, async (visit, server) => {
      const { page } = visit;
      const other = await openBrowser(visit, options);
      await signUp(page, "Cleo");
      await signUp(other, "Dora");
      for (const browser of [page, other]) {
        await browser.goto(NEXT_WEEK);
        await browser.getByRole("link", { name: NINE }).click();
        await browser.getByRole("heading", { name: "Book an appointment" }).waitFor();
      }
      await page.getByLabel("Service", { exact: true }).selectOption("physio");
      if (!javaScriptEnabled) await page.getByRole("button", { name: "Update the form" }).click();
      await page.getByLabel("Duration", { exact: true }).selectOption("60");
      if (javaScriptEnabled) await page.getByLabel("Note for the practice").fill("My back");
      await page.getByRole("button", { name: "Book", exact: true }).click();
      await page.getByText("Booked: Monday 7 January at 09:00").first().waitFor();
      // With scripts, the dialog was over the calendar, which both browsers show without the time now.
      if (!javaScriptEnabled) await page.goto(NEXT_WEEK);
      await page.getByRole("link", { name: TEN }).waitFor();
      await page.getByRole("link", { name: NINE }).waitFor({ state: "detached" });
      if (javaScriptEnabled) await other.locator("a[href*='01-07T09%3A00'][href*=Ada]").waitFor({ state: "detached" });

      await other.getByRole("button", { name: "Book", exact: true }).click();
      await other.getByText("This time has just been taken").first().waitFor();
      await other.getByText("Other free times of this day").click();
      await other.getByRole("link", { name: "10:00 Ada", exact: true }).click();
      await other.getByText("Monday 7 January at 10:00").first().waitFor();
      await server.restart();
      await other.getByRole("button", { name: "Book", exact: true }).click();
      await other.getByText("Booked: Monday 7 January at 10:00").first().waitFor();
      await other.getByRole("link", { name: "My appointments" }).click();
      await other.locator("#booking-2", { hasText: "10:00" }).waitFor();
      assertEquals(await other.locator(".bookings li").count(), 1);
    }, options);

    bookingTest(`a customer moves, cancels and takes that back, with ${how}`, async ({ page }) => {
      await signUp(page, "Cleo");
      await bookNine(page);
      await page.getByRole("link", { name: "My appointments" }).click();
      await page.getByRole("link", { name: "Move the appointment" }).click();
      await page.getByRole("heading", { name: "Move the appointment" }).waitFor();
      // The choice of a script is not that of a user, which counts from the start.
      if (javaScriptEnabled) await untilPreloaded(page, ["validate"]);
      await page.getByLabel("Day", { exact: true }).selectOption("2030-01-09");
      if (!javaScriptEnabled) await page.getByRole("button", { name: "Update the form" }).click();
      await page.getByLabel("Time", { exact: true }).selectOption("2030-01-09T11:00");
      await page.getByRole("button", { name: "Move", exact: true }).click();
      await page.getByText("Moved to Wednesday 9 January at 11:00").first().waitFor();
      await page.locator("#booking-1", { hasText: "Wednesday 9 January at 11:00" }).waitFor();
      await page.getByRole("link", { name: "Cancel the appointment" }).click();
      await page.getByRole("button", { name: "Cancel it" }).click();
      await page.getByText("Canceled: Wednesday 9 January at 11:00").first().waitFor();
      await page.getByText("You have no appointments.").waitFor();
      await page.getByRole("button", { name: "Undo" }).click();
      await page.getByText("The appointment is booked again").first().waitFor();
      await page.locator("#booking-1").waitFor();
    }, options);

    bookingTest(`the staff changes hours and marks an appointment, with ${how}`, async (visit) => {
      const { page } = visit;
      const customer = await openBrowser(visit, options);
      await signUp(customer, "Cleo");
      await bookNine(customer);
      await signIn(page, "Ada");
      await page.goto("/staff");
      await page.getByLabel("Customer or note").fill("cle");
      if (!javaScriptEnabled) await page.getByRole("button", { name: "Show" }).click();
      await page.waitForURL(/q=cle/);
      await page.getByRole("checkbox", { name: "Cleo" }).check();
      await page.getByRole("button", { name: "Attended" }).click();
      await page.getByText("1 appointment changed").first().waitFor();
      await page.locator("#appointment-1 em", { hasText: "Attended" }).waitFor();

      await page.goto("/staff/hours");
      await page.getByRole("button", { name: "Add hours" }).click();
      await page.getByLabel("Weekday", { exact: true }).nth(5).selectOption("1");
      await page.getByLabel("Opens", { exact: true }).nth(5).fill("14:00");
      await page.getByLabel("Closes", { exact: true }).nth(5).fill("13:00");
      await page.getByRole("button", { name: "Save" }).click();
      await page.getByText("Enter a time after the opening").first().waitFor();
      await page.getByLabel("Closes", { exact: true }).nth(5).fill("15:00");
      await customer.goto("/?week=2030-01-14&person=Ada");
      await page.getByRole("button", { name: "Save" }).click();
      await page.getByText("The opening hours are saved").first().waitFor();
      if (!javaScriptEnabled) await customer.reload();
      await customer.getByRole("link", { name: "14:30 Ada: book on Mon 14 Jan" }).waitFor();
    }, options);

    bookingTest(`a profile keeps a draft and a picture, with ${how}`, async ({ page }, server) => {
      await signUp(page, "Cleo");
      await page.getByRole("link", { name: "Profile" }).click();
      await page.getByLabel("About you", { exact: true }).fill("Allergic to pine");
      if (!javaScriptEnabled) await page.getByRole("button", { name: "Save draft" }).click();
      await page.getByText("Draft saved", { exact: true }).waitFor();
      await server.restart();
      await page.goto("/profile");
      assertEquals(await page.getByLabel("About you", { exact: true }).inputValue(), "Allergic to pine");
      await page.locator("input[type=file]").setInputFiles({ name: "me.png", mimeType: "image/png", buffer: PNG });
      await page.getByRole("button", { name: "Upload" }).click();
      await page.getByRole("img", { name: "Picture of Cleo" }).waitFor();
      // The upload has not touched what was typed before.
      assertEquals(await page.getByLabel("About you", { exact: true }).inputValue(), "Allergic to pine");
    }, options);
  }
}

const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

bookingTest("an appointment is booked, canceled and taken back by keyboard alone", async ({ page }) => {
  await signUp(page, "Cleo");
  await page.goto(`${NEXT_WEEK}&person=Ada`);
  await tabTo(page, NINE);
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").getByRole("heading", { name: "Book an appointment" }).waitFor();
  await tabTo(page, "Book");
  await page.keyboard.press("Enter");
  await page.getByText("Booked: Monday 7 January at 09:00").first().waitFor();
  await tabTo(page, "My appointments");
  await page.keyboard.press("Enter");
  await page.locator("#booking-1").waitFor();
  await tabTo(page, "Cancel the appointment: Monday 7 January at 09:00");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").getByRole("heading", { name: "Cancel the appointment" }).waitFor();
  await tabTo(page, "Cancel it");
  await page.keyboard.press("Enter");
  await page.getByText("You have no appointments.").waitFor();
  // The toast is moved to the page when the dialog closes.
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  await tabTo(page, "Undo");
  await page.keyboard.press("Enter");
  await page.locator("#booking-1").waitFor();
});

for (const colorScheme of ["light", "dark"] as const) {
  bookingTest(`axe-core finds no violation on any page, in ${colorScheme}`, async ({ page }) => {
    await page.goto("/sign-up");
    await inspect(page, "/sign-up");
    await signIn(page, "Ada");
    await bookNine(page);
    const paths = [NEXT_WEEK, "/mine", "/move?id=1", "/cancel?id=1", "/profile", "/staff", "/staff/hours", "/nowhere"];
    for (const path of paths) {
      await page.goto(path);
      await inspect(page, path);
    }
    await page.setViewportSize({ width: 1024, height: 768 });
    await page.goto(NEXT_WEEK);
    await page.getByRole("link", { name: TEN }).click();
    await page.getByRole("dialog").getByRole("heading", { name: "Book an appointment" }).waitFor();
    assertEquals(await findViolations(page), []);
  }, { colorScheme });
}

async function signUp(page: Page, name: string): Promise<void> {
  await page.goto("/sign-up");
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("Password", { exact: true }).fill("a long password");
  await page.getByRole("button", { name: "Create an account" }).click();
  await page.getByRole("link", { name: "My appointments" }).waitFor();
}

async function signIn(page: Page, name: string): Promise<void> {
  await page.goto("/sign-in");
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("Password", { exact: true }).fill(FIRST_PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("link", { name: "My appointments" }).waitFor();
}

async function bookNine(page: Page): Promise<void> {
  await page.goto("/book?starts=2030-01-07T09:00&person=Ada");
  await page.getByRole("button", { name: "Book", exact: true }).click();
  await page.locator("#booking-1").waitFor();
}

/** Opens a page in another browser: it has its own cookies. */
async function openBrowser({ context, url }: Visit, options: PageOptions): Promise<Page> {
  const other = await context.browser()!.newContext({ ...options, baseURL: url });
  return await other.newPage();
}

function bookingTest(
  name: string,
  use: (visit: Visit, server: Server) => Promise<void>,
  options: PageOptions = {},
): void {
  Deno.test(`booking: ${name}`, async () => {
    const folder = await Deno.makeTempDir();
    const open = () => createApp({ folder, now: () => NOW });
    let app: App = await open();
    // The one that runs at the moment.
    const current: Handler = Object.assign((...args: Parameters<Handler>) => app.handler(...args), app.handler, {
      close: () => app.handler.close(),
    });
    const server = {
      async restart() {
        await app[Symbol.asyncDispose]();
        app = await open();
      },
    };
    try {
      await visitExample(current, (visit) => use(visit, server), options);
    } finally {
      await app[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    }
  });
}
