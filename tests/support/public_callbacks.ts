/**
 * The functions in the public types: each member and each parameter that is a function, found by `deno doc`. This includes
 * every function that an application passes, at any depth of an options object.
 */
import { fromFileUrl } from "@std/path";

/** A type in the output of `deno doc --json`. Its members depend on `kind`. */
interface DocType {
  readonly kind: string;
  readonly value?: unknown;
}

interface DocParam {
  readonly name?: string;
  readonly tsType?: DocType;
  /** The parameter without its default. */
  readonly left?: DocParam;
}

interface DocMembers {
  readonly properties?: readonly { readonly name: string; readonly tsType?: DocType }[];
  readonly methods?: readonly {
    readonly name: string;
    readonly kind?: string;
    readonly params?: readonly DocParam[];
    readonly functionDef?: { readonly params: readonly DocParam[] };
  }[];
  readonly indexSignatures?: readonly { readonly tsType?: DocType }[];
  readonly callSignatures?: readonly unknown[];
  readonly constructors?: readonly { readonly params: readonly DocParam[] }[];
}

interface DocDeclaration {
  readonly kind: string;
  readonly def: DocMembers & {
    readonly tsType?: DocType;
    readonly params?: readonly DocParam[];
    readonly elements?: readonly DocSymbol[];
  };
}

interface DocSymbol {
  readonly name: string;
  readonly declarations: readonly DocDeclaration[];
}

/** Types of the platform that contain their type parameters. */
const CONTAINERS =
  /^(?:Record|Readonly|Partial|ReadonlyMap|Map|ReadonlySet|Set|ReadonlyArray|Array|Iterable|Promise|PromiseLike)$/;

/**
 * Lists the functions.
 *
 * @param entry An entry of the package, relative to its root.
 * @returns Names such as `HandlerOptions.onError` and `dependency(factory)`.
 */
export async function publicCallbacks(entry: string): Promise<readonly string[]> {
  const root = fromFileUrl(import.meta.resolve("../../"));
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", entry],
    cwd: root,
    stdout: "piped",
    stderr: "piped",
  }).output();
  if (code !== 0) throw new Error(`Cannot read the types of "${entry}": ${new TextDecoder().decode(stderr)}`);
  // Version 2 of the output. A later version fails here, instead of listing nothing.
  const doc = JSON.parse(new TextDecoder().decode(stdout)) as {
    readonly version: number;
    readonly nodes: Readonly<Record<string, { readonly symbols: readonly DocSymbol[] }>>;
  };
  if (doc.version !== 2) {
    throw new Error(`Cannot read the types of "${entry}": deno doc prints version ${doc.version}, not 2`);
  }
  const symbols = Object.values(doc.nodes).flatMap(({ symbols }) => symbols);
  return new Finder(symbols, renamedIn(await Deno.readTextFile(`${root}/${entry}`))).find();
}

/** Exports with another name: `A as B` is the entry A → B. */
function renamedIn(text: string): ReadonlyMap<string, string> {
  return new Map(Array.from(text.matchAll(/\btype (\w+) as (\w+)/g), ([, from = "", to = ""]) => [from, to]));
}

class Finder {
  readonly #symbols: readonly DocSymbol[];
  /** Types that may be functions, by name. */
  readonly #types = new Map<string, DocType>();
  readonly #found = new Set<string>();

  constructor(symbols: readonly DocSymbol[], renamed: ReadonlyMap<string, string>) {
    this.#symbols = symbols.flatMap((symbol) => [symbol, ...elementsOf(symbol)]);
    for (const { name, declarations } of this.#symbols) {
      for (const { kind, def } of declarations) {
        if (kind === "typeAlias" && def.tsType !== undefined) this.#types.set(name, def.tsType);
        if ((def.callSignatures?.length ?? 0) > 0) this.#types.set(name, { kind: "fnOrConstructor" });
      }
    }
    for (const [from, to] of renamed) {
      const type = this.#types.get(to);
      if (type !== undefined) this.#types.set(from, type);
    }
  }

