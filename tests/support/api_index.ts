/**
 * Writes the index of all exported names to `examples/showcase/reference/api.md`: `deno task api`. With `--check` it writes nothing,
 * and fails if the file is stale.
 */
import { fromFileUrl } from "@std/path";
import config from "../../deno.json" with { type: "json" };

const ROOT = new URL("../../", import.meta.url);
const OUTPUT = fromFileUrl(new URL("examples/showcase/reference/api.md", ROOT));

/** One exported name. */
interface Exported {
  readonly name: string;
  readonly kind: string;
  readonly summary: string;
}

/** The part of the output of `deno doc --json` that is read here. */
interface DocSymbol {
  readonly name: string;
  readonly declarations: readonly {
    readonly kind: string;
    readonly declarationKind: string;
    readonly jsDoc?: { readonly doc?: string };
  }[];
}

const KINDS: Readonly<Record<string, string>> = { interface: "type", typeAlias: "type", variable: "constant" };

const text = await createIndex();
if (!Deno.args.includes("--check")) {
  await Deno.writeTextFile(OUTPUT, text);
} else if (text !== await Deno.readTextFile(OUTPUT)) {
  throw new Error("Cannot show the API index: it is older than the exports, run `deno task api`");
}

async function createIndex(): Promise<string> {
  const sections = await Promise.all(
    Object.entries(config.exports).map(async ([entry, file]) => {
      const name = `${config.name}${entry.slice(1)}`;
      const rows = (await exportsOf(file)).map(({ name, kind, summary }) => `| \`${name}\` | ${kind} | ${summary} |`);
      return [`## ${name}`, ["| name | kind | description |", "| --- | --- | --- |", ...rows].join("\n")].join("\n\n");
    }),
  );
  return `${
    [
      "# API index",
      "All exported names, in alphabetical order. The documentation of each name, with its options and an example, is in the editor, " +
      "in the source, and on JSR.",
      ...sections,
    ].join("\n\n")
  }\n`;
}

async function exportsOf(file: string): Promise<readonly Exported[]> {
  const { stdout, success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", fromFileUrl(new URL(file, ROOT))],
  }).output();
  if (!success) throw new Error(`Cannot read the exports of ${file}: ${new TextDecoder().decode(stderr)}`);
  const { nodes }: { readonly nodes: Readonly<Record<string, { readonly symbols: readonly DocSymbol[] }>> } = JSON
    .parse(
      new TextDecoder().decode(stdout),
    );
  return Object.values(nodes).flatMap(({ symbols }) => symbols)
    .filter(({ declarations }) => declarations.some(({ declarationKind }) => declarationKind === "export"))
    .map(({ name, declarations }) => ({
      name,
      kind: KINDS[declarations[0]?.kind ?? ""] ?? declarations[0]?.kind ?? "",
      summary: summaryOf(declarations.map(({ jsDoc }) => jsDoc?.doc ?? "").find((doc) => doc !== "") ?? ""),
    }))
    .toSorted((a, b) => a.name.localeCompare(b.name, "en"));
}

/** Returns the first sentence of a comment, as the content of a table cell. */
function summaryOf(doc: string): string {
  const [paragraph = ""] = doc.split(/\n\s*\n/);
  const line = paragraph.replaceAll(/\s+/g, " ").replaceAll(/\{@linkcode (\w+)(?:\.\w+)*\}/g, "`$1`");
  const [sentence = ""] = /^.*?[.:](?=\s+[A-Z`<]|$)/.exec(line) ?? [line];
  return sentence.trim().replace(/:$/, ".").replaceAll("|", "\\|");
}
