/**
 * The parts of JSR's score that a checkout can check (https://jsr.io/docs/scoring): a README with an example, documentation of
 * every entry and symbol, types without inference (`tests/publish_test.ts`), and a description. The supported runtimes and the
 * provenance are set on the site.
 */
import { assert, assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import config from "../deno.json" with { type: "json" };

const root = fromFileUrl(import.meta.resolve("../"));

/** The parts of `deno doc --json`, version 2, that are read here. */
interface Documentation {
  readonly nodes: Readonly<
    Record<string, {
      readonly module_doc?: { readonly doc?: string };
      readonly symbols: readonly {
        readonly name: string;
        readonly declarations: readonly { readonly jsDoc?: { readonly doc?: string } }[];
      }[];
    }>
  >;
}

Deno.test("the README has an example", async () => {
  assert(/```tsx?\n/.test(await Deno.readTextFile(`${root}README.md`)));
});

for (const [entry, file] of Object.entries(config.exports)) {
  Deno.test(`entry ${entry} and each of its symbols are documented`, async () => {
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["doc", "--json", file],
      cwd: root,
    }).output();
    assert(success, new TextDecoder().decode(stderr));
    // The shape of `deno doc --json`. If it changes, nothing is counted, and the test fails below.
    const { nodes } = JSON.parse(new TextDecoder().decode(stdout)) as Documentation;
    const modules = Object.values(nodes);
    assert((modules[0]?.module_doc?.doc ?? "").length > 40);
    const symbols = modules.flatMap(({ symbols }) => symbols);
    assert(symbols.length > 0);
    const silent = symbols.filter(({ declarations }) => declarations.every(({ jsDoc }) => !jsDoc?.doc));
    assertEquals(silent.map(({ name }) => name), []);
  });
}
