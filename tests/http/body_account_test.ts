import { assertEquals, assertThrows } from "@std/assert";
import { InputError } from "../../src/errors.ts";
import { createBodyAccounts } from "../../src/http/body_account.ts";
import type { Holder } from "../../src/http/caller.ts";

const UNKNOWN: Holder = { kind: "unknown" };
const address = (name: string): Holder => ({ kind: "address", name });

function accounts(bodyMemoryBytes: number, spooledBytes = Infinity) {
  return createBodyAccounts({ bodyMemoryBytes, spooledBytes });
}

Deno.test("takeMemory() grants the free amount, and rejects one byte more with 429, the limit and Retry-After", () => {
  const pool = accounts(10);
  const one = pool.open(UNKNOWN);
  one.takeMemory(4);
  one.takeMemory(6);
  const error = assertThrows(() => pool.open(UNKNOWN).takeMemory(1), InputError, '"bodyMemoryBytes" is 10 bytes');
  assertEquals([error.status, error.limit, error.headers], [429, "bodyMemoryBytes", { "retry-after": "10" }]);
  assertThrows(() => one.takeMemory(1), InputError);
  assertEquals(one.memoryBytes, 10);
});

Deno.test("close() returns all memory, once", () => {
  const pool = accounts(10);
  const [one, two] = [pool.open(UNKNOWN), pool.open(UNKNOWN)];
  one.takeMemory(5);
  two.takeMemory(5);
  one.close();
  one.close();
  const three = pool.open(UNKNOWN);
  three.takeMemory(5);
  assertThrows(() => three.takeMemory(1), InputError);
});

Deno.test("giveMemory() returns a part", () => {
  const pool = accounts(10);
  const one = pool.open(UNKNOWN);
  one.takeMemory(10);
  one.giveMemory(4);
  assertEquals(one.memoryBytes, 6);
  pool.open(UNKNOWN).takeMemory(4);
  assertThrows(() => pool.open(UNKNOWN).takeMemory(1), InputError);
});

Deno.test("one address cannot use all memory or disk space", () => {
  const pool = accounts(90, 90);
  const greedy = pool.open(address("192.0.2.1"));
  greedy.takeMemory(60);
  assertThrows(() => greedy.takeMemory(1), InputError);
  assertThrows(() => pool.open(address("192.0.2.1")).takeMemory(1), InputError);
  pool.open(address("192.0.2.2")).takeMemory(20);
  greedy.takeDisk(60);
  assertThrows(() => greedy.takeDisk(1), InputError, '"spooledBytes" is 90 bytes');
  pool.open(address("192.0.2.2")).takeDisk(20);
});

Deno.test("a file uses disk space until it is removed, although its body is closed", () => {
  const pool = accounts(Infinity, 10);
  const one = pool.open(UNKNOWN);
  const hold = one.takeDisk(10);
  one.close();
  assertThrows(() => pool.open(UNKNOWN).takeDisk(1), InputError);
  hold.release();
  pool.open(UNKNOWN).takeDisk(10);
});
