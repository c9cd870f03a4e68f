import { assertEquals } from "@std/assert";
import type { Region } from "../../src/actions/region.ts";
import { SharedRenders } from "../../src/actions/shared_renders.ts";

const REGION = { name: "box", every: null } as Region;

/** Renders that are counted. */
function counted(version = () => 1, now = () => 0) {
  const renders: string[] = [];
  const shared = new SharedRenders(version, now);
  const get = (instance: string, { html = instance, region = REGION, topics = ["box"] } = {}) =>
    shared.get(region, instance, topics, () => {
      renders.push(instance);
      return Promise.resolve(html);
    });
  return { renders, get };
}

Deno.test("SharedRenders.get() renders again when the version grows, and when the topics differ", async () => {
  let version = 1;
  const { renders, get } = counted(() => version);
  await get("a");
  await get("a");
  assertEquals(renders, ["a"]);
  version = 2;
  await get("a");
  await get("a", { topics: ["other"] });
  assertEquals(renders, ["a", "a", "a"]);
});

Deno.test("SharedRenders.get() with every renders again after that time", async () => {
  let now = 0;
  const { renders, get } = counted(() => 1, () => now);
  const region = { ...REGION, every: 2 };
  await get("a", { region });
  now = 1_999;
  await get("a", { region });
  assertEquals(renders, ["a"]);
  now = 2_000;
  await get("a", { region });
  assertEquals(renders, ["a", "a"]);
});

Deno.test("SharedRenders.get() keeps 1,000 renders, and 16,777,216 characters of them", async () => {
  const { renders, get } = counted();
  for (let i = 0; i <= 1_000; i++) await get(`${i}`);
  await get("1000");
  assertEquals(renders.length, 1_001);
  await get("0");
  assertEquals(renders.length, 1_002);
  const large = "x".repeat(8_388_608);
  for (const name of ["large 1", "large 2", "large 3"]) await get(name, { html: large });
  await get("large 3");
  assertEquals(renders.length, 1_005);
  await get("large 1");
  assertEquals(renders.length, 1_006);
});
