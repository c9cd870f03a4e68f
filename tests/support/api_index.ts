/**
 * Writes the pages of the reference that come from the source: the exported names, and the messages for developers. `deno task api`.
 * With `--check` it writes nothing, and fails if a page is stale.
 */
import { fromFileUrl } from "@std/path";
import config from "../../deno.json" with { type: "json" };
import { createMessageIndex } from "./message_index.ts";

const ROOT = new URL("../../", import.meta.url);
const REFERENCE = new URL("examples/showcase/reference/", ROOT);

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

for (const [file, text] of [["api.md", await createIndex()], ["messages.md", await createMessageIndex()]] as const) {
  const path = fromFileUrl(new URL(file, REFERENCE));
  if (!Deno.args.includes("--check")) {
    await Deno.writeTextFile(path, text);
  } else if (text !== await Deno.readTextFile(path)) {
    throw new Error(`Cannot show ${file}: it is older than the source, run \`deno task api\``);
  }
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
