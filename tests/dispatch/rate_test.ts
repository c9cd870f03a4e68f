import { assertEquals, assertThrows } from "@std/assert";
import { rateHeaders, tooManyRuns } from "../../src/dispatch/rate.ts";
import { catalogueText } from "../../src/texts/catalogue.ts";
import { checkRate } from "../../src/http/rate_rule.ts";

Deno.test("rateHeaders() writes the fields of the draft", () => {
  assertEquals(rateHeaders({ limit: 5, seconds: 59.5 }, { allowed: true, remaining: 4, retryAfterSeconds: 0 }), {
    "ratelimit-policy": '"action";q=5;w=60',
    "ratelimit": '"action";r=4;t=0',
  });
});

Deno.test("tooManyRuns() asks to wait for a second at least", () => {
  for (const [retryAfterSeconds, expected] of [[0, "1"], [7, "7"]] as const) {
    const refusal = tooManyRuns({ allowed: false, remaining: 0, retryAfterSeconds }, { ratelimit: "x" });
    assertEquals(refusal.headers, { ratelimit: "x", "retry-after": expected });
    const message = catalogueText("tooManyRequests", { seconds: Number(expected) });
    assertEquals([refusal.status, refusal.message], [429, message]);
  }
});

for (
  const rule of [
    { limit: 0, seconds: 1 },
    { limit: 1.5, seconds: 1 },
    { limit: NaN, seconds: 1 },
    { limit: 1, seconds: 0 },
    { limit: 1, seconds: -1 },
    { limit: 1, seconds: Infinity },
    { limit: 1, seconds: NaN },
  ]
) {
  Deno.test(`checkRate() throws for ${rule.limit} in ${rule.seconds} seconds`, () => {
    assertThrows(() => checkRate(rule, 'action "a"'), RangeError, 'Cannot limit action "a"');
  });
}
