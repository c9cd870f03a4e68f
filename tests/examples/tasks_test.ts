/** The tasks that serve an application, with their permissions. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { fromFileUrl, join } from "@std/path";

const ROOT = fromFileUrl(import.meta.resolve("../../"));

for (
  const [task, title, says = "stdout"] of [
    ["start", "<h1>Server actions for Deno</h1>"],
    // Development mode, for a browser that has not opened the link.
    ["dev", "<small>Development mode: "],
    ["notes", "<h1>Notes</h1>"],
    // Without its own message: Deno prints its URL to stderr.
    ["minimal", "<h1>Guest book</h1>", "stderr"],
    ["search", "<h1>Elements</h1>"],
    ["uploads", "<h1>Uploads</h1>"],
    ["wizard", "<h1>Workshops</h1>"],
    ["auth", "<h1>Club</h1>"],
    ["openid", "<h1>Library</h1>"],
    ["helpdesk", "<h1>Sign in</h1>"],
    ["booking", "<h1>Week of "],
  ] as const
) {
  Deno.test(`\`deno task ${task}\` serves on PORT and prints its URL`, async () => {
    const data = join(ROOT, "examples", task, "data");
    const hadData = await exists(data);
    const child = new Deno.Command(Deno.execPath(), {
      args: ["task", "-q", task],
      cwd: ROOT,
      // Port 0 is any free one.
      env: { PORT: "0", NOTES_DATABASE: ":memory:", NO_COLOR: "1" },
      stdout: "null",
      stderr: "null",
      [says]: "piped",
    }).spawn();
    try {
      const url = await findUrl(child[says], says === "stdout" ? "localhost" : "[^:\\s]+");
      const response = await fetch(url);
      assertEquals(response.status, 200);
      assertStringIncludes(await response.text(), title);
    } finally {
      child.kill();
      await child.status;
      // An example without data has no folder.
      if (!hadData && await exists(data)) await Deno.remove(data, { recursive: true });
    }
  });
}

/** The address that a program prints; what it prints after that is thrown away. */
async function findUrl(output: ReadableStream<Uint8Array<ArrayBuffer>>, host: string): Promise<string> {
  const pattern = new RegExp(`http://${host}:(\\d+)/`);
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let text = "";
  const read = output.pipeThrough(new TextDecoderStream()).pipeTo(
    new WritableStream({
      write: (chunk) => {
        text += chunk;
        const port = pattern.exec(text)?.[1];
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
