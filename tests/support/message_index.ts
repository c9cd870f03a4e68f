/** The messages for developers in the source, as a page of the documentation. `deno task api` writes it. */
import ts from "typescript";
import { findNodes, readSources, type Source } from "./sources.ts";

/** The sections of the page: a heading, and the folders or files below `src` whose messages it contains. */
const AREAS: readonly (readonly [heading: string, ...paths: readonly string[]])[] = [
  ["Actions", "actions", "audit.ts", "errors.ts"],
  ["Running an action", "dispatch", "respond", "callback.ts", "signal.ts"],
  ["Items and regions", "results", "live"],
  ["Dependencies", "deps"],
  ["Forms and fields", "forms"],
  ["Pages", "pages"],
  ["Rendering", "preact"],
  ["Options of createHandler()", "handler"],
  ["Requests and bodies", "http"],
  ["Sessions", "session"],
  ["Stores, buses and rate limiters", "store"],
  ["Texts for users", "texts"],
  ["Files and processes", "platform"],
  ["Browser runtime", "client", "protocol"],
  ["Test client", "testing"],
  ["init", "init"],
];

/** A message: `…` is a value. */
interface Message {
  readonly text: string;
  readonly path: string;
}

/** Lists the messages for developers: those that begin with "Cannot", and warnings. */
export async function listMessages(): Promise<readonly Message[]> {
  const sources = (await readSources("src")).filter(({ name }) =>
    !/_bundle\.ts$|\/(?:dev|languages)\/|project\//.test(name)
  );
  return sources.flatMap((source) =>
    messagesIn(source).map((text) => ({ text, path: source.name.slice("src/".length) }))
  );
}

/** Writes the page. */
export async function createMessageIndex(): Promise<string> {
  const messages = await listMessages();
  const sections = AREAS.map(([heading, ...paths]) => {
    const own = messages.filter(({ path }) => paths.some((area) => path === area || path.startsWith(`${area}/`)));
    // Reasons come last.
    const rank = (text: string) => `${text.startsWith("…") ? 1 : 0}${text}`;
    const texts = [...new Set(own.map(({ text }) => text))].toSorted((a, b) => rank(a).localeCompare(rank(b), "en"));
    return `## ${heading}\n\n${texts.map((text) => `- ${code(text)}`).join("\n")}`;
  });
  return `${
    [
      "# Error messages",
      "Every message for developers, from the source. A message names the operation, quotes the value, and explains what is wrong and what " +
      "to do. `…` is a value, or a reason. Search for the words before the first quote. [Troubleshooting](../guides/troubleshooting.md) " +
      "begins with the symptom instead.",
      ...sections,
    ].join("\n\n")
  }\n`;
}

const code = (text: string): string => text.includes("`") ? `\`\` ${text} \`\`` : `\`${text}\``;

/** Returns the messages of a file, and the reasons that follow a message that ends with a value. */
function messagesIn(source: Source): string[] {
  const texts = findNodes(source, isText).map(({ node }) => textOf(node).replaceAll(/\s+/g, " ").trim());
  const messages = texts.filter((text) => /^Cannot \S+ .{8}/.test(text));
  const hasReasons = messages.some((text) => text.endsWith(": …"));
  const reasons = texts.filter((text) => /^[a-z"…].*; [a-z]+ \S/.test(text) && !text.includes("<"));
  return hasReasons ? [...messages, ...reasons.map((text) => `… ${text}`.replace("… …", "…"))] : messages;
}

/** Returns whether a node is text that is not a part of a longer one. */
function isText(node: ts.Node): node is ts.Expression {
  return isPart(node) && !(ts.isBinaryExpression(node.parent) && isPart(node.parent)) && textOf(node).length > 20;
}

function isPart(node: ts.Node): boolean {
  if (ts.isBinaryExpression(node)) {
    return node.operatorToken.kind === ts.SyntaxKind.PlusToken && isPart(node.left) && isPart(node.right);
  }
  return ts.isStringLiteralLike(node) || ts.isTemplateExpression(node);
}

/** Returns the text of a node, with `…` for each value. */
function textOf(node: ts.Node): string {
  if (ts.isBinaryExpression(node)) return textOf(node.left) + textOf(node.right);
  if (ts.isStringLiteralLike(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return "…";
  return node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join("");
}
