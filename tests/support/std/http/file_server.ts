/**
 * The stand-in for `@std/http/file-server`, typed as `http/file_server.ts` of denoland/std has it: its `serveFile`, step by step as the real one, on the pieces of `deno-std`
 * that load. (The package's own `file_server.js` imports files that it does not hold.)
 */
import { contentType as contentType_ } from "deno-std/media_types/content_type.js";
import { ByteSliceStream as ByteSliceStream_ } from "deno-std/streams/byte_slice_stream.js";
import { extname as extname_ } from "deno-std/path/extname.js";
import { eTag as eTag_, ifNoneMatch as ifNoneMatch_ } from "deno-std/http/etag.js";

const contentType: (extensionOrType: string) => string | undefined = contentType_;
const extname: (path: string) => string = extname_;
const eTag: (
  entity: { readonly size: number; readonly mtime: Date | null },
  options?: { algorithm?: AlgorithmIdentifier },
) => Promise<string | undefined> = eTag_;
const ifNoneMatch: (value: string | null, etag: string | undefined) => boolean = ifNoneMatch_;
const ByteSliceStream: new (start?: number, end?: number) => TransformStream<
  Uint8Array<ArrayBuffer>,
  Uint8Array<ArrayBuffer>
> = ByteSliceStream_;

export interface ServeFileOptions {
  etagAlgorithm?: AlgorithmIdentifier;
  fileInfo?: Deno.FileInfo;
}

export async function serveFile(req: Request, filePath: string, options?: ServeFileOptions): Promise<Response> {
  await req.body?.cancel();
  if (req.method !== "GET" && req.method !== "HEAD") {
    return new Response("Method Not Allowed", { status: 405, statusText: "Method Not Allowed" });
  }
  const notFound = { status: 404, statusText: "Not Found" };
  let fileInfo = options?.fileInfo;
  try {
    fileInfo ??= await Deno.stat(filePath);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return new Response("Not Found", notFound);
    throw error;
  }
  if (fileInfo.isDirectory) return new Response("Not Found", notFound);

  const headers = new Headers({ server: "deno", "accept-ranges": "bytes" });
  const etag = fileInfo.mtime ? await eTag(fileInfo, { algorithm: options?.etagAlgorithm ?? "SHA-256" }) : undefined;
  if (fileInfo.mtime) headers.set("last-modified", fileInfo.mtime.toUTCString());
  if (etag) headers.set("etag", etag);
  const type = contentType(extname(filePath));
  if (type) headers.set("content-type", type);
  const size = fileInfo.size;
  if (req.method === "HEAD") {
    headers.set("content-length", `${size}`);
    return new Response(null, { status: 200, statusText: "OK", headers });
  }

  const noneMatch = req.headers.get("if-none-match");
  const modifiedSince = req.headers.get("if-modified-since");
  if (
    (etag || fileInfo.mtime) &&
    (!ifNoneMatch(noneMatch, etag) ||
      (noneMatch === null && fileInfo.mtime && modifiedSince &&
        fileInfo.mtime.getTime() < new Date(modifiedSince).getTime() + 1000))
  ) {
    return new Response(null, { status: 304, statusText: "Not Modified", headers });
  }

  const range = req.headers.get("range");
  const parsed = range && 0 < size ? parseRangeHeader(range, size) : null;
  if (!parsed) {
    headers.set("content-length", `${size}`);
    const file = await Deno.open(filePath);
    return new Response(file.readable, { status: 200, statusText: "OK", headers });
  }
  if (parsed.end < 0 || parsed.end < parsed.start || size <= parsed.start) {
    headers.set("content-range", `bytes */${size}`);
    const statusText = "Range Not Satisfiable";
    return new Response(statusText, { status: 416, statusText, headers });
  }
  const start = Math.max(0, parsed.start);
  const end = Math.min(parsed.end, size - 1);
  headers.set("content-range", `bytes ${start}-${end}/${size}`);
  headers.set("content-length", `${end - start + 1}`);
  const file = await Deno.open(filePath);
  await file.seek(start, Deno.SeekMode.Start);
  const sliced = file.readable.pipeThrough(new ByteSliceStream(0, end - start));
  return new Response(sliced, { status: 206, statusText: "Partial Content", headers });
}

function parseRangeHeader(value: string, size: number): { start: number; end: number } | null {
  const { start, end } = value.match(/bytes=(?<start>\d+)?-(?<end>\d+)?$/u)?.groups ?? {};
  if (start !== undefined) return { start: +start, end: end === undefined ? size - 1 : +end };
  return end === undefined ? null : { start: size - +end, end: size - 1 };
}
