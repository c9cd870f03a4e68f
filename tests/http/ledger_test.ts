import { assertEquals } from "@std/assert";
import { install } from "@sinonjs/fake-timers";
import { recordMaps } from "../support/maps.ts";
import { Ledger } from "../../src/http/ledger.ts";
import type { Holder } from "../../src/http/caller.ts";

const ADA: Holder = { kind: "principal", name: "ada" };
const EVE: Holder = { kind: "address", name: "203.0.113.66" };

/** Adds outcomes of one byte, and returns the keys that were dropped. */
function addAll(ledger: Ledger, holder: Holder, prefix: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => ledger.add({ key: `${prefix}${index}`, holder, bytes: 1 })).flat();
}

Deno.test("Ledger.add() evicts the oldest outcome of the holder with the most when maxEntries is reached", () => {
  const ledger = new Ledger({ maxEntries: 10, maxBytes: 1_000, seconds: 60 });
  assertEquals(addAll(ledger, ADA, "a", 3), []);
  assertEquals(addAll(ledger, EVE, "e", 7), []);
  assertEquals(addAll(ledger, EVE, "f", 3), ["e0", "e1", "e2"]);
  // Also when another holder adds one.
  assertEquals(ledger.add({ key: "a3", holder: ADA, bytes: 1 }), ["e3"]);
});

Deno.test("Ledger.add() evicts as many outcomes as maxBytes requires", () => {
  const ledger = new Ledger({ maxEntries: 100, maxBytes: 1_000, seconds: 60 });
  ledger.add({ key: "a", holder: ADA, bytes: 100 });
  for (const key of ["e", "f", "g"]) ledger.add({ key, holder: EVE, bytes: 300 });
  assertEquals(ledger.add({ key: "h", holder: EVE, bytes: 500 }), ["e", "f"]);
  assertEquals(ledger.has("a"), true);
});

Deno.test("Ledger.add() evicts an outcome above maxBytes, and no other", () => {
  const ledger = new Ledger({ maxEntries: 100, maxBytes: 1_000, seconds: 60 });
  ledger.add({ key: "a", holder: ADA, bytes: 100 });
  assertEquals(ledger.add({ key: "e", holder: EVE, bytes: 2_000 }), ["e"]);
});

Deno.test("Ledger.add() evicts the oldest outcome of holders with equal weight", () => {
  const ledger = new Ledger({ maxEntries: 3, maxBytes: 1_000, seconds: 60 });
  for (const name of ["a", "b", "c"]) ledger.add({ key: name, holder: { kind: "address", name }, bytes: 1 });
  assertEquals(ledger.add({ key: "d", holder: { kind: "address", name: "d" }, bytes: 1 }), ["a"]);
});

Deno.test("Ledger separates a principal from an address of the same name, and counts unknown holders as one", () => {
  const ledger = new Ledger({ maxEntries: 4, maxBytes: 1_000, seconds: 60 });
  ledger.add({ key: "p", holder: { kind: "principal", name: "x" }, bytes: 1 });
  ledger.add({ key: "a", holder: { kind: "address", name: "x" }, bytes: 1 });
  ledger.add({ key: "u1", holder: { kind: "unknown" }, bytes: 1 });
  ledger.add({ key: "u2", holder: { kind: "unknown" }, bytes: 1 });
  assertEquals(ledger.add({ key: "p2", holder: { kind: "principal", name: "y" }, bytes: 1 }), ["u1"]);
});

Deno.test("A7: a client with all networks of an IPv6 site evicts its own outcomes, not those of a company", () => {
  const ledger = new Ledger({ maxEntries: 1_000, maxBytes: 1_000_000, seconds: 60 });
  addAll(ledger, { kind: "address", name: "198.51.100.1" }, "company", 100);
  addAll(ledger, ADA, "ada", 3);
  const dropped = Array.from({ length: 3_000 }, (_, index) => {
    const holder: Holder = { kind: "address", name: `2001:db8:1:${index.toString(16)}::/64`, site: "2001:db8:1::/48" };
    return ledger.add({ key: `eve${index}`, holder, bytes: 1 });
  }).flat();
  assertEquals([dropped.length, dropped.filter((key) => !key.startsWith("eve"))], [2_103, []]);
});

