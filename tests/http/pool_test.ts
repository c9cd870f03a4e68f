import { assertEquals, assertThrows } from "@std/assert";
import type { Holder } from "../../src/http/caller.ts";
import { recordMaps } from "../support/maps.ts";
import { createPool, type Hold, type Pool, type PoolRefusal } from "../../src/http/pool.ts";

const UNKNOWN: Holder = { kind: "unknown" };
const address = (name: string): Holder => ({ kind: "address", name });
const principal = (name: string): Holder => ({ kind: "principal", name });

function held(taken: Hold | PoolRefusal): Hold {
  if (taken.kind === "refused") throw new Error(`refused: ${taken.reason}`);
  return taken;
}

/** Takes one unit after another until the pool rejects, and returns their number and the reason. */
function takeAll(pool: Pool, holder: Holder): [number, string] {
  for (let count = 0;; count++) {
    const taken = pool.take(holder);
    if (taken.kind === "refused") return [count, taken.reason];
  }
}

Deno.test("take() grants the free amount and not one more, and names the option", () => {
  const pool = createPool({ limit: "streams", size: 3 });
  assertEquals(takeAll(pool, UNKNOWN), [3, "full"]);
  assertEquals(pool.take(address("192.0.2.1")), { kind: "refused", limit: "streams", maximum: 3, reason: "full" });
  assertEquals(pool.used, 3);
});

Deno.test("release() returns the amount once, and the pool grants it again", () => {
  const pool = createPool({ limit: "streams", size: 2 });
  const first = held(pool.take(address("a")));
  held(pool.take(address("b")));
  assertEquals(pool.take(address("c")).kind, "refused");
  first.release();
  first.release();
  assertEquals([pool.used, first.amount], [1, 0]);
  assertEquals(takeAll(pool, address("c")), [1, "full"]);
});

Deno.test("H10: a pool forgets a holder that has returned everything", () => {
  const maps = recordMaps(() => {
    const pool = createPool({ limit: "streams", size: 1_000, perPrincipal: { limit: "own", maximum: 9 } });
    for (let index = 0; index < 100; index++) {
      const site = `2001:db8:${index}::/48`;
      const holders = [address(`${index}`), principal(`${index}`), { ...address(`${index}::/64`), site }];
      const holds = holders.map((holder) => held(pool.take(holder, 3)));
      for (const hold of holds) {
        hold.shrink(1);
        hold.grow(2);
      }
      for (const hold of holds) hold.release();
    }
  });
  assertEquals(maps.map(({ size }) => size), [0]);
});

Deno.test("an address alone gets two thirds of the pool, never less than half, and the rest is left to others", () => {
  const pool = createPool({ limit: "streams", size: 900 });
  assertEquals(takeAll(pool, address("nat")), [600, "share"]);
  assertEquals(takeAll(pool, address("other")), [200, "share"]);
  assertEquals(takeAll(pool, address("third"))[0] > 0, true);
});

Deno.test("A4: a client with all networks of an IPv6 site leaves room for other sites, and one network for others of its site", () => {
  const pool = createPool({ limit: "streams", size: 900 });
  const network = (site: string, name: string): Holder => ({ kind: "address", name: `${site} ${name}`, site });
  assertEquals(takeAll(pool, network("a", "phone")), [600, "share"]);
  const neighbors = Array.from({ length: 300 }, (_, index) => pool.take(network("a", `${index}`)).kind);
  assertEquals(neighbors.filter((kind) => kind === "held").length, 200);
  const others = ["b", "c"].map((site) => takeAll(pool, network(site, "1"))[0]);
  assertEquals(others, [66, 22]);
  assertEquals(pool.take(address("192.0.2.1")).kind, "held");
});

Deno.test("A4: amounts that the networks of a site return are available to their site", () => {
  const pool = createPool({ limit: "streams", size: 9 });
  const take = (name: string) => pool.take({ kind: "address", name, site: "a" });
  const holds = Array.from({ length: 8 }, (_, index) => held(take(`${index}`)));
  assertEquals(take("8").kind, "refused");
  for (const hold of holds) hold.release();
  assertEquals(take("8").kind, "held");
});

Deno.test("an amount that one holder returns is available to another", () => {
  const pool = createPool({ limit: "streams", size: 9 });
  const nat = Array.from({ length: 6 }, () => held(pool.take(address("nat"))));
  assertEquals(takeAll(pool, address("other")), [2, "share"]);
  for (const hold of nat) hold.release();
  assertEquals(takeAll(pool, address("other")), [4, "share"]);
});

Deno.test("the first amount of a holder is granted if there is room", () => {
  const pool = createPool({ limit: "streams", size: 1 });
  assertEquals(pool.take(address("a")).kind, "held");
  const bytes = createPool({ limit: "bytes", size: 100 });
  assertEquals(bytes.take(address("a"), 100).kind, "held");
  assertEquals(bytes.take(address("b"), 1).kind, "refused");
});

Deno.test("requests without a usable address are limited by the pool only", () => {
  const pool = createPool({ limit: "streams", size: 10, perPrincipal: { limit: "streamsPerCaller", maximum: 2 } });
  assertEquals(takeAll(pool, UNKNOWN), [10, "full"]);
});

Deno.test("a principal has its own maximum for all addresses", () => {
  const pool = createPool({ limit: "streams", size: 100, perPrincipal: { limit: "streamsPerCaller", maximum: 2 } });
  assertEquals(takeAll(pool, principal("ada")), [2, "own"]);
  assertEquals(pool.take(principal("ada")), {
    kind: "refused",
    limit: "streamsPerCaller",
    maximum: 2,
    reason: "own",
  });
  assertEquals(takeAll(pool, principal("bob")), [2, "own"]);
  // The same string as an address is another holder, without this maximum.
  assertEquals(takeAll(pool, address("ada"))[0] > 2, true);
});

Deno.test("amounts add up per holder, over several holds and over one that grows", () => {
  const pool = createPool({ limit: "bytes", size: 900 });
  const one = held(pool.take(address("a"), 300));
  assertEquals(one.grow(300), null);
  assertEquals([one.amount, pool.used], [600, 600]);
  assertEquals(one.grow(1), { kind: "refused", limit: "bytes", maximum: 900, reason: "share" });
  assertEquals([one.amount, pool.used], [600, 600]);
  assertEquals(pool.take(address("a"), 1).kind, "refused");
  one.release();
  assertEquals(pool.used, 0);
  assertThrows(() => one.grow(1), TypeError, "released");
});

Deno.test("a hold of 0 leaves no entry, and grows like the first of its holder", () => {
  const pool = createPool({ limit: "bytes", size: 10 });
  const empty = held(pool.take(address("a"), 0));
  assertEquals(empty.grow(10), null);
  empty.release();
  assertEquals(pool.used, 0);
  assertEquals(held(pool.take(address("b"), 10)).amount, 10);
});

Deno.test("a pool without a limit grants any amount", () => {
  const pool = createPool({ limit: "streams", size: Infinity });
  for (let count = 0; count < 10_000; count++) assertEquals(pool.take(address("a")).kind, "held");
});

Deno.test("shrink() returns a part, to the holder and to the pool", () => {
  const pool = createPool({ limit: "bytes", size: 90 });
  const hold = held(pool.take(address("a"), 60));
  assertEquals(hold.grow(1)?.reason, "share");
  hold.shrink(20);
  assertEquals([hold.amount, pool.used, hold.grow(20)], [40, 40, null]);
  hold.release();
  hold.shrink(10);
  assertEquals(pool.used, 0);
});
