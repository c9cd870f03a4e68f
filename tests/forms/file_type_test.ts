import { assertEquals } from "@std/assert";
import { acceptsFile, sniff } from "../../src/forms/file_type.ts";

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13];
const JPEG = [0xff, 0xd8, 0xff, 0xe0];
const ZIP = [0x50, 0x4b, 0x03, 0x04];
const CFB = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
const WEBM = [0x1a, 0x45, 0xdf, 0xa3];
const DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
const text = (words: string) => [...new TextEncoder().encode(words)];
const box = (brand: string) => [0, 0, 0, 24, ...text(`ftyp${brand}`)];

function file(content: number[], type: string, name: string): File {
  return new File([new Uint8Array(content)], name, { type });
}

Deno.test("sniff() identifies common types by their first bytes", () => {
  const samples: [number[], string][] = [
    [PNG, "image/png"],
    [JPEG, "image/jpeg"],
    [text("GIF89a...."), "image/gif"],
    [text("RIFF....WEBPVP8 "), "image/webp"],
    [text("RIFF....WAVEfmt "), "audio/wav"],
    [box("avif"), "image/avif"],
    [box("heic"), "image/heic"],
    [box("qt  "), "video/quicktime"],
    [box("M4A "), "audio/mp4"],
    [box("isom"), "video/mp4"],
    [WEBM, "video/webm"],
    [text("OggS...."), "audio/ogg"],
    [text("fLaC"), "audio/flac"],
    [[...text("ID3"), 4, 0], "audio/mpeg"],
    [[0xff, 0xfb, 0x90], "audio/mpeg"],
    [text("%PDF-1.7"), "application/pdf"],
    [[0x1f, 0x8b, 8], "application/gzip"],
    [ZIP, "application/zip"],
    [CFB, "application/x-cfb"],
    [[...text("MZ"), 0x90, 0, 3], "application/x-msdownload"],
    [text('<?xml version="1.0"?>\n<!-- a > b -->\n<svg xmlns="x">'), "image/svg+xml"],
    [text("\ufeff  <!DOCTYPE html><p>"), "text/html"],
    [text("<script>alert(1)</script>"), "text/html"],
  ];
  for (const [head, type] of samples) assertEquals(sniff(new Uint8Array(head))[0], type);
});

Deno.test("sniff() returns no type for bytes without a signature", () => {
  for (const words of ["", "name,age\nAda,36", "ID3,name", "MZ,name", "BM,name", "plain words"]) {
    assertEquals(sniff(new TextEncoder().encode(words)), []);
  }
});

Deno.test("sniff() takes limited time for a megabyte of unclosed markup", () => {
  const started = performance.now();
  for (const part of ["<!--", "<!---->", "<?xml>", " ", "<!doctype svg["]) {
    sniff(new TextEncoder().encode(part.repeat(100_000)));
  }
  assertEquals(performance.now() - started < 500, true);
});

Deno.test("acceptsFile() requires a matching declared type or name, and matching content", async () => {
  const table: [string, File, boolean][] = [
    ["image/*", file(PNG, "image/png", "a.png"), true],
    ["image/*", file(PNG, "image/jpeg", "a.jpg"), true],
    ["image/png", file(PNG, "image/png; charset=x", "a.png"), true],
    ["image/jpeg", file(PNG, "image/jpeg", "a.jpg"), false],
    ["image/png", file(PNG, "application/pdf", "a.png"), false],
    ["image/*", file(text("<script>"), "image/png", "a.png"), false],
    ["image/png", file(text("words"), "image/png", "a.png"), false],
    [".png", file(PNG, "", "A.PNG"), true],
    [".png", file(JPEG, "image/png", "a.png"), false],
    [".png", file(PNG, "image/png", "a.png.php"), false],
    [".pdf,image/*", file(text("%PDF-1.4"), "application/pdf", "a.pdf"), true],
    ["text/csv", file(text("a,b"), "text/csv", "a.csv"), true],
    ["text/csv", file([0, 1, 2, 3], "text/csv", "a.csv"), false],
    ["text/csv", file([0xff, 0xfe, 0x61, 0], "text/csv", "a.csv"), true],
    ["text/plain", file(text("<html><script>"), "text/plain", "a.txt"), false],
    [".csv", file(text("<!doctype html>"), "text/csv", "a.csv"), false],
    [".docx", file(ZIP, "", "a.docx"), true],
    [".docx", file(text("words"), "", "a.docx"), false],
    [".docx", file(PNG, "", "a.docx"), false],
    [DOCX, file(ZIP, DOCX, "a.docx"), true],
    [DOCX, file(PNG, DOCX, "a.docx"), false],
    [".doc", file(CFB, "application/msword", "a.doc"), true],
    ["application/zip", file(ZIP, "application/zip", "a.zip"), true],
    ["audio/*", file(WEBM, "audio/webm", "a.webm"), true],
    [".step", file(text("ISO-10303-21;"), "", "part.step"), true],
    ["application/x-thing", file([1, 2, 3], "application/x-thing", "a.bin"), true],
  ];
  await checkTable(table);
});

