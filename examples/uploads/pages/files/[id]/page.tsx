import { HyperError, type PageContext } from "@hyper/actions";
import { library } from "../../../library.ts";

/** One file, as it was sent. */
export async function render({ params, deps }: PageContext<"/files/[id]">): Promise<Response> {
  const files = await deps.get(library);
  const file = files.find(params.id);
  if (file === null) throw new HyperError(404, "This file does not exist");
  // A picture may be shown; everything else is only to be kept. No file is a page of this site, whatever is in it.
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

/** A name as a header may hold it (RFC 8187, 3.2). */
function encodeName(name: string): string {
  return encodeURIComponent(name).replace(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}
