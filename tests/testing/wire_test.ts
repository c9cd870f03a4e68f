/** The same files that the server's tests write and the runtime's read. */
import { assert, assertEquals } from "@std/assert";
import { readEvents } from "../../src/testing/events.ts";
import { isTerminal } from "../../src/protocol/patch.ts";

const FOLDER = new URL("../wire/", import.meta.url);

for (const { name } of [...Deno.readDirSync(FOLDER)].filter(({ name }) => name.endsWith(".txt"))) {
  Deno.test(`readEvents() reads ${name} to its end`, async () => {
    const bytes = await Deno.readFile(new URL(name, FOLDER));
    const text = new TextDecoder().decode(bytes);
    const events = await Array.fromAsync(readEvents(new Blob([bytes]).stream(), new AbortController().signal));
    assertEquals(events.map(({ event }) => event), [...text.matchAll(/^event: ([^\n]*)$/gm)].map(([, event]) => event));
    const data = [...text.matchAll(/^data: ([^\n]*)\n/gm)].map(([, json = ""]) => JSON.parse(json));
    assertEquals(events.filter(({ event }) => event !== "checkpoint").map((event) => event.data), data);
    assert(isTerminal(events.at(-1)?.event ?? ""), text);
  });
}
