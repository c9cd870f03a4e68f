import { assertEquals } from "@std/assert";
import { config, configure } from "../../src/client/config.ts";
import { TRANSLATIONS } from "../../src/protocol/translations.ts";

/** Restores the configuration after a test. */
function restoring(test: () => void): () => void {
  return () => {
    const before = structuredClone(config);
    try {
      test();
    } finally {
      Object.assign(config, before);
    }
  };
}

Deno.test("configure() without options returns the current configuration", () => {
  assertEquals(configure(), {
    strictTargets: false,
    messages: {},
    retry: { interval: 1000, maxInterval: 30000, attempts: 10 },
    loading: { delay: 100, minimum: 300 },
    confirm: null,
  });
});

Deno.test(
  "configure() changes only the given options",
  restoring(() => {
    configure({ strictTargets: true, retry: { attempts: 3 } });
    assertEquals([config.strictTargets, config.retry], [true, { interval: 1000, maxInterval: 30000, attempts: 3 }]);
  }),
);

Deno.test(
  "configure() changes nothing for undefined",
  restoring(() => {
    const before = structuredClone(config);
    configure({ strictTargets: undefined, retry: undefined, loading: { delay: undefined } as never });
    assertEquals(config, before);
  }),
);

Deno.test(
  "configure() merges messages key by key",
  restoring(() => {
    configure({ messages: { tryAgain: "Again" } });
    configure({ messages: { dismiss: "Away" } });
    assertEquals(config.messages, { tryAgain: "Again", dismiss: "Away" });
  }),
);

Deno.test("configure() returns a copy", () => {
  configure().retry.attempts = 99;
  assertEquals(config.retry.attempts, 10);
});

Deno.test(
  "configure() does not change prototypes",
  restoring(() => {
    configure(JSON.parse('{"__proto__":{"polluted":1},"retry":{"__proto__":{"polluted":1}}}'));
    assertEquals(Reflect.get({}, "polluted"), undefined);
  }),
);

for (const [language, words] of Object.entries(TRANSLATIONS)) {
  Deno.test(`TRANSLATIONS has every text in ${language}`, () => {
    assertEquals(Object.keys(words), Object.keys(Object.values(TRANSLATIONS)[0] ?? {}));
    assertEquals(Object.values(words).filter((word) => word.length < 4), []);
  });
}
