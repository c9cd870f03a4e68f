/** The tasks that serve the small examples, with the permissions they say. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { fromFileUrl, join } from "@std/path";

const ROOT = fromFileUrl(import.meta.resolve("../../"));

for (
  const [task, title] of [
    ["minimal", "<h1>Guest book</h1>"],
    ["search", "<h1>Elements</h1>"],
    ["uploads", "<h1>Uploads</h1>"],
    ["wizard", "<h1>Workshops</h1>"],
    ["auth", "<h1>Club</h1>"],
  ] as const
) {
  Deno.test(`deno task ${task} serves its example on PORT`, async () => {
    const data = join(ROOT, "examples", task, "data");
    const hadData = await exists(data);
    const child = new Deno.Command(Deno.execPath(), {
      args: ["task", "-q", task],
      cwd: ROOT,
      // Port 0 is any free one.
      env: { PORT: "0", NO_COLOR: "1" },
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    try {
      // Without a word of its own Deno says where it listens, and says it on the other stream.
      const url = await Promise.any([findUrl(child.stdout), findUrl(child.stderr)]);
      const response = await fetch(url);
      assertEquals(response.status, 200);
      assertStringIncludes(await response.text(), title);
    } finally {
      child.kill();
      await child.status;
      if (!hadData) await Deno.remove(data, { recursive: true }).catch(() => {}); // An example without data has no folder.
    }
  });
}

/** The address that a program prints; what it prints after that is thrown away. */
async function findUrl(output: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let text = "";
  const read = output.pipeThrough(new TextDecoderStream()).pipeTo(
    new WritableStream({
      write: (chunk) => {
        text += chunk;
        const port = /http:\/\/[^:\s]+:(\d+)\//.exec(text)?.[1];
        if (port !== undefined) resolve(`http://localhost:${port}/`);
      },
      close: () => reject(new Error(`Cannot find the address in: ${text}`)),
    }),
  );
  read.catch(reject);
  return await promise;
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
