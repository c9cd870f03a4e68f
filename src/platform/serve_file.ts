// Files over HTTP.
import { serveFile } from "@std/http/file-server";

/**
 * Answers a request with a file. Deno's: `@std/http` opens files with it.
 *
 * @param request The request, of which conditional headers and `Range` are read.
 * @param path The file, links followed.
 * @returns The response; `null` if the path is not that of a regular file.
 */
export async function serveRegularFile(request: Request, path: string): Promise<Response | null> {
  const fileInfo = await Deno.stat(path);
  return fileInfo.isFile ? await serveFile(request, path, { fileInfo }) : null;
}
