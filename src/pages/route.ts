// Path patterns, which folder names make, and the router that matches URL paths against them.
import type { Params } from "../context.ts";

/** A part of a pattern: a literal segment, `[name]` for one segment, or `[...name]` for one or more. */
export type PatternSegment =
  | { readonly kind: "static"; readonly text: string }
  | { readonly kind: "param"; readonly name: string }
  | { readonly kind: "rest"; readonly name: string };

/** A parsed pattern. */
export interface Pattern {
  /** The pattern without groups: `/notes/[id]`; `/` for the root. */
  readonly source: string;
  /** Its parts in order; none for the root. */
  readonly segments: readonly PatternSegment[];
}

/**
 * The parameters of a route, by its pattern: a string for `[name]`, an array for `[...name]`. A pattern that is not a literal
 * type has the parameters of any route.
 *
 * @typeParam P The pattern, such as `"/notes/[id]"`.
 */
export type ParamsOf<P extends string> = string extends P ? Params
  : {
    readonly [S in PatternParts<P> as ParamName<S>]: S extends `[...${string}]` ? readonly string[] : string;
  };

/** The parts of a pattern between its slashes, as a union of literals. */
export type PatternParts<P extends string> = P extends `${infer Head}/${infer Tail}` ? Head | PatternParts<Tail> : P;

/** The name in a part of a pattern: `id` of `[id]`, `rest` of `[...rest]`, `never` for any other. */
export type ParamName<S extends string> = S extends `[...${infer Name}]` ? Name
  : S extends `[${infer Name}]` ? Name
  : never;

/** A pattern to route, and its file, for the message if two patterns match the same URLs. */
export interface Routable {
  /** The pattern, as `parsePattern()` accepts it. */
  readonly pattern: string;
  readonly file: string;
}

/** A matched route, with the values of its parameters. */
export interface RouteMatch<R> {
  readonly route: R;
  readonly params: Params;
}

/** Finds the route of a path. */
export interface Router<R> {
  /**
   * Finds the route that matches a path. At each segment, a literal is tried before `[name]`, and `[name]` before `[...name]`;
   * if one does not match the rest of the path, the next is tried. Case-sensitive. Each segment is percent-decoded once; no route
   * matches a segment that is empty, malformed, `.` or `..`, or contains an encoded slash, backslash or control character.
   *
   * The time depends on the length of the path, not on the number of routes.
   *
   * @param pathname The path of a URL, percent-encoded as it was received.
   */
  match(pathname: string): RouteMatch<R> | null;
}

const NAME = /^[A-Za-z_][A-Za-z0-9_-]*$/;
// Control characters (U+0000-U+001F, U+007F) are dangerous in a header, a log or a file name, and never needed in a path.
// deno-lint-ignore no-control-regex
const UNSAFE_IN_SEGMENT = /[\u0000-\u001f\u007f/\\]/;

/**
 * Parses a pattern: folder names joined by slashes, with or without a slash at either end. `[name]` matches one segment,
 * `[...name]` one or more and must be last; `(name)` is a group and matches none.
 *
 * @throws {TypeError} When a part has none of these forms, or a name occurs twice.
 */
export function parsePattern(pattern: string): Pattern {
  const segments: PatternSegment[] = [];
  const texts: string[] = [];
  const names = new Set<string>();
  for (const text of pattern.split("/")) {
    if (text === "" || isGroup(text)) continue;
    const last = segments.at(-1);
    if (last?.kind === "rest") {
      throw new TypeError(
        `Cannot read pattern "${pattern}": "${text}" follows "[...${last.name}]", which must be last`,
      );
    }
    const segment = parseSegment(text, pattern);
    if (segment.kind !== "static") {
      if (names.has(segment.name)) {
        throw new TypeError(`Cannot read pattern "${pattern}": the parameter "${segment.name}" occurs twice`);
      }
      names.add(segment.name);
    }
    segments.push(segment);
    texts.push(text);
  }
  return { source: `/${texts.join("/")}`, segments };
}

/**
 * Makes a router: a tree of the segments of all routes.
 *
 * @throws {TypeError} When two routes match the same URLs: their patterns are equal, or differ only in the names of parameters.
 * The message names both files.
 */
export function createRouter<R extends Routable>(routes: readonly R[]): Router<R> {
  const root = createNode<R>();
  for (const route of routes) addRoute(root, route);
  return {
    match(pathname) {
      const texts = decodeSegments(pathname);
      return texts === null ? null : matchSegments(root, texts, 0, []);
    },
  };
}

