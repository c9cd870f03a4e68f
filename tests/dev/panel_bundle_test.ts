import { assert } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { CLIENT_FILES } from "../../src/client_bundle.ts";

Deno.test("src/dev/panel_bundle.ts equals the output of `deno task bundle`", async () => {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", fromFileUrl(import.meta.resolve("../support/bundle_panel.ts")), "--check"],
  }).output();
  assert(success, new TextDecoder().decode(stderr));
});

Deno.test("the runtime contains no code of the panel", () => {
  for (const [name, { text }] of CLIENT_FILES) assert(!/hyper-dev|X-Hyper-Lane/i.test(text), name);
});
