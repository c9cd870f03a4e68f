/** The exported names of the package, as `deno doc` describes them. */
import { fromFileUrl } from "@std/path";
import config from "../../deno.json" with { type: "json" };

const ROOT = new URL("../../", import.meta.url);

/** A comment. */
interface Comment {
  readonly doc?: string;
}

/** The part of the output of `deno doc --json` that is read here: a name and its declarations. */
export interface DocSymbol {
  readonly name: string;
  readonly declarations: readonly {
    readonly kind: string;
    readonly declarationKind: string;
    readonly jsDoc?: Comment;
    readonly def?: {
      readonly properties?: readonly { readonly name: string; readonly jsDoc?: Comment }[];
      readonly extends?: readonly { readonly repr: string }[];
    };
  }[];
}

/** Reads the exported names of each entry of the package, in alphabetical order. */
export async function readExports(): Promise<ReadonlyMap<string, readonly DocSymbol[]>> {
  const entries = await Promise.all(
    Object.entries(config.exports).map(async ([entry, file]) =>
      [`${config.name}${entry.slice(1)}`, await exportsOf(file)] as const
    ),
  );
  return new Map(entries);
}

async function exportsOf(file: string): Promise<readonly DocSymbol[]> {
  const { stdout, success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", fromFileUrl(new URL(file, ROOT))],
  }).output();
  if (!success) throw new Error(`Cannot read the exports of ${file}: ${new TextDecoder().decode(stderr)}`);
  const { nodes }: { readonly nodes: Readonly<Record<string, { readonly symbols: readonly DocSymbol[] }>> } = JSON
    .parse(new TextDecoder().decode(stdout));
  return Object.values(nodes).flatMap(({ symbols }) => symbols)
    .filter(({ declarations }) => declarations.some(({ declarationKind }) => declarationKind === "export"))
    .toSorted((a, b) => a.name.localeCompare(b.name, "en"));
}
