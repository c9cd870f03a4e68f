/** The golden responses in `tests/wire`: written by the tests of the server, read by those of the runtime. */
import { z } from "zod";

/** A golden response. */
export interface Golden {
  /** Name of its file, without the extension. */
  readonly name: string;
  /** The body. */
  readonly text: string;
  /** The HTTP status. */
  readonly status: number;
  /** `true` if it is marked as a long-lived stream. */
  readonly stream: boolean;
}

const INDEX = z.record(z.string(), z.strictObject({ status: z.int(), stream: z.boolean() }));

/** Reads all golden responses, in the order of their index. */
export async function goldens(): Promise<Golden[]> {
  const index = INDEX.parse(JSON.parse(await read("index.json")));
  return await Promise.all(
    Object.entries(index).map(async ([name, head]) => ({ name, text: await read(`${name}.txt`), ...head })),
  );
}

function read(file: string): Promise<string> {
  return Deno.readTextFile(new URL(`../wire/${file}`, import.meta.url));
}
