import { assertEquals, assertThrows } from "@std/assert";
import { DEFAULT_LIMITS, type LimitsOptions, resolveLimits } from "../../src/http/limits.ts";

Deno.test("resolveLimits() returns the defaults", () => {
  assertEquals(resolveLimits(), DEFAULT_LIMITS);
  assertEquals(resolveLimits({ files: undefined }), DEFAULT_LIMITS);
});

Deno.test("resolveLimits() applies the limits of the application, then those of an action", () => {
  const application = resolveLimits({ files: 3, bodyBytes: 10 });
  assertEquals(resolveLimits({ files: 1 }, application), { ...DEFAULT_LIMITS, files: 1, bodyBytes: 10 });
});

Deno.test("resolveLimits() uses depth for jsonDepth as well when only depth is set", () => {
  assertEquals([DEFAULT_LIMITS.depth, DEFAULT_LIMITS.jsonDepth], [32, 64]);
  const { depth, jsonDepth } = resolveLimits({ depth: 5 });
  assertEquals([depth, jsonDepth], [5, 5]);
});

Deno.test("resolveLimits() accepts zero, Infinity, and fractions of seconds", () => {
  const { files, parts, bodySeconds } = resolveLimits({ files: 0, parts: Infinity, bodySeconds: 0.25 });
  assertEquals([files, parts, bodySeconds], [0, Infinity, 0.25]);
});

Deno.test("resolveLimits() returns frozen limits", () => {
  assertEquals(Object.isFrozen(resolveLimits({ files: 1 })), true);
  assertEquals(Object.isFrozen(DEFAULT_LIMITS), true);
});

Deno.test("resolveLimits() rejects invalid limits with name and value", () => {
  const nonsense: [LimitsOptions, string][] = [
    [{ files: -1 }, '"files" to -1'],
    [{ files: 1.5 }, '"files" to 1.5'],
    [{ files: NaN }, '"files" to NaN'],
    [{ bodySeconds: 0 }, '"bodySeconds" to 0'],
    [{ bodySeconds: NaN }, '"bodySeconds" to NaN'],
    [{ bodyBytes: -Infinity }, '"bodyBytes" to -Infinity'],
    // Values that a configuration file may contain.
    [{ files: "20" as unknown as number }, '"files" to 20'],
    [{ bodySeconds: "30" as unknown as number }, '"bodySeconds" to 30'],
    [{ maxFiles: 1 } as LimitsOptions, '"maxFiles": it does not exist'],
    [{ jsonDepth: 1 } as LimitsOptions, '"jsonDepth": it does not exist'],
    [{ constructor: 1 } as unknown as LimitsOptions, '"constructor": it does not exist'],
  ];
  for (const [options, phrase] of nonsense) assertThrows(() => resolveLimits(options), RangeError, phrase);
});
