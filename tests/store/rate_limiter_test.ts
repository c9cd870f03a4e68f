import { assertEquals } from "@std/assert";
import { createRateLimiter } from "../../src/store/rate_limiter.ts";
import { testRateLimiter } from "./conformance.ts";

testRateLimiter("createRateLimiter()", () => {
  let time = 1_000_000;
  const limiter = createRateLimiter({ now: () => time });
  return {
    limiter,
    other: limiter,
    pass: (seconds) => void (time += seconds * 1000),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
});

Deno.test("createRateLimiter() keeps maxKeys keys, those used last", () => {
  const limiter = createRateLimiter({ maxKeys: 2, now: () => 0 });
  const rule = { limit: 1, seconds: 60 };
  for (const key of ["a", "b", "a", "c"]) limiter.take(key, rule);
  assertEquals(limiter.take("a", rule).allowed, false);
  assertEquals(limiter.take("b", rule).allowed, true);
});

Deno.test("createRateLimiter() uses performance.now() by default", () => {
  const rule = { limit: 1, seconds: 60 };
  const { now } = performance;
  let time = 0;
  performance.now = () => time;
  try {
    const limiter = createRateLimiter();
    assertEquals([limiter.take("a", rule).allowed, limiter.take("a", rule).allowed], [true, false]);
    time = 60_000;
    assertEquals(limiter.take("a", rule).allowed, true);
  } finally {
    performance.now = now;
  }
});