  find(): readonly string[] {
    for (const { name, declarations } of this.#symbols) {
      for (const { kind, def } of declarations) {
        switch (kind) {
          case "interface":
            this.#members(name, def);
            break;
          case "class":
            this.#members(name, def);
            for (const { params } of def.constructors ?? []) this.#params(`new ${name}`, params);
            break;
          case "function":
            this.#params(name, def.params ?? []);
            break;
          case "typeAlias":
          case "variable":
            this.#within(name, def.tsType, new Set());
        }
      }
    }
    return [...this.#found];
  }

  #members(owner: string, { properties = [], methods = [], indexSignatures = [] }: DocMembers): void {
    for (const { name, tsType } of properties) {
      if (this.#isFunction(tsType)) this.#found.add(`${owner}.${name}`);
      this.#within(`${owner}.${name}`, tsType, new Set());
    }
    for (const { name, kind, params, functionDef } of methods) {
      if (kind === "getter") continue;
      this.#found.add(`${owner}.${name}`);
      this.#params(`${owner}.${name}`, params ?? functionDef?.params ?? []);
    }
    for (const { tsType } of indexSignatures) {
      if (this.#isFunction(tsType)) this.#found.add(`${owner}[]`);
    }
  }

  #params(owner: string, params: readonly DocParam[]): void {
    for (const param of params) {
      const { name = "options", tsType } = param.left ?? param;
      if (this.#isFunction(tsType)) this.#found.add(`${owner}(${name})`);
      this.#within(`${owner}(${name})`, tsType, new Set());
    }
  }

  /** Lists the functions inside a type without a name: an object of options, the parameters of a function. */
  #within(owner: string, type: DocType | undefined, seen: Set<DocType>): void {
    if (type === undefined || seen.has(type)) return;
    seen.add(type);
    if (type.kind === "typeLiteral") return this.#members(owner, type.value as DocMembers);
    if (type.kind === "fnOrConstructor") {
      return this.#params(owner, (type.value as { params?: readonly DocParam[] } | undefined)?.params ?? []);
    }
    if (type.kind === "typeRef" || type.kind === "indexedAccess") return;
    for (const part of partsOf(type)) this.#within(owner, part, seen);
  }

  #isFunction(type: DocType | undefined, seen: ReadonlySet<DocType> = new Set()): boolean {
    if (type === undefined || seen.has(type)) return false;
    const deeper = new Set(seen).add(type);
    switch (type.kind) {
      case "fnOrConstructor":
        return true;
      case "typeLiteral":
        return false;
      case "indexedAccess": {
        // `{ from(…): T }["from"]` is the type of a method.
        const { objType } = type.value as { objType: DocType };
        return objType.kind === "typeLiteral" && ((objType.value as DocMembers).methods?.length ?? 0) > 0;
      }
      case "typeRef": {
        const { typeName, typeParams = [] } = type.value as { typeName: string; typeParams?: readonly DocType[] };
        if (this.#isFunction(this.#types.get(typeName.split(".").at(-1) ?? ""), deeper)) return true;
        return CONTAINERS.test(typeName) && typeParams.some((part) => this.#isFunction(part, deeper));
      }
      default:
        return partsOf(type).some((part) => this.#isFunction(part, deeper));
    }
  }
}

/** Returns the members of a namespace with qualified names. */
function elementsOf({ name, declarations }: DocSymbol): readonly DocSymbol[] {
  return declarations.flatMap(({ def }) => def.elements ?? [])
    .map((element) => ({ ...element, name: `${name}.${element.name}` }));
}

/** Returns the parts of a type: members of a union, a tuple or an array, branches of a condition. */
function partsOf({ value }: DocType): readonly DocType[] {
  if (typeof value !== "object" || value === null) return [];
  const parts: readonly unknown[] = Array.isArray(value) ? value : isType(value) ? [value] : Object.values(value);
  return parts.filter(isType);
}

function isType(value: unknown): value is DocType {
  return typeof value === "object" && value !== null && "kind" in value && typeof value.kind === "string";
}
