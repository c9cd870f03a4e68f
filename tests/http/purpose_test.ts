import { assertEquals } from "@std/assert";
import { isPrefetch } from "../../src/http/purpose.ts";

for (
  const [headers, expected] of [
    [{ "sec-purpose": "prefetch" }, true],
    [{ "sec-purpose": "prefetch;prerender" }, true],
    [{ "sec-purpose": "prefetch; anonymous-client-ip" }, true],
    [{ "sec-purpose": "anonymous-client-ip, prefetch" }, true],
    [{ "sec-purpose": "Prefetch" }, true],
    [{ purpose: "prefetch" }, true],
    [{ "x-hyper-purpose": "prefetch" }, true],
    [{ "sec-purpose": "noprefetch" }, false],
    [{ "sec-purpose": "prefetcher, other" }, false],
    [{ "sec-purpose": "" }, false],
    [{}, false],
  ] as readonly (readonly [Record<string, string>, boolean])[]
) {
  Deno.test(`isPrefetch() is ${expected} for ${JSON.stringify(headers)}`, () => {
    assertEquals(isPrefetch(new Headers(headers)), expected);
  });
}
