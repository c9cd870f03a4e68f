/** Splits source code into pieces that a style sheet colors. It does not parse the code, so some pieces stay plain text. */

/** A piece of source code. */
export interface Piece {
  /** Kind of the piece, or `null` for plain text. */
  readonly kind: "comment" | "string" | "keyword" | "number" | "tag" | "name" | null;
  /** Its source text. */
  readonly text: string;
}

const KEYWORDS =
  "abstract|as|async|await|break|case|catch|class|const|continue|default|do|else|export|extends|false|finally|for|from|function|if|implements|import|in|instanceof|interface|let|new|null|of|override|private|readonly|return|satisfies|static|super|switch|this|throw|true|try|type|typeof|undefined|using|var|void|while|yield";

const STRING = String.raw`"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'`;

// The name of the first group that matches is the kind. Text between two matches is plain.
const SCRIPT = new RegExp(
  [
    String.raw`(?<comment>\/\/[^\n]*|\/\*[^]*?\*\/)`,
    String.raw`(?<string>${STRING}|\u0060(?:[^\u0060\\]|\\.)*\u0060)`,
    // After a word, `<` is a comparison or a type argument.
    String.raw`(?<tag>(?<![\w)\]])<\/?[A-Za-z][\w.-]*|(?<![\w)\]=])<\/?>)`,
    String.raw`(?<keyword>\b(?:${KEYWORDS})\b(?![-:]|\s*=\s*["{]))`,
    String.raw`(?<number>\b\d[\d_.]*\b)`,
    String.raw`(?<name>\b[A-Za-z_$][\w$]*(?=\())`,
  ].join("|"),
  "g",
);
const MARKUP = new RegExp(
  [
    String.raw`(?<comment><!--[^]*?-->)`,
    String.raw`(?<tag><\/?[A-Za-z][\w-]*|\/?>)`,
    String.raw`(?<string>${STRING})`,
  ].join("|"),
  "g",
);
const SHELL = new RegExp(String.raw`(?<comment>(?:^|(?<=\s))#[^\n]*)|(?<string>${STRING})`, "gm");

const PATTERNS: Readonly<Record<string, RegExp>> = {
  ts: SCRIPT,
  tsx: SCRIPT,
  js: SCRIPT,
  json: SCRIPT,
  html: MARKUP,
  sh: SHELL,
};

/**
 * Splits source code into pieces.
 *
 * @param source The source.
 * @param language The name that follows a Markdown fence, such as `tsx`; an unknown one returns plain text.
 * @returns The pieces in order. Joined, they equal the source.
 */
export function highlight(source: string, language: string): readonly Piece[] {
  const pattern = PATTERNS[language];
  if (pattern === undefined) return [{ kind: null, text: source }];
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of source.matchAll(pattern)) {
    const [text] = match;
    if (match.index > end) pieces.push({ kind: null, text: source.slice(end, match.index) });
    pieces.push({ kind: kindOf(match.groups), text });
    end = match.index + text.length;
  }
  if (end < source.length) pieces.push({ kind: null, text: source.slice(end) });
  return pieces;
}

function kindOf(groups: RegExpMatchArray["groups"]): Piece["kind"] {
  const found = Object.entries(groups ?? {}).find(([, text]) => text !== undefined)?.[0];
  // The names of the groups are the kinds.
  return (found ?? null) as Piece["kind"];
}
