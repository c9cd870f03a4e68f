/** The options of the package as a page of the documentation: the properties of each exported interface of options or props. */
import type { DocSymbol } from "./doc_symbols.ts";

/** Returns whether a name is an interface of options with properties of its own. */
export function hasOptions({ name, declarations }: DocSymbol): boolean {
  return /(?:Options|Props|Config)$/.test(name) && (declarations[0]?.def?.properties?.length ?? 0) > 0;
}

/** Writes the page from the exports of each entry. */
export function createOptionIndex(entries: ReadonlyMap<string, readonly DocSymbol[]>): string {
  const found = new Map<string, string>();
  for (const [entry, symbols] of entries) {
    for (const symbol of symbols.filter(hasOptions)) {
      if (!found.has(symbol.name)) found.set(symbol.name, sectionOf(symbol, entry));
    }
  }
  const names = [...found.keys()].toSorted((a, b) => a.localeCompare(b, "en"));
  return `${
    [
      "# Options",
      "Every option and property that the package accepts, from the source. The guides describe how to use them.",
      ...names.map((name) => found.get(name)),
    ].join("\n\n")
  }\n`;
}

function sectionOf({ name, declarations }: DocSymbol, entry: string): string {
  const [declaration] = declarations;
  const { properties = [], extends: bases = [] } = declaration?.def ?? {};
  // A type such as `Omit` alone would not name what it has.
  const inherited = bases.filter(({ repr }) => !/^(?:Omit|Pick|Partial)$/.test(repr)).map(({ repr }) => `\`${repr}\``)
    .join(", ");
  return [
    `## ${name}`,
    [
      asText(declaration?.jsDoc?.doc ?? "", true),
      `From \`${entry}\`.`,
      inherited === "" ? "" : `It also has the properties of ${inherited}.`,
    ].filter((sentence) => sentence !== "").join(" "),
    [
      "| option | description |",
      "| --- | --- |",
      ...properties.map(({ name, jsDoc }) => `| \`${name}\` | ${asText(jsDoc?.doc ?? "", false)} |`),
    ].join("\n"),
  ].join("\n\n");
}

/** Returns a comment as one line of Markdown: its first paragraph, or all of it. */
function asText(doc: string, isFirst: boolean): string {
  const text = isFirst ? doc.split(/\n\s*\n/)[0] ?? "" : doc;
  const line = text.replaceAll(/\s+/g, " ").replaceAll(/\{@link(?:code)? ([\w.]+)[^}]*\}/g, "`$1`").trim();
  // Outside of code, an angle bracket would begin an element.
  return line.split(/(`[^`]*`)/).map((part, index) => index % 2 === 1 ? part : part.replaceAll("<", "\\<")).join("")
    .replaceAll("|", "\\|");
}
