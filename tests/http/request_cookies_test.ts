import { assertEquals, assertThrows } from "@std/assert";
import { RequestCookies } from "../../src/http/request_cookies.ts";

function cookiesOf(header: string): RequestCookies {
  return new RequestCookies(new Request("http://localhost/", { headers: { cookie: header } }));
}

Deno.test("get() returns the value of a cookie as it was sent, and null without one", () => {
  const cookies = cookiesOf("a=1; theme=%22dark%22; b=2");
  assertEquals(cookies.get("theme"), "%22dark%22");
  assertEquals(cookies.get("Theme"), null);
  assertEquals(new RequestCookies(new Request("http://localhost/")).get("a"), null);
});

Deno.test("get() returns none of two different values for one name, which another host may have set", () => {
  const cookies = cookiesOf("id=mine; other=1; id=tossed");
  assertEquals(cookies.get("id"), null);
  assertEquals(cookies.all("id"), ["mine", "tossed"]);
  assertEquals(cookiesOf("id=same; id=same").get("id"), "same");
});

Deno.test("get() returns what the response has set or deleted", () => {
  const cookies = cookiesOf("a=1; b=2");
  cookies.set({ name: "a", value: "3" });
  cookies.delete({ name: "b" });
  assertEquals([cookies.get("a"), cookies.get("b")], ["3", null]);
  assertEquals(cookies.takeCookies(), [
    "a=3; Path=/; HttpOnly; SameSite=Lax",
    "b=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax",
  ]);
});

Deno.test("set() throws after the head was sent", () => {
  const cookies = cookiesOf("");
  cookies.takeCookies();
  assertThrows(() => cookies.set({ name: "late", value: "1" }), TypeError, "the head of the response was sent");
  assertEquals(cookies.takeCookies(), []);
});

Deno.test("settle() runs each task once, also one that another task has added", async () => {
  const cookies = cookiesOf("");
  const done: string[] = [];
  const first = () => {
    done.push("first");
    cookies.beforeHead(() => void done.push("second"));
  };
  cookies.beforeHead(first);
  cookies.beforeHead(first);
  await cookies.settle();
  await cookies.settle();
  assertEquals(done, ["first", "second"]);
  assertEquals(cookies.isUnsettled, false);
});

Deno.test("restore() adds the cookies of the first run to those of the retry, and does not keep them again", () => {
  const cookies = cookiesOf("");
  const kept: string[] = [];
  cookies.set({ name: "own", value: "1" });
  cookies.keepWith({ keepCookie: (value) => kept.push(value), headSent: () => kept.push("head") });
  cookies.restore(["first=1; Path=/"]);
  assertEquals(cookies.takeCookies(), ["own=1; Path=/; HttpOnly; SameSite=Lax", "first=1; Path=/"]);
  assertEquals(kept, ["head"]);
});
