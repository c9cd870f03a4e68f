/**
 * Path patterns made of folder names, and the router that finds the one a URL path belongs to.
 *
 * @module
 */
import type { Params } from "../context.ts";

/** One part of a pattern: a text as it stands, `[name]` for one segment, `[...name]` for one or more. */
export type PatternSegment =
  | { readonly kind: "static"; readonly text: string }
  | { readonly kind: "param"; readonly name: string }
  | { readonly kind: "rest"; readonly name: string };

/** A pattern, read. */
export interface Pattern {
  /** The pattern as a URL has it, groups left out: `/notes/[id]`; `/` for the root. */
  readonly source: string;
  /** Its parts in order; none for the root. */
  readonly segments: readonly PatternSegment[];
}

/**
 * The parameters of a route, read from its pattern: a text for `[name]`, a list for `[...name]`. A pattern that is not
 * known as a literal has the parameters of any route.
 *
 * @typeParam P The pattern, such as `"/notes/[id]"`.
 */
export type ParamsOf<P extends string> = string extends P ? Params
  : {
    readonly [S in PatternParts<P> as ParamName<S>]: S extends `[...${string}]` ? readonly string[] : string;
  };

/** The parts of a pattern between its slashes, as a union of literals. */
export type PatternParts<P extends string> = P extends `${infer Head}/${infer Tail}` ? Head | PatternParts<Tail> : P;

/** The name in a part of a pattern: `id` of `[id]`, `rest` of `[...rest]`, none of any other. */
export type ParamName<S extends string> = S extends `[...${infer Name}]` ? Name
  : S extends `[${infer Name}]` ? Name
  : never;

/** What can be routed: a pattern, and the file it comes from, for the message when two claim one URL. */
export interface Routable {
  /** The pattern, as `parsePattern()` takes it. */
  readonly pattern: string;
  /** The file it comes from. */
  readonly file: string;
}

/** A route that was found, with the values of its parameters. */
export interface RouteMatch<R> {
  /** The route. */
  readonly route: R;
  /** The values of its parameters, decoded; frozen. */
  readonly params: Params;
}

/** Finds the route of a path. */
export interface Router<R> {
  /**
   * Finds the route that a path belongs to. At each segment a text as it stands is tried before `[name]`, and `[name]`
   * before `[...name]`; where the better one leads nowhere, the next is tried. Case matters. Each segment is
   * percent-decoded once; a path with a segment that is empty, malformed, or holds an encoded slash, backslash, control
   * character or dot segment belongs to no route.
   *
   * The work depends on the length of the path, not on how many routes there are.
   *
   * @param pathname The path of a URL, percent-encoded as it came.
   * @returns The route and its parameters, or `null`.
   */
  match(pathname: string): RouteMatch<R> | null;
}

const NAME = /^[A-Za-z_][A-Za-z0-9_-]*$/;
// U+0000-U+001F and U+007F: in a header, a log or a file name they do harm, and in a path no one means them.
// deno-lint-ignore no-control-regex
const UNSAFE_IN_SEGMENT = /[\u0000-\u001f\u007f/\\]/;

/**
 * Reads a pattern. `[name]` stands for one segment, `[...name]` for one or more and comes last, `(name)` for none.
 *
 * @param pattern The pattern: folder names joined by slashes, with or without a slash at either end.
 * @returns The pattern in parts.
 * @throws {TypeError} When a part is of none of these forms or a name comes twice.
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
        `Cannot read pattern "${pattern}": "${text}" follows "[...${last.name}]", which takes all that is left`,
      );
    }
    const segment = parseSegment(text, pattern);
    if (segment.kind !== "static") {
      if (names.has(segment.name)) {
        throw new TypeError(`Cannot read pattern "${pattern}": the parameter "${segment.name}" comes twice`);
      }
      names.add(segment.name);
    }
    segments.push(segment);
    texts.push(text);
  }
  return { source: `/${texts.join("/")}`, segments };
}

/**
 * Puts routes into a tree of their segments.
 *
 * @param routes What can be found.
 * @returns The router.
 * @throws {TypeError} When two routes claim the same URLs: the same pattern, or one that differs in nothing but the names of
 * its parameters. The message names both files.
 */
export function createRouter<R extends Routable>(routes: readonly R[]): Router<R> {
  const root = createNode<R>();
  for (const route of routes) addRoute(root, route);
  return {
    match(pathname) {
      const texts = decodeSegments(pathname);
      return texts === null ? null : find(root, texts, 0, []);
    },
  };
}

// A tree in which each step down is one segment of a path:
//
//   root ─ "notes" ─ [id] ─ "edit"
//        └ [...rest]
//
// Nodes carry no parameter names: `/[a]/x` and `/[b]/y` share the first step, and each route knows its own names.
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
    : `"${first.pattern}" and "${second.pattern}", which differ in names alone`;
  return new TypeError(
    `Cannot route "${second.file}": "${first.file}" claims the same URLs (${patterns}); move or remove one of them`,
  );
}

function find<R>(node: Node<R>, texts: readonly string[], at: number, values: readonly string[]): RouteMatch<R> | null {
  const text = texts[at];
  if (text === undefined) return node.leaf === null ? null : found(node.leaf, values);
  const same = node.texts.get(text);
  const match = (same && find(same, texts, at + 1, values)) ??
    (node.param && find(node.param, texts, at + 1, [...values, text]));
  if (match) return match;
  return node.rest === null ? null : found(node.rest, [...values, texts.slice(at)]);
}

function found<R>(leaf: Leaf<R>, values: readonly (string | readonly string[])[]): RouteMatch<R> {
  // fromEntries defines own properties, whatever their names.
  const params = Object.fromEntries(leaf.names.map((name, index) => [name, values[index] ?? ""]));
  return { route: leaf.route, params: Object.freeze(params) };
}

function isGroup(text: string): boolean {
  return text.length > 2 && text.startsWith("(") && text.endsWith(")");
}

function parseSegment(text: string, pattern: string): PatternSegment {
  const rest = text.match(/^\[\.\.\.(.*)\]$/s)?.[1];
  if (rest !== undefined) return { kind: "rest", name: checkName(rest, text, pattern) };
  const name = text.match(/^\[(.*)\]$/s)?.[1];
  if (name !== undefined) return { kind: "param", name: checkName(name, text, pattern) };
  if (/[[\]]/.test(text) || text === "()" || text === "." || text === ".." || UNSAFE_IN_SEGMENT.test(text)) {
    throw new TypeError(
      `Cannot read pattern "${pattern}": "${text}" is neither a plain text nor "[name]", "[...name]" or "(name)"`,
    );
  }
  return { kind: "static", text };
}

function checkName(name: string, text: string, pattern: string): string {
  // `__proto__` would set the prototype of an object that somebody copies the parameters into by assignment.
  if (NAME.test(name) && name !== "__proto__") return name;
  throw new TypeError(
    `Cannot read pattern "${pattern}": "${text}" has no valid name, letters, digits, "_" and "-" make one, a digit or "-" ` +
      `not first`,
  );
}

/** The segments of a path, each decoded once; `null` when what is meant cannot be told. */
function decodeSegments(pathname: string): readonly string[] | null {
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
    // URIError: not the percent-encoding of UTF-8, so no segment of ours.
    return null;
  }
  return text === "" || text === "." || text === ".." || UNSAFE_IN_SEGMENT.test(text) ? null : text;
}