// A tree in which each step down is one segment of a path:
//
//   root ─ "notes" ─ [id] ─ "edit"
//        └ [...rest]
//
// Nodes have no parameter names: `/[a]/x` and `/[b]/y` share the first step, and each route has its own names.
interface Node<R> {
  readonly texts: Map<string, Node<R>>;
  param: Node<R> | null;
  leaf: Leaf<R> | null;
  rest: Leaf<R> | null;
}

interface Leaf<R> {
  readonly route: R;
  readonly names: readonly string[];
}

function createNode<R>(): Node<R> {
  return { texts: new Map(), param: null, leaf: null, rest: null };
}

function addRoute<R extends Routable>(root: Node<R>, route: R): void {
  const { segments } = parsePattern(route.pattern);
  const leaf = { route, names: segments.flatMap((segment) => segment.kind === "static" ? [] : [segment.name]) };
  let node = root;
  for (const segment of segments) {
    switch (segment.kind) {
      case "static": {
        const next: Node<R> = node.texts.get(segment.text) ?? createNode();
        node.texts.set(segment.text, next);
        node = next;
        break;
      }
      case "param":
        node = node.param ??= createNode();
        break;
      case "rest":
        if (node.rest !== null) throw conflict(node.rest.route, route);
        node.rest = leaf;
        return;
    }
  }
  if (node.leaf !== null) throw conflict(node.leaf.route, route);
  node.leaf = leaf;
}

function conflict(first: Routable, second: Routable): TypeError {
  const patterns = first.pattern === second.pattern
    ? `"${first.pattern}"`
    : `"${first.pattern}" and "${second.pattern}", which differ only in names`;
  return new TypeError(
    `Cannot route "${second.file}": "${first.file}" claims the same URLs (${patterns}); move or remove one of them`,
  );
}

function matchSegments<R>(
  node: Node<R>,
  texts: readonly string[],
  at: number,
  values: readonly string[],
): RouteMatch<R> | null {
  const text = texts[at];
  if (text === undefined) return node.leaf === null ? null : matchOf(node.leaf, values);
  const same = node.texts.get(text);
  const match = (same && matchSegments(same, texts, at + 1, values)) ??
    (node.param && matchSegments(node.param, texts, at + 1, [...values, text]));
  if (match) return match;
  return node.rest === null ? null : matchOf(node.rest, [...values, texts.slice(at)]);
}

function matchOf<R>(leaf: Leaf<R>, values: readonly (string | readonly string[])[]): RouteMatch<R> {
  // fromEntries() defines own properties whatever their names, such as "toString".
  const params = Object.fromEntries(leaf.names.map((name, index) => [name, values[index] ?? ""]));
  return { route: leaf.route, params: Object.freeze(params) };
}

function isGroup(text: string): boolean {
  return text.length > 2 && text.startsWith("(") && text.endsWith(")");
}

function parseSegment(text: string, pattern: string): PatternSegment {
  const rest = text.match(/^\[\.\.\.(.*)\]$/s)?.[1];
  if (rest !== undefined) return { kind: "rest", name: checkParamName(rest, text, pattern) };
  const name = text.match(/^\[(.*)\]$/s)?.[1];
  if (name !== undefined) return { kind: "param", name: checkParamName(name, text, pattern) };
  if (/[[\]]/.test(text) || text === "()" || text === "." || text === ".." || UNSAFE_IN_SEGMENT.test(text)) {
    throw new TypeError(
      `Cannot read pattern "${pattern}": "${text}" is neither a literal nor "[name]", "[...name]" or "(name)"; rename the folder`,
    );
  }
  return { kind: "static", text };
}

function checkParamName(name: string, text: string, pattern: string): string {
  // `__proto__` would set the prototype of an object that an application copies the parameters to by assignment.
  if (NAME.test(name) && name !== "__proto__") return name;
  throw new TypeError(
    `Cannot read pattern "${pattern}": "${text}" has an invalid name; use letters, digits, "_" and "-", and begin with a ` +
      `letter or "_"`,
  );
}

/** Decodes each segment of a path once; `null` if one is malformed or unsafe. */
export function decodeSegments(pathname: string): readonly string[] | null {
  if (!pathname.startsWith("/")) return null;
  if (pathname === "/") return [];
  const texts: string[] = [];
  for (const encoded of pathname.slice(1).split("/")) {
    const text = decodeSegment(encoded);
    if (text === null) return null;
    texts.push(text);
  }
  return texts;
}

function decodeSegment(encoded: string): string | null {
  let text: string;
  try {
    text = decodeURIComponent(encoded);
  } catch {
    // URIError: not percent-encoded UTF-8, so that no route can match.
    return null;
  }
  return text === "" || text === "." || text === ".." || UNSAFE_IN_SEGMENT.test(text) ? null : text;
}
