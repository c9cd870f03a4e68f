import { assertEquals } from "@std/assert";
import { lowerCased, reply, replyWithPage, sendReply } from "../../src/respond/reply.ts";
import { VARY } from "../../src/http/vary.ts";

const page = { kind: "page", html: "<p>é</p>", status: 200, headers: null, tookToasts: false } as const;

Deno.test("sendReply() sends status, body and headers, and extends Vary", async () => {
  const response = sendReply(reply(201, "text", { "content-type": "text/plain", vary: "Cookie" }), {});
  assertEquals([response.status, await response.text()], [201, "text"]);
  assertEquals([...response.headers], [["content-type", "text/plain"], ["vary", `Cookie, ${VARY}`]]);
});

Deno.test("sendReply() prefers the headers of `over`", () => {
  const response = sendReply(reply(204, null, { "cache-control": "max-age=60", "retry-after": "1" }), {
    "cache-control": "no-store",
  });
  assertEquals([...response.headers], [["cache-control", "no-store"], ["retry-after", "1"], ["vary", VARY]]);
});

Deno.test("sendReply() sends every cookie", () => {
  const response = sendReply(reply(204, null, { allow: "POST" }, ["a=1", "b=2"]), {});
  assertEquals([response.headers.getSetCookie(), response.headers.get("allow")], [["a=1", "b=2"], "POST"]);
});

Deno.test("sendReply() removes control characters and connection headers", () => {
  const response = sendReply(reply(204, null, { "x-a": "a\u0001b", connection: "x-hop", "x-hop": "1", te: "1" }), {});
  assertEquals([...response.headers], [["vary", VARY], ["x-a", "a%01b"]]);
});

Deno.test("replyWithPage() is a document, with its length for a HEAD", () => {
  assertEquals(replyWithPage(page, "GET").headers, { "content-type": "text/html; charset=utf-8" });
  assertEquals(replyWithPage(page, "HEAD").headers["content-length"], "9");
});

Deno.test("replyWithPage() prefers the headers of the page", () => {
  const headers = new Headers([["content-type", "application/xhtml+xml"], ["set-cookie", "a=1"], [
    "set-cookie",
    "b=2",
  ]]);
  const { headers: told, cookies } = replyWithPage({ ...page, headers }, "GET");
  assertEquals([told, cookies], [{ "content-type": "application/xhtml+xml" }, ["a=1", "b=2"]]);
});

Deno.test("replyWithPage() sends no-store for a page that has shown toasts", () => {
  assertEquals(replyWithPage({ ...page, tookToasts: true }, "GET").headers["cache-control"], "no-store");
});

Deno.test("lowerCased() returns names in lower case", () => {
  assertEquals(lowerCased({ Allow: "POST", "retry-after": "1" }), { allow: "POST", "retry-after": "1" });
});

Deno.test("sendReply() sanitizes cookies", () => {
  const { headers } = sendReply(reply(200, null, {}, ["a=\x01\u20ac; Path=/", "b=1"]), {});
  assertEquals(headers.getSetCookie(), ["a=%01%E2%82%AC; Path=/", "b=1"]);
});
