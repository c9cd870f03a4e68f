import { assert, assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { INTERNAL } from "./support/bundle_client.ts";

for (
  const [output, script] of [
    ["src/client_bundle.ts", "bundle_client.ts"],
    ["src/dev/panel_bundle.ts", "bundle_panel.ts"],
    ["src/style/base_css.ts", "bundle_style.ts"],
    ["examples/showcase/reference/api.md", "api_index.ts"],
  ] as const
) {
  Deno.test(`${output} equals the output of ${script}, which \`deno task bundle\` or \`deno task api\` runs`, async () => {
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", fromFileUrl(import.meta.resolve(`./support/${script}`)), "--check"],
    }).output();
    assert(success, new TextDecoder().decode(stderr));
  });
}

Deno.test("the bundle shortens no property that a page can see", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", fromFileUrl(import.meta.resolve("../client.ts"))],
  }).output();
  const named = new Set<unknown>();
  JSON.parse(new TextDecoder().decode(stdout), (key, value) => {
    if (key === "name") named.add(value);
    return value;
  });
  // The names include members of options, outcomes and events. Otherwise the test would prove nothing.
  for (const name of ["onBeforeSubmit", "blocked", "waitUntil"]) assert(named.has(name), name);
  assertEquals(INTERNAL.filter((name) => named.has(name)), []);
});