Deno.test("acceptsFile() accepts the types that operating systems declare for one extension", async () => {
  const csv = text("a,b");
  const mp3 = [...text("ID3"), 4, 0];
  await checkTable([
    ...["text/csv", "application/vnd.ms-excel", "", "text/plain", "application/csv", "text/x-csv"].map((type) =>
      ["text/csv", file(csv, type, "a.csv"), true] as [string, File, boolean]
    ),
    ["text/csv", file(CFB, "application/vnd.ms-excel", "a.csv"), false],
    ["text/csv", file(text("<script>"), "application/vnd.ms-excel", "a.csv"), false],
    ["text/csv", file(csv, "application/vnd.ms-excel", "a.xls"), false],
    ["text/csv", file(csv, "", "a.txt"), false],
    ["text/csv", file(csv, "image/png", "a.csv"), false],
    ["audio/mpeg", file(mp3, "audio/mp3", "a.mp3"), true],
    ["audio/mp3", file(mp3, "audio/mpeg", "a.mp3"), true],
    ["audio/mp3", file(PNG, "audio/mpeg", "a.mp3"), false],
    ["application/gzip", file([0x1f, 0x8b, 8], "application/x-gzip", "a.gz"), true],
    ["application/zip", file(ZIP, "application/x-zip-compressed", "a.zip"), true],
    ["application/zip", file(ZIP, "", "a.zip"), true],
    ["image/jpeg", file(JPEG, "image/jpg", "a.jpg"), true],
    ["image/jpeg", file(JPEG, "image/pjpeg", "a.jpg"), true],
    ["application/xml", file(text("<?xml?><a/>"), "text/xml", "a.xml"), true],
    ["text/vcard", file(text("BEGIN:VCARD"), "text/x-vcard", "a.vcf"), true],
    ["text/vcard", file(text("BEGIN:VCARD"), "text/directory", "a.vcf"), true],
    [".jpg", file(JPEG, "image/jpeg", "a.jpeg"), true],
    [".jpeg", file(JPEG, "", "a.JPG"), true],
    [".jpeg", file(PNG, "", "a.jpg"), false],
    [".tar.gz", file([0x1f, 0x8b, 8], "", "a.gz"), false],
    ["image/*", file(box("heic"), "", "a.heic"), true],
    ["image/heic", file(box("mif1"), "image/heif", "a.heif"), true],
    ["image/*", file(text("words"), "", "a.heic"), false],
    ["video/*", file(WEBM, "", "a.mkv"), true],
    ["video/x-matroska", file(WEBM, "", "a.mkv"), true],
    ["text/*", file(text("# A"), "", "a.md"), true],
    ["text/markdown", file(text("# A"), "application/octet-stream", "a.md"), true],
    ["image/*", file(text("<script>"), "", "a.html"), false],
    ["image/*", file(PNG, "", "a"), false],
  ]);
});

async function checkTable(table: [string, File, boolean][]): Promise<void> {
  for (const [accept, given, expected] of table) {
    const label = `${accept} ${given.type} ${given.name}`;
    assertEquals([label, await acceptsFile(accept.split(","), given)], [label, expected]);
  }
}
