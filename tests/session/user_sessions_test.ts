import { assertEquals } from "@std/assert";
import { createMemoryStore } from "../../mod.ts";
import { sha256 } from "../../src/platform/hash.ts";
import { type UserSession, UserSessions } from "../../src/session/user_sessions.ts";

const ONE = { id: "one", key: "hyper:session:one", since: 1 };
const OTHER = { id: "other", key: "hyper:session:other", since: 2 };

/** Lists what a store holds as the sessions of a user, and ends all of them. */
async function listAndEnd(stored: unknown): Promise<readonly [listed: readonly UserSession[], ended: number]> {
  const store = createMemoryStore();
  await store.put(`hyper:sessions:${sha256("ada")}`, stored, 60);
  const sessions = new UserSessions(store, 60);
  return [await sessions.list("ada"), await sessions.end("ada", () => true)];
}

for (
  const [what, entry] of [
    ["null", null],
    ["a text", "one"],
    ["an entry whose id is not a text", { ...ONE, id: 1 }],
    ["an entry whose key is not a text", { ...ONE, key: null }],
    ["an entry without a time", { id: "one", key: "hyper:session:one" }],
    ["an entry whose time is a text", { ...ONE, since: "1" }],
  ] as const
) {
  Deno.test(`UserSessions leaves out ${what}, which another version has stored, and lists and ends the others`, async () => {
    assertEquals(await listAndEnd({ sessions: [entry, OTHER] }), [[OTHER], 1]);
  });
}

for (const stored of [[ONE], { sessions: { ...ONE } }, "one", { sessions: null }]) {
  Deno.test(`UserSessions has no sessions in what is not a list: ${JSON.stringify(stored)}`, async () => {
    assertEquals(await listAndEnd(stored), [[], 0]);
  });
}
