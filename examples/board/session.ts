/** Members: a name and a cookie, without a password. An application must verify the user before `enter()`. */
import { dependency, type Guard } from "@hyper/actions";
import { setCookie } from "@std/http/cookie";
import { addPerson, findPerson, type Person } from "./database.ts";

/** The topic: one room for all members. */
export const ROOM = "room";

const KEY = /(?:^|; ?)person=([0-9a-f-]{36})(?:;|$)/;

/** Returns the key that a request sends, known or not. */
export function keyOf({ headers }: Pick<Request, "headers">): string | null {
  return KEY.exec(headers.get("cookie") ?? "")?.[1] ?? null;
}

/** Returns the person whose key a request sends, or `null`. */
export function personOf(request: Pick<Request, "headers">): Person | null {
  const key = keyOf(request);
  return key === null ? null : findPerson(key);
}

/** The person of the request, or `null`. */
export const currentPerson = dependency("person", ({ request }): Person | null => personOf(request));

/** The current member, for actions with the guard below. */
export const member = dependency("member", async ({ deps }): Promise<Person> => {
  const person = await deps.get(currentPerson);
  if (person === null) {
    throw new TypeError("Cannot find the person: the action has no guard that requires one; add membersOnly");
  }
  return person;
});

/** The guard of everything in the room: redirects to the form to join. */
export const membersOnly: Guard = async ({ deps }) =>
  await deps.get(currentPerson) !== null || new Response(null, { status: 303, headers: { location: "/" } });

/** Adds the member and redirects to the room. */
export function enter(name: string, { protocol }: URL): Response {
  const response = new Response(null, { status: 303, headers: { location: "/" } });
  setCookie(response.headers, {
    name: "person",
    value: addPerson(name).key,
    path: "/",
    httpOnly: true,
    sameSite: "Lax",
    maxAge: 30 * 24 * 60 * 60,
    // Browsers accept secure cookies over TLS and on `localhost` only.
    secure: protocol === "https:",
  });
  return response;
}
