import { assertEquals, assertThrows } from "@std/assert";
import { createRateLimiter, rateHeaders, type RateVerdict } from "../../src/dispatch/rate.ts";
import { checkRate } from "../../src/http/rate_rule.ts";

/** A limiter on a clock that stands still until it is told to go on. */
function timed(maxKeys?: number) {
  let time = 1_000_000;
  const limiter = createRateLimiter({ maxKeys, now: () => time });
  return { limiter, pass: (seconds: number) => void (time += seconds * 1000) };
}

const RULE = { limit: 3, seconds: 60 };

Deno.test("take() allows at most the limit of the rule at once", () => {
  const { limiter } = timed();
  const verdicts: RateVerdict[] = Array.from({ length: 4 }, () => limiter.take("a", RULE));
  assertEquals(verdicts.map(({ allowed, remaining }) => [allowed, remaining]), [
    [true, 2],
    [true, 1],
    [true, 0],
    [false, 0],
  ]);
});

Deno.test("take() allows one more run when its share of the time has passed, and not before", () => {
  const { limiter, pass } = timed();
  for (let run = 0; run < 3; run++) limiter.take("a", RULE);
  pass(19.9);
  assertEquals(limiter.take("a", RULE), { allowed: false, remaining: 0, retryAfterSeconds: 1 });
  pass(0.1);
  assertEquals(limiter.take("a", RULE).allowed, true);
  assertEquals(limiter.take("a", RULE).allowed, false);
});

Deno.test("take() does not allow twice the limit at the edge of a window", () => {
  const { limiter, pass } = timed();
  let allowed = 0;
  for (let second = 0; second < 120; second++) {
    if (limiter.take("a", RULE).allowed) allowed++;
    pass(1);
  }
  // Three at once, then one every twenty seconds.
  assertEquals(allowed, 3 + 5);
});

Deno.test("take() restores at most the whole limit", () => {
  const { limiter, pass } = timed();
  limiter.take("a", RULE);
  pass(10_000);
  assertEquals(limiter.take("a", RULE).remaining, 2);
});

Deno.test("take() does not count refused runs", () => {
  const { limiter, pass } = timed();
  for (let run = 0; run < 100; run++) limiter.take("a", RULE);
  pass(20);
  assertEquals(limiter.take("a", RULE).allowed, true);
});

Deno.test("take() counts each key by itself", () => {
  const { limiter } = timed();
  const rule = { limit: 1, seconds: 60 };
  assertEquals(["a", "b", "a"].map((key) => limiter.take(key, rule).allowed), [true, true, false]);
});

for (const limit of [1, 3, 7, 1000]) {
  Deno.test(`take() allows exactly ${limit} runs if the share of each is not a whole number`, () => {
    const { limiter } = timed();
    const rule = { limit, seconds: 1 };
    let allowed = 0;
    for (let run = 0; run < limit + 5; run++) if (limiter.take("a", rule).allowed) allowed++;
    assertEquals(allowed, limit);
  });
}

Deno.test("take() keeps at most maxKeys, the most recently used ones", () => {
  const { limiter } = timed(2);
  const rule = { limit: 1, seconds: 60 };
  for (const key of ["a", "b", "a", "c"]) limiter.take(key, rule);
  assertEquals(limiter.take("a", rule).allowed, false);
  assertEquals(limiter.take("b", rule).allowed, true);
});

Deno.test("take() uses a clock that cannot be set", () => {
  const rule = { limit: 1, seconds: 0.001 };
  const limiter = createRateLimiter();
  assertEquals(limiter.take("a", rule).allowed, true);
});

Deno.test("rateHeaders() writes the fields of the draft", () => {
  assertEquals(rateHeaders({ limit: 5, seconds: 59.5 }, { allowed: true, remaining: 4, retryAfterSeconds: 0 }), {
    "ratelimit-policy": '"action";q=5;w=60',
    "ratelimit": '"action";r=4;t=0',
  });
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
