import { assert, assertEquals } from "@std/assert";
import { serveRegularFile } from "../../src/platform/serve_file.ts";

Deno.test("serveRegularFile() returns a response for a file, and null for a folder", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/a.css`, "a {}");
    const request = new Request("http://localhost/a.css");
    const response = await serveRegularFile(request, `${folder}/a.css`);
    assert(response !== null);
    assertEquals([response.status, await response.text()], [200, "a {}"]);
    assertEquals(await serveRegularFile(request, folder), null);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
