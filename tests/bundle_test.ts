import { assert } from "@std/assert";
import { fromFileUrl } from "@std/path";

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
