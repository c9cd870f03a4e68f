/**
 * Writes the pages of the reference that come from the source: the exported names, the options, and the messages for developers.
 * `deno task api`. With `--check` it writes nothing, and fails if a page is stale.
 */
import { fromFileUrl } from "@std/path";
import { type DocSymbol, readExports } from "./doc_symbols.ts";
import { createMessageIndex } from "./message_index.ts";
import { createOptionIndex, hasOptions } from "./option_index.ts";

const REFERENCE = new URL("../../examples/showcase/reference/", import.meta.url);

const KINDS: Readonly<Record<string, string>> = { interface: "type", typeAlias: "type", variable: "constant" };

const exported = await readExports();
for (
  const [file, text] of [
    ["api.md", createIndex()],
    ["options.md", createOptionIndex(exported)],
    ["messages.md", await createMessageIndex()],
  ] as const
) {
  const path = fromFileUrl(new URL(file, REFERENCE));
  if (!Deno.args.includes("--check")) {
    await Deno.writeTextFile(path, text);
  } else if (text !== await Deno.readTextFile(path)) {
    throw new Error(`Cannot show ${file}: it is older than the source, run \`deno task api\``);
  }
}

function createIndex(): string {
  const sections = Array.from(exported, ([entry, symbols]) => {
    return [`## ${entry}`, ["| name | kind | description |", "| --- | --- | --- |", ...symbols.map(rowOf)].join("\n")]
      .join("\n\n");
  });
  return `${
    [
      "# API index",
      "All exported names, in alphabetical order. The documentation of each name, with its options and an example, is in the editor, " +
      "in the source, and on JSR.",
      ...sections,
    ].join("\n\n")
  }\n`;
}

/** Returns the row of a name. One with options links to them. */
function rowOf(symbol: DocSymbol): string {
  const { name, declarations } = symbol;
  const kind = declarations[0]?.kind ?? "";
  const summary = summaryOf(declarations.map(({ jsDoc }) => jsDoc?.doc ?? "").find((doc) => doc !== "") ?? "");
  const shown = hasOptions(symbol) ? `[\`${name}\`](options.md#${name.toLowerCase()})` : `\`${name}\``;
  return `| ${shown} | ${KINDS[kind] ?? kind} | ${summary} |`;
}

/** Returns the first sentence of a comment, as the content of a table cell. */
function summaryOf(doc: string): string {
  const [paragraph = ""] = doc.split(/\n\s*\n/);
  const line = paragraph.replaceAll(/\s+/g, " ").replaceAll(/\{@linkcode (\w+)(?:\.\w+)*\}/g, "`$1`");
  const [sentence = ""] = /^.*?[.:](?=\s+[A-Z`<]|$)/.exec(line) ?? [line];
  return sentence.trim().replace(/:$/, ".").replaceAll("|", "\\|");
}