Deno.test("A7: one network that fills the pool evicts its own outcomes, not those of its site", () => {
  const ledger = new Ledger({ maxEntries: 1_000, maxBytes: 1_000_000, seconds: 60 });
  const site = "2001:db8:1::/48";
  for (let index = 0; index < 100; index++) {
    ledger.add({ key: `neighbor${index}`, holder: { kind: "address", name: `neighbor${index}`, site }, bytes: 1 });
  }
  const dropped = addAll(ledger, { kind: "address", name: "phone", site }, "phone", 2_000);
  assertEquals([dropped.length, dropped.filter((key) => !key.startsWith("phone"))], [1_100, []]);
});

Deno.test("Ledger.add() counts a known key once, and makes it the newest", () => {
  const ledger = new Ledger({ maxEntries: 2, maxBytes: 1_000, seconds: 60 });
  for (const key of ["a", "b", "a", "a"]) assertEquals(ledger.add({ key, holder: ADA, bytes: 1 }), []);
  assertEquals(ledger.add({ key: "c", holder: ADA, bytes: 1 }), ["b"]);
});

Deno.test("Ledger.remove() frees the space of an outcome", () => {
  const ledger = new Ledger({ maxEntries: 2, maxBytes: 1_000, seconds: 60 });
  addAll(ledger, ADA, "a", 2);
  ledger.remove("a0");
  ledger.remove("a0");
  ledger.remove("unheard of");
  assertEquals(ledger.add({ key: "b", holder: ADA, bytes: 1 }), []);
  assertEquals([ledger.has("a0"), ledger.has("a1"), ledger.has("b")], [false, true, true]);
});

Deno.test("Ledger drops an outcome when it has expired, and not before", () => {
  const clock = install({ toFake: ["performance"] });
  try {
    const ledger = new Ledger({ maxEntries: 2, maxBytes: 1_000, seconds: 60 });
    addAll(ledger, ADA, "a", 2);
    clock.tick(59_999);
    assertEquals(ledger.has("a1"), true);
    clock.tick(1);
    assertEquals(ledger.has("a1"), false);
    assertEquals(addAll(ledger, EVE, "e", 2), []);
  } finally {
    clock.uninstall();
  }
});

Deno.test("H10: Ledger forgets a holder and a site without outcomes: removed, evicted or expired", () => {
  const clock = install({ toFake: ["performance"] });
  try {
    const maps = recordMaps(() => {
      const ledger = new Ledger({ maxEntries: 10, maxBytes: 1_000, seconds: 60 });
      for (let index = 0; index < 500; index++) {
        const site = `2001:db8:${index}::/48`;
        ledger.add({ key: `a${index}`, holder: { kind: "address", name: `${index}::/64`, site }, bytes: 1 });
        ledger.add({ key: `p${index}`, holder: { kind: "principal", name: `p${index}` }, bytes: 1 });
        if (index % 3 === 0) ledger.remove(`a${index}`);
      }
      clock.tick(60_000);
      ledger.add({ key: "last", holder: ADA, bytes: 1 });
      ledger.remove("last");
    });
    assertEquals(maps.map(({ size }) => size), [0, 0]);
  } finally {
    clock.uninstall();
  }
});

Deno.test("Ledger.add() drops outcomes only of the holder with the largest share, among 5,001 holders", () => {
  const ledger = new Ledger({ maxEntries: 10_000, maxBytes: 64 * 1024 * 1024, seconds: 60 });
  for (let index = 0; index < 5_000; index++) {
    ledger.add({ key: `v${index}`, holder: { kind: "address", name: `v${index}` }, bytes: 100 });
  }
  const dropped = addAll(ledger, EVE, "e", 30_000);
  assertEquals(dropped.length, 25_000);
  assertEquals(dropped.filter((key) => !key.startsWith("e")), []);
});
