/** Controls after a denied and after an invalid submission. */
import { assertEquals } from "@std/assert";
import { createHandler } from "../../mod.ts";
import { createTestClient, type TestForm } from "@hyper/actions/testing";
import { withPage } from "../support/browser.ts";
import { app, Arrivals, END, type Writer, writer } from "./runtime_app.ts";

const BODY = `<form data-hyper-form="save" method="post">
  <select name="s"><option>a<option selected>b<option>c</select><select name="m" multiple><option>a<option selected>b</select>
  <select name="n"><option>a<option>b</select>
  <label><input type="checkbox" name="on" checked>On</label><label><input type="checkbox" name="off">Off</label>
  <label><input type="radio" name="r" value="1" checked>1</label><label><input type="radio" name="r" value="2">2</label>
  <input name="t" value="old"><textarea name="u">old</textarea><button>Go</button></form>`;

const SERVER = "s=b&m=b&n=a&on=on&r=1";
const USER = "s=c&m=a&n=b&off=on&r=2";
const STATUSES: readonly [status: number, choices: string][] = [
  [200, USER],
  [401, SERVER],
  [403, SERVER],
  [404, SERVER],
  [409, SERVER],
  [400, USER],
  [422, USER],
  [429, USER],
  [500, USER],
];

const FIELDS = () =>
  new URLSearchParams(new FormData(document.querySelector("form")!) as unknown as string[][]).toString();
const answers = (status: number) => ({ save: () => new Response(null, { status }) });

for (const [status, choices] of STATUSES) {
  Deno.test(`after ${status} a form has ${choices === SERVER ? "the choices of the server" : "what was chosen"}, and what was typed`, async () => {
    const expected = `${choices}&t=typed&u=typed`;
    const served = app({ body: BODY, actions: answers(status) });
    await withPage(served, async ({ page, events }) => {
      await page.goto("/");
      await page.locator("[name=s]").selectOption("c");
      await page.locator("[name=m]").selectOption("a");
      await page.locator("[name=n]").selectOption("b");
      await page.getByLabel("On").uncheck();
      await page.getByLabel("Off").check();
      await page.getByLabel("2").check();
      await page.locator("[name=t]").fill("typed");
      await page.locator("textarea").fill("typed");
      await page.getByRole("button", { name: "Go" }).click();
      await events.next("hyper:afterRequest");
      assertEquals(await page.evaluate(FIELDS), expected);
    });
    const info = {
      remoteAddr: { transport: "tcp", hostname: "127.0.0.1", port: 1 },
      completed: Promise.resolve(),
    } as const;
    const handler = createHandler({ pages: [] });
    await using client = createTestClient(
      Object.assign((request: Request) => Promise.resolve(served(request, info)), handler),
    );
    const form = (await client.open("/")).findAll("form")[0] as TestForm;
    form.fill({ s: "c", m: ["a"], n: "b", On: false, Off: true, r: "2", t: "typed", u: "typed" });
    await form.submitWithRuntime();
    assertEquals(String(new URLSearchParams(form.entries() as [string, string][])), expected);
    await handler.close();
  });
}

Deno.test("a choice that was made after the form was sent stays when it is denied", async () => {
  const open = new Arrivals<Writer>();
  const save = () => {
    const answer = writer();
    open.add(answer);
    return answer.response;
  };
  await withPage(app({ body: BODY, actions: { save } }), async ({ page, events }) => {
    await page.goto("/");
    await page.locator("[name=s]").selectOption("c");
    await page.getByLabel("Off").check();
    await page.getByRole("button", { name: "Go" }).click();
    const answer = await open.next();
    await page.locator("[name=s]").selectOption("a");
    answer.send(["error", { status: 403, message: "No" }], END);
    await events.next("hyper:afterRequest");
    assertEquals(await page.evaluate(FIELDS), "s=a&m=b&n=a&on=on&r=1&t=old&u=old");
  });
});
