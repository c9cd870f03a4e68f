/**
 * The parts of the JSR score that a checkout can test (https://jsr.io/docs/scoring): a README with an example, documentation of
 * every entry and symbol, types without inference (`tests/publish_test.ts`), and a description. Supported runtimes and
 * provenance are set on the site.
 */
import { assert, assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import config from "../deno.json" with { type: "json" };

const root = fromFileUrl(import.meta.resolve("../"));

/** Output of `deno doc --json`, version 2: the properties that this test reads. */
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
    // The shape is that of `deno doc --json`; a change of it would leave nothing to count, which is refused below.
    const { nodes } = JSON.parse(new TextDecoder().decode(stdout)) as Documentation;
    const modules = Object.values(nodes);
    assert((modules[0]?.module_doc?.doc ?? "").length > 40);
    const symbols = modules.flatMap(({ symbols }) => symbols);
    assert(symbols.length > 0);
    const silent = symbols.filter(({ declarations }) => declarations.every(({ jsDoc }) => !jsDoc?.doc));
    assertEquals(silent.map(({ name }) => name), []);
  });
}
