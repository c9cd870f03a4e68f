import { assertEquals } from "@std/assert";
import { addressHolder, callerAddress } from "../../src/http/caller.ts";

const DIRECT = { trustProxy: false };
const BEHIND = { trustProxy: true };

function asked(forwarded?: string): { readonly headers: Headers } {
  return { headers: new Headers(forwarded === undefined ? {} : { "x-forwarded-for": forwarded }) };
}

Deno.test("callerAddress() returns the address of the connection for any header", () => {
  assertEquals(callerAddress(asked("198.51.100.7"), "203.0.113.1", DIRECT), "203.0.113.1");
  assertEquals(callerAddress(asked(), "", DIRECT), "");
});

Deno.test("callerAddress() behind a trusted proxy returns the last address of the list, the one the proxy saw", () => {
  assertEquals(callerAddress(asked("198.51.100.7"), "127.0.0.1", BEHIND), "198.51.100.7");
  assertEquals(callerAddress(asked("6.6.6.6, 198.51.100.7"), "127.0.0.1", BEHIND), "198.51.100.7");
});

for (const forwarded of [undefined, "", "unknown", "_hidden", "198.51.100.7:443x", "a".repeat(100), "1.2.3.4, "]) {
  Deno.test(`callerAddress() behind a trusted proxy ignores ${JSON.stringify(forwarded)?.slice(0, 30)}`, () => {
    assertEquals(callerAddress(asked(forwarded), "127.0.0.1", BEHIND), "127.0.0.1");
  });
}

Deno.test("callerAddress() counts the addresses of one IPv6 network as one address", () => {
  for (
    const address of ["2001:db8:1:2::1", "2001:DB8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::", "2001:db8:1:2:3::%eth0"]
  ) {
    assertEquals(callerAddress(asked(), address, DIRECT), "2001:db8:1:2::/64", address);
  }
  assertEquals(callerAddress(asked(), "2001:db8:1:3::1", DIRECT), "2001:db8:1:3::/64");
  assertEquals(callerAddress(asked(), "::1", DIRECT), "0:0:0:0::/64");
});

Deno.test("callerAddress() distinguishes IPv4 addresses in IPv6 form", () => {
  assertEquals(callerAddress(asked(), "::ffff:192.0.2.1", DIRECT), "ffff:c000:201");
  assertEquals(callerAddress(asked(), "::ffff:192.0.2.2", DIRECT), "ffff:c000:202");
});

Deno.test("callerAddress() keeps a string that is not an address", () => {
  assertEquals(callerAddress(asked(), "a:socket", DIRECT), "a:socket");
});

Deno.test("addressHolder() returns the address of the connection, or the one that a trusted proxy has forwarded", () => {
  assertEquals(addressHolder(asked("198.51.100.7"), "203.0.113.1", DIRECT), { kind: "address", name: "203.0.113.1" });
  assertEquals(addressHolder(asked("198.51.100.7"), "127.0.0.1", BEHIND), { kind: "address", name: "198.51.100.7" });
  assertEquals(addressHolder(asked(), "2001:db8::1", DIRECT), {
    kind: "address",
    name: "2001:db8:0:0::/64",
    site: "2001:db8:0::/48",
  });
});

for (
  const address of [
    "",
    "127.0.0.1",
    "127.9.9.9",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.1.1",
    "100.64.0.1",
    "100.127.255.255",
    "::1",
    "fc00::1",
    "fd12:3456::1",
    "FE80::1%eth0",
    "::ffff:10.0.0.1",
    "0:0:0:0:0:ffff:127.0.0.1",
  ]
) {
  Deno.test(`addressHolder() returns unknown for "${address}", which an unknown proxy may have`, () => {
    assertEquals(addressHolder(asked("198.51.100.7"), address, DIRECT), { kind: "unknown" });
    // A trusted proxy that forwards nothing adds no information.
    assertEquals(addressHolder(asked(), address, BEHIND), { kind: "unknown" });
  });
}

for (
  const address of ["11.0.0.1", "172.15.0.1", "172.32.0.1", "192.169.0.1", "100.63.0.1", "100.128.0.1", "2001:db8::1"]
) {
  Deno.test(`addressHolder() returns "${address}" as an address`, () => {
    assertEquals(addressHolder(asked(), address, DIRECT).kind, "address");
  });
}

Deno.test("addressHolder() counts a private address that a trusted proxy has forwarded", () => {
  assertEquals(addressHolder(asked("192.168.1.9"), "127.0.0.1", BEHIND), { kind: "address", name: "192.168.1.9" });
});
