import { assertEquals } from "@std/assert";
import { pathOf } from "./session.ts";

for (
  const [address, path] of [
    ["/account?tab=2", "/account?tab=2"],
    ["http://localhost/account#name", "/account"],
    ["https://evil.example/account", "/account"],
    ["//evil.example/account", "/account"],
    ["/\\\\evil.example/account", "/account"],
    ["http://localhost//evil.example/account", "/evil.example/account"],
    ["javascript:alert(1)", "/alert(1)"],
    ["http://", "/"],
    ["", "/"],
  ] as const
) {
  Deno.test(`pathOf() cannot lead to another site: "${address}"`, () => assertEquals(pathOf(address), path));
}
