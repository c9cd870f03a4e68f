import { fromFileUrl } from "@std/path";
import ts from "typescript";

const root = fromFileUrl(import.meta.resolve("../../"));

/** A source file: its path from the root of the project, and its text. */
export interface Source {
  readonly name: string;
  readonly text: string;
}

/** Reads the TypeScript files below a folder of the project. */
export async function readSources(folder: string): Promise<Source[]> {
  return await Array.fromAsync(
    filesIn(folder),
    async (name) => ({ name, text: await Deno.readTextFile(root + name) }),
  );
}

async function* filesIn(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(root + folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) yield* filesIn(path);
    else if (/\.tsx?$/.test(name)) yield path;
  }
}

/** Parses a source and returns each node that a test asks for, with its number of lines without its documentation. */
export function findNodes<N extends ts.Node>(
  { name, text }: Source,
  isWanted: (node: ts.Node) => node is N,
): { readonly node: N; readonly lines: number }[] {
  const source = ts.createSourceFile(name, text, ts.ScriptTarget.ESNext, true);
  const found: { readonly node: N; readonly lines: number }[] = [];
  const line = (position: number) => source.getLineAndCharacterOfPosition(position).line;
  const visit = (node: ts.Node): void => {
    if (isWanted(node)) found.push({ node, lines: line(node.end) - line(node.getStart()) + 1 });
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
