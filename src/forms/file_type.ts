// Identifies a file by its first bytes, and matches it against an `accept` list.
//
// The sender chooses the name and the declared type of an upload. Browsers and other programs later use the first
// bytes, so both must match.

import { registeredType, typeOfName } from "./file_type_aliases.ts";

/** The number of bytes that are read to identify a file. */
const HEAD_BYTES = 4100;

interface Signature {
  /** The types with this signature, the usual one first. */
  readonly types: readonly string[];
  readonly matches: (head: Uint8Array) => boolean;
}

// Linear: each alternative starts with its own characters and ends at the first closing mark.
const SVG = /^(?:\s|<\?xml[^>]*>|<!--(?:(?!-->)[^])*-->|<!doctype\s+svg[^>[]*(?:\[[^\]]*\]\s*)?>)*<svg[\s>]/i;
const HTML = /^<(?:!doctype html|html|head|body|script|iframe)\b/i;

const SIGNATURES: readonly Signature[] = [
  { types: ["image/png"], matches: bytes([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) },
  { types: ["image/jpeg"], matches: bytes([0xff, 0xd8, 0xff]) },
  { types: ["image/gif"], matches: (head) => ascii(head, 0, 6) === "GIF87a" || ascii(head, 0, 6) === "GIF89a" },
  { types: ["image/webp"], matches: (head) => ascii(head, 0, 4) === "RIFF" && ascii(head, 8, 12) === "WEBP" },
  {
    types: ["audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave"],
    matches: (head) => ascii(head, 0, 4) === "RIFF" && ascii(head, 8, 12) === "WAVE",
  },
  { types: ["image/avif"], matches: brand(["avif", "avis"]) },
  { types: ["image/heic", "image/heif"], matches: brand(["heic", "heix", "hevc", "mif1", "msf1"]) },
  { types: ["video/quicktime"], matches: brand(["qt  "]) },
  { types: ["audio/mp4", "audio/x-m4a", "audio/m4a"], matches: brand(["M4A ", "M4B "]) },
  { types: ["video/mp4", "audio/mp4", "video/x-m4v"], matches: (head) => ascii(head, 4, 8) === "ftyp" },
  {
    types: ["video/webm", "audio/webm", "video/x-matroska", "audio/x-matroska", "video/matroska", "audio/matroska"],
    matches: bytes([0x1a, 0x45, 0xdf, 0xa3]),
  },
  { types: ["audio/ogg", "video/ogg", "application/ogg"], matches: (head) => ascii(head, 0, 4) === "OggS" },
  { types: ["audio/flac", "audio/x-flac"], matches: (head) => ascii(head, 0, 4) === "fLaC" },
  {
    types: ["audio/mpeg", "audio/mp3"],
    matches: (head) =>
      (ascii(head, 0, 3) === "ID3" && (head[3] ?? 32) < 32) ||
      (head[0] === 0xff && [0xfb, 0xf3, 0xf2].includes(head[1] ?? 0)),
  },
  { types: ["application/pdf"], matches: (head) => ascii(head, 0, 5) === "%PDF-" },
  { types: ["application/gzip", "application/x-gzip"], matches: bytes([0x1f, 0x8b]) },
  { types: ["application/x-7z-compressed"], matches: bytes([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]) },
  {
    types: ["application/vnd.rar", "application/x-rar-compressed"],
    matches: (head) => ascii(head, 0, 6) === "Rar!\x1a\x07",
  },
  {
    types: ["application/zip", "application/x-zip-compressed"],
    matches: (head) => ascii(head, 0, 2) === "PK" && ["\x03\x04", "\x05\x06", "\x07\x08"].includes(ascii(head, 2, 4)),
  },
  { types: ["application/x-cfb"], matches: bytes([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]) },
  { types: ["font/woff"], matches: (head) => ascii(head, 0, 4) === "wOFF" },
  { types: ["font/woff2"], matches: (head) => ascii(head, 0, 4) === "wOF2" },
  { types: ["image/bmp", "image/x-ms-bmp"], matches: (head) => ascii(head, 0, 2) === "BM" && head[5] === 0 },
  { types: ["image/tiff"], matches: (head) => ["II*\0", "MM\0*"].includes(ascii(head, 0, 4)) },
  { types: ["image/x-icon", "image/vnd.microsoft.icon"], matches: bytes([0x00, 0x00, 0x01, 0x00]) },
  {
    types: ["application/x-msdownload"],
    matches: (head) => ascii(head, 0, 2) === "MZ" && head.subarray(0, 64).includes(0),
  },
  { types: ["application/x-elf"], matches: bytes([0x7f, 0x45, 0x4c, 0x46]) },
  { types: ["image/svg+xml"], matches: (head) => markup(head, SVG) },
  { types: ["text/html", "application/xhtml+xml"], matches: (head) => markup(head, HTML) },
];

// Containers: files of these types are zip or compound files, and their first bytes are those of the container.
const ZIP_BASED =
  /^application\/(?:vnd\.openxmlformats-officedocument\.|vnd\.oasis\.opendocument\.|epub\+zip$|java-archive$|.*\+zip$)/;
const CFB_BASED = /^application\/(?:msword$|vnd\.ms-(?:excel|powerpoint|outlook|project|visio))/;

/** A token of an `accept` attribute (HTML, 4.10.5.1.18): `image/*`, `image/png`, or `.png`. */
export const ACCEPT_TOKEN: RegExp = /^(?:\.[A-Za-z0-9._+-]+|[A-Za-z0-9!#$&^_.+-]+\/(?:\*|[A-Za-z0-9!#$&^_.+-]+))$/;

// Types that say nothing about the content: the operating system does not know the extension, or has registered the
// program that opens it.
const VAGUE_TYPES: ReadonlySet<string> = new Set([
  "",
  "application/octet-stream",
  "binary/octet-stream",
  "application/x-download",
  "application/force-download",
]);

/**
 * Returns whether an `accept` list matches a file: a token must match the name or the declared type, and the first bytes.
 *
 * The declared type depends on the operating system of the user. Names of one type are equal (`text/x-csv` and
 * `text/csv`), and so are extensions of one type (`.jpg` and `.jpeg`). If the file has no declared type, or if text has
 * the type of a program (`a.csv` as `application/vnd.ms-excel`), the extension determines the type.
 *
 * A type without a signature, such as `text/csv`, is accepted unless the bytes identify another type or, for text,
 * contain NUL.
 *
 * @param accept The tokens, in lower case.
 */
export async function acceptsFile(accept: readonly string[], file: File): Promise<boolean> {
  const name = file.name.toLowerCase();
  const types = claimedTypes(declaredType(file), typeOfName(name));
  const tokens = accept.filter((token) => types.some((type) => fits(token, type, name)));
  if (tokens.length === 0) return false;
  const head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  return tokens.some((token) => types.some((type) => fits(token, type, name) && hasContent(token, type, head)));
}

// The types that a file may have by its declared type and its extension.
function claimedTypes(declared: string, named: string): readonly string[] {
  if (VAGUE_TYPES.has(declared)) return [named];
  const isText = named.startsWith("text/") || named === "application/json" || named === "application/yaml";
  // Bytes do not identify these types, so that a wrong declaration cannot be corrected by them.
  return isText && (declared === "text/plain" || CFB_BASED.test(declared)) ? [declared, named] : [declared];
}

// Returns whether the first bytes of a file are those of its type.
function hasContent(token: string, type: string, head: Uint8Array): boolean {
  const found = sniff(head).map(registeredType);
  // The type that the bytes must have. An extension in the list is more specific than the declared type.
  const claimed = (token.startsWith(".") ? typeOfName(token) : "") || type;
  if (found.length === 0) {
    // Only text in UTF-16, which starts with a byte order mark, contains NUL bytes.
    if (claimed.startsWith("text/")) return !head.includes(0) || ["\xff\xfe", "\xfe\xff"].includes(ascii(head, 0, 2));
    return !hasSignature(claimed);
  }
  if (found.includes("application/zip") && ZIP_BASED.test(claimed)) return true;
  if (found.includes("application/x-cfb") && CFB_BASED.test(claimed)) return true;
  if (token.startsWith(".")) return found.includes(claimed) || !hasSignature(claimed);
  return found.some((type) => fits(token, type, ""));
}

/** Returns the types that the first bytes of a file identify; empty without a known signature. */
export function sniff(head: Uint8Array): readonly string[] {
  return SIGNATURES.find(({ matches }) => matches(head))?.types ?? [];
}

function declaredType(file: File): string {
  const type = file.type.split(";", 1)[0] ?? "";
  return registeredType(type.trim().toLowerCase());
}

function fits(token: string, type: string, name: string): boolean {
  if (token.startsWith(".")) {
    const named = typeOfName(token);
    return name.endsWith(token) || (named !== "" && token.lastIndexOf(".") === 0 && named === typeOfName(name));
  }
  if (token.endsWith("/*")) return type.startsWith(token.slice(0, -1));
  return type === registeredType(token);
}

// Returns whether the first bytes of a file of this type identify it.
function hasSignature(type: string): boolean {
  return type.startsWith("text/") || ZIP_BASED.test(type) || CFB_BASED.test(type) ||
    SIGNATURES.some(({ types }) => types.map(registeredType).includes(type));
}

function bytes(signature: readonly number[]): (head: Uint8Array) => boolean {
  return (head) => signature.every((byte, index) => head[index] === byte);
}

// ISO base media files: the box `ftyp` at 4, then the major brand.
function brand(brands: readonly string[]): (head: Uint8Array) => boolean {
  return (head) => ascii(head, 4, 8) === "ftyp" && brands.includes(ascii(head, 8, 12));
}

function ascii(head: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...head.subarray(start, end));
}

// Text that starts as markup, after a byte order mark and white space. 1,024 characters limit the time of the
// pattern.
function markup(head: Uint8Array, pattern: RegExp): boolean {
  return pattern.test(new TextDecoder().decode(head.subarray(0, 1024)).trimStart());
}
