/**
 * The language of comments, messages, test names and documents. A finding is a phrase that a reader has to decode. It is
 * printed as `file:line: pattern: text`.
 *
 * Fix a finding by a sentence that names who does what, in the terms of the field. Phrases that are correct where they are
 * used belong in `ALLOWED`, with a reason.
 */
import { assertEquals } from "@std/assert";
import ts from "typescript";

/** Phrases that are not findings. */
const ALLOWED: readonly (readonly [phrase: string, reason: string])[] = [
  ["There is no such page", "text for users, which has its own catalog"],
  ["There is no room for this file", "text for users, which has its own catalog"],
];

/** Kinds of text: some patterns apply only to some of them. */
type Kind = "doc" | "comment" | "string" | "document";

/** A comment, a string, or a paragraph of a document. */
interface Piece {
  readonly kind: Kind;
  readonly text: string;
  /** Line of its first character, from 1. */
  readonly line: number;
}

/** A phrase to avoid. */
interface Pattern {
  /** Name of the phrase, and its replacement. */
  readonly name: string;
  /** A space in it also matches a line break. */
  readonly regexp: RegExp;
  /** Kinds of text that it applies to. Default: all. */
  readonly kinds?: readonly Kind[];
}

const PATTERNS: readonly Pattern[] = [
  {
    name: "doc comment begins with What, Whether, Who, How, Where, Which, When or Told: begin with a verb or a noun",
    regexp: /^\s*(?:What|Whether|Who|Whose|How|Where|Which|When|Told)\b/,
    kinds: ["doc"],
  },
  {
    name: "sentence with What or Who as its subject: name the thing or the person",
    regexp: /(?:^|[.;:] )(?:What (?!to\b|a\b)|Who )[^.?:\n]{0,80}\.(?:\s|$)/,
    kinds: ["comment", "document"],
  },
  {
    name: '"is no", except "there is no": write "is not a"',
    regexp: /(?<!\bthere )\b(?:is|are|was|were) no\b(?! (?:longer|more than|less than|later)\b)/,
  },
  {
    name: '"whoever", "somebody", "nobody", "everybody": name the user, client or caller',
    regexp: /\b(?:whoever|somebody|nobody|everybody|anybody)\b/,
  },
  { name: '"visitor", "stranger": write "user" or "client"', regexp: /\b(?:visitors?|strangers?|askers?)\b/ },
  {
    name: '"says", "stands", "draws", "gives", "goes on": name the subject and the action',
    regexp: /\b(?:says|stands(?! for)|draws|gives|(?:goes|went|gone) on)\b/,
  },
  { name: '"told": name who calls, reports or logs', regexp: /\btold\b/ },
  { name: '"anew": write "again"', regexp: /\b(?:anew|afresh)\b/ },
  { name: '"beside": write "next to"', regexp: /\bbeside\b/ },
  { name: '"for good": write "permanently"', regexp: /\bfor good\b/ },
  {
    name: '"takes … for": write "treats … as"',
    regexp: /\b(?:takes?|took|taken|mistaken) (?:\w+ )?for (?:lost|granted|one|an?|the|ours|its)\b/,
  },
  { name: '"belongs into": write "belongs in"', regexp: /\bbelongs? into\b/ },
  { name: '"at the start": write "on startup"', regexp: /\bat the start\b(?! of)/ },
  { name: '"slip": write "mistake"', regexp: /\bslips?\b/ },
  {
    name: '"a text": write "a string" or "text"',
    regexp: /\ba text\b(?! (?:area|box|editor|field|file|input|node|page|selection)\b)/,
  },
  {
    name: '"is to": write "must" or "should"',
    regexp: /\b(?:is|are|was|were) to (?:be|mean|do|have|go|take|show|come|stay|say|keep|get|give)\b/,
  },
  { name: '"as far as it is": name the part', regexp: /\bas far as (?:it|they|that) (?:is|are|has|have)\b/ },
];

const root = new URL("../", import.meta.url);

/** Yields the paths of the files below a folder. */
async function* filesBelow(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, root))) {
    const path = `${folder}/${name}`;
    if (isDirectory) yield* filesBelow(path);
    else yield path;
  }
}

const IGNORED =
  /_bundle\.ts$|\/bench\/(?:results|servers)\/|\/support\/std\/|\/data\/|\/translations\.ts$|\/words_test\.ts$/;

/** Returns the line of a position, from 1. */
function lineAt(text: string, position: number): number {
  return text.slice(0, position).split("\n").length;
}

/** Replaces text by spaces, and keeps its line breaks. */
const blank = (text: string): string => text.replaceAll(/[^\n]/g, " ");

