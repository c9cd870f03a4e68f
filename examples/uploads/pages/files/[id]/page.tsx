import { HyperError, type PageContext } from "@hyper/actions";
import { library } from "../../../library.ts";

/** Serves a file as it was uploaded. */
export async function render({ params, deps }: PageContext<"/files/[id]">): Promise<Response> {
  const files = await deps.get(library);
  const file = files.find(params.id);
  if (file === null) throw new HyperError(404, "This file does not exist");
  // Images are displayed, all other files are downloaded. The sandbox keeps a file from acting as a page of this site.
  const isPicture = file.type.startsWith("image/");
  return new Response(await files.read(file), {
    headers: {
      "content-type": isPicture ? file.type : "application/octet-stream",
      "content-length": String(file.size),
      "content-disposition": `${isPicture ? "inline" : "attachment"}; filename*=UTF-8''${encodeName(file.name)}`,
      "content-security-policy": "default-src 'none'; sandbox",
      "x-content-type-options": "nosniff",
      "cache-control": "private, max-age=31536000, immutable",
    },
  });
}

/** Encodes a name for a header (RFC 8187, 3.2). */
function encodeName(name: string): string {
  return encodeURIComponent(name).replace(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}
