import { assert } from "@std/assert";
import { fromFileUrl } from "@std/path";

Deno.test("src/client_bundle.ts is what `deno task bundle` would write", async () => {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", fromFileUrl(import.meta.resolve("./support/bundle_client.ts")), "--check"],
  }).output();
  assert(success, new TextDecoder().decode(stderr));
});
