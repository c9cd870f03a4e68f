import { assertEquals } from "@std/assert";
import { createHandler } from "../../mod.ts";
import { createTestClient, recordSignals } from "@hyper/actions/testing";
import { makeSite, pagesOf, visit } from "./site.tsx";

Deno.test("client.signals contains registered, invalid and dispatched actions, in order", async () => {
  await using client = visit(makeSite());
  const page = await client.open("/");
  assertEquals(client.signals.of("actionRegistered").some(({ actionName }) => actionName === "pay"), true);
  client.signals.clear();
  await page.form("Add").fill({ Title: "too long" }).submit();
  await client.open("/");
  await client.action("pay", { amount: 1 });
  assertEquals(client.signals.all.map(({ name, payload }) => [name, payload.actionName]), [
    ["formValidationFailed", "add_note"],
    ["actionDispatched", "pay"],
  ]);
  assertEquals(client.signals.of("formValidationFailed").map(({ fieldNames }) => fieldNames), [["title"]]);
});

Deno.test("recordSignals() records one handler, and nothing after it was disposed", async () => {
  const [one, other] = [makeSite(), makeSite()].map((site) =>
    createHandler({ baseDir: "/srv/site", pages: pagesOf(site) })
  );
  if (one === undefined || other === undefined) throw new Error("two handlers were made");
  await using client = createTestClient(one);
  await using stranger = createTestClient(other);
  const record = recordSignals(one);
  await stranger.action("nothing");
  await client.action("nothing");
  record[Symbol.dispose]();
  await client.action("nothing");
  assertEquals(record.of("actionDispatched").length, 1);
  await Promise.all([one.close(), other.close()]);
});

Deno.test("a list of recorded signals does not change later", async () => {
  await using client = visit(makeSite());
  await client.open("/");
  const { all } = client.signals;
  await client.action("nothing");
  assertEquals(client.signals.all.length, all.length + 1);
});
