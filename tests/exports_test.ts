import { assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";

/** What each entry exports, values and types, sorted. A name leaves this list only with a new major version. */
const EXPORTS: Readonly<Record<string, readonly string[]>> = {
  "mod.ts": [],
  "client.ts": [],
};

for (const [entry, names] of Object.entries(EXPORTS)) {
  Deno.test(`${entry} exports these names and no others`, async () => {
    assertEquals(await exportedNames(entry), names.toSorted());
  });
}

async function exportedNames(entry: string): Promise<string[]> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", entry],
    cwd: fromFileUrl(import.meta.resolve("../")),
  }).output();
  if (!success) throw new Error(`Cannot read the exports of ${entry}: ${new TextDecoder().decode(stderr)}`);
  // The shape is that of `deno doc --json`, version 2.
  const { nodes } = JSON.parse(new TextDecoder().decode(stdout)) as {
    nodes: Readonly<Record<string, { readonly symbols: readonly { readonly name: string }[] }>>;
  };
  return Object.values(nodes).flatMap(({ symbols }) => symbols.map(({ name }) => name)).toSorted();
}
