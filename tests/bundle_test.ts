import { assert, assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { INTERNAL } from "./support/bundle_client.ts";

Deno.test("src/client_bundle.ts is what `deno task bundle` would write", async () => {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", fromFileUrl(import.meta.resolve("./support/bundle_client.ts")), "--check"],
  }).output();
  assert(success, new TextDecoder().decode(stderr));
});

Deno.test("the bundle shortens no name that a page can see", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", fromFileUrl(import.meta.resolve("../client.ts"))],
  }).output();
  const named = new Set<unknown>();
  JSON.parse(new TextDecoder().decode(stdout), (key, value) => {
    if (key === "name") named.add(value);
    return value;
  });
  // What the test would be worth nothing without: the parts of options, outcomes and events are among the names.
  for (const name of ["onBeforeSubmit", "blocked", "waitUntil"]) assert(named.has(name), name);
  assertEquals(INTERNAL.filter((name) => named.has(name)), []);
});
