import { assertEquals, assertGreater } from "@std/assert";
import { TopicVersions } from "../../src/live/versions.ts";

Deno.test("TopicVersions.of() grows with a change of one of the topics, and with no other", () => {
  const versions = new TopicVersions();
  versions.touch(["a"]);
  const before = versions.of(["a", "b"]);
  versions.touch(["c"]);
  assertEquals(versions.of(["a", "b"]), before);
  versions.touch(["b"]);
  assertGreater(versions.of(["a", "b"]), before);
});

Deno.test("TopicVersions.touchAll() raises the version of every topic, also of one that is not known", () => {
  const versions = new TopicVersions();
  versions.touch(["a"]);
  const before = versions.of(["a", "new"]);
  versions.touchAll();
  assertGreater(versions.of(["a"]), before);
  assertGreater(versions.of(["new"]), before);
});

Deno.test("TopicVersions.touch() with more topics than it keeps raises all versions", () => {
  const versions = new TopicVersions();
  const before = versions.of(["first"]);
  for (let i = 0; i <= 10_000; i++) versions.touch([`topic:${i}`]);
  assertGreater(versions.of(["first"]), before);
});
