import { assert } from "@std/assert";
import { CLIENT_FILES } from "../../src/client_bundle.ts";

Deno.test("the runtime contains no code of the panel", () => {
  for (const [name, { text }] of CLIENT_FILES) assert(!/hyper-dev|X-Hyper-Lane/i.test(text), name);
});
