/** The golden answers under `tests/wire`: written by the server's tests, read by the runtime's. */
import { z } from "zod";

/** One answer as it travels. */
export interface Golden {
  /** Its file's name, without the extension. */
  readonly name: string;
  /** Its body. */
  readonly text: string;
  /** Its HTTP status. */
  readonly status: number;
  /** `true` if it has the header of a stream. */
  readonly stream: boolean;
}

const INDEX = z.record(z.string(), z.strictObject({ status: z.int(), stream: z.boolean() }));

/** Reads all of them, in the order of their index. */
export async function goldens(): Promise<Golden[]> {
  const index = INDEX.parse(JSON.parse(await read("index.json")));
  return await Promise.all(
    Object.entries(index).map(async ([name, head]) => ({ name, text: await read(`${name}.txt`), ...head })),
  );
}

function read(file: string): Promise<string> {
  return Deno.readTextFile(new URL(`../wire/${file}`, import.meta.url));
}