/** Returns the comments and messages of a source file. */
function readSource(path: string, text: string): Piece[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const comments = new Map<number, Piece>();
  const messages: Piece[] = [];
  const visit = (node: ts.Node): void => {
    if (node.kind !== ts.SyntaxKind.JsxText) {
      const leading = ts.getLeadingCommentRanges(text, node.pos) ?? [];
      const trailing = ts.getTrailingCommentRanges(text, node.end) ?? [];
      for (const { pos, end } of [...leading, ...trailing]) comments.set(pos, readComment(text, pos, end));
    }
    if (isMessage(node, path)) {
      messages.push({ kind: "string", text: node.getText(), line: lineAt(text, node.getStart()) });
    }
    node.getChildren().forEach(visit);
  };
  visit(file);
  return [...joinLines([...comments.values()].toSorted((a, b) => a.line - b.line)), ...messages];
}

function readComment(text: string, pos: number, end: number): Piece {
  const line = lineAt(text, pos);
  const raw = text.slice(pos, end);
  if (raw.startsWith("//")) return { kind: "comment", text: raw.replace(/^\/\/+ ?/, ""), line };
  const body = raw.replace(/^\/\*+/, "").replace(/\*\/$/, "").replaceAll(/^[ \t]*\*[ \t]?/gm, "");
  return { kind: raw.startsWith("/**") ? "doc" : "comment", text: body, line };
}

/** Joins line comments on successive lines, because a sentence can continue on the next line. */
function joinLines(pieces: readonly Piece[]): Piece[] {
  const joined: Piece[] = [];
  for (const piece of pieces) {
    const last = joined.at(-1);
    const isNext = last?.kind === "comment" && piece.kind === "comment" &&
      last.line + last.text.split("\n").length === piece.line;
    if (isNext) joined[joined.length - 1] = { ...last, text: `${last.text}\n${piece.text}` };
    else joined.push(piece);
  }
  return joined;
}

/** Returns whether a node is text for people: a message in a source, the name of a test, or text in JSX. */
function isMessage(node: ts.Node, path: string): boolean {
  const isString = ts.isStringLiteralLike(node) || ts.isTemplateExpression(node);
  if (path.startsWith("tests/")) {
    if (!isString || !ts.isCallExpression(node.parent) || node.parent.arguments[0] !== node) return false;
    return /(?:^|\.)(?:test|step)$|Test$/.test(node.parent.expression.getText());
  }
  return ts.isJsxText(node) ? node.text.trim() !== "" : isString && node.getText().includes(" ");
}

/** Returns the paragraphs, list items and table rows of a document. */
function readDocument(text: string): Piece[] {
  const pieces: Piece[] = [];
  for (const [index, line] of text.replaceAll(/^```.*?^```$/gms, blank).split("\n").entries()) {
    const last = pieces.at(-1);
    const continues = last !== undefined && /^ *[^\s|#>*\-\d]/.test(line) && !/^[|#]/.test(last.text) &&
      last.line + last.text.split("\n").length === index + 1;
    if (continues) pieces[pieces.length - 1] = { ...last, text: `${last.text}\n${line}` };
    else if (line.trim() !== "") {
      pieces.push({ kind: "document", text: line.replace(/^ *(?:[-*]|\d+\.) /, ""), line: index + 1 });
    }
  }
  return pieces;
}

/** Yields the findings of a piece, as `line: pattern: text`. */
function* findingsIn({ kind, text, line }: Piece): Generator<string> {
  // Code in a comment or document is not prose. In a message, it can be a template.
  const prose = kind === "string" ? text : text.replaceAll(/```[^]*?```|`[^`\n]+`/g, blank);
  const checked = ALLOWED.reduce((rest, [phrase]) => rest.replaceAll(phrase, blank), prose);
  for (const { name, regexp, kinds } of PATTERNS) {
    if (kinds !== undefined && !kinds.includes(kind)) continue;
    const flags = kind === "doc" && regexp.source.startsWith("^") ? "g" : "gi";
    for (const { index, 0: found } of checked.matchAll(new RegExp(regexp.source.replaceAll(" ", "\\s+"), flags))) {
      const at = line + checked.slice(0, index).split("\n").length - 1;
      yield `${at}: ${name}: ${found.replaceAll(/\s+/g, " ").trim().slice(0, 70)}`;
    }
  }
}

Deno.test("comments, messages, test names and documents contain no phrase of the list", async () => {
  const paths = ["mod.ts", "client.ts", "README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"];
  for (const folder of ["src", "tests", "examples"]) paths.push(...await Array.fromAsync(filesBelow(folder)));
  const findings: string[] = [];
  for (const path of paths.filter((path) => /\.(?:tsx?|js|md)$/.test(path) && !IGNORED.test(path))) {
    const text = await Deno.readTextFile(new URL(path, root));
    const pieces = path.endsWith(".md") ? readDocument(text) : readSource(path, text);
    findings.push(...pieces.flatMap((piece) => Array.from(findingsIn(piece), (finding) => `${path}:${finding}`)));
  }
  assertEquals(findings.length, 0, findings.join("\n"));
});
