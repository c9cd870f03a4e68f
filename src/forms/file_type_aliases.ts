// Names of media types that mean the same, and the types of file name extensions.
//
// The declared type of a file is what the operating system of the user has registered for its extension: for
// `a.csv` it is `application/vnd.ms-excel` on a Windows with Excel, and nothing on a system that does not know it.

// In each list, the registered type is first.
const ALIASES: readonly (readonly string[])[] = [
  ["text/csv", "application/csv", "application/x-csv", "text/x-csv", "text/comma-separated-values"],
  ["text/xml", "application/xml"],
  ["text/vcard", "text/x-vcard", "text/directory"],
  ["text/markdown", "text/x-markdown"],
  ["text/javascript", "application/javascript", "application/x-javascript"],
  ["text/rtf", "application/rtf"],
  ["application/json", "text/json"],
  ["application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml"],
  ["image/jpeg", "image/jpg", "image/pjpeg"],
  ["image/png", "image/x-png"],
  ["image/bmp", "image/x-ms-bmp", "image/x-bmp"],
  ["image/x-icon", "image/vnd.microsoft.icon", "image/ico"],
  ["image/heic", "image/heif"],
  ["image/tiff", "image/tif"],
  ["audio/mpeg", "audio/mp3", "audio/x-mp3", "audio/x-mpeg", "audio/mpeg3"],
  ["audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave", "audio/x-pn-wav"],
  ["audio/mp4", "audio/x-m4a", "audio/m4a"],
  ["audio/flac", "audio/x-flac"],
  ["audio/ogg", "application/ogg"],
  ["video/mp4", "video/x-m4v"],
  ["video/matroska", "video/x-matroska"],
  ["application/pdf", "application/x-pdf"],
  ["application/zip", "application/x-zip-compressed", "application/x-zip"],
  ["application/gzip", "application/x-gzip"],
  ["application/vnd.rar", "application/x-rar-compressed", "application/x-rar"],
];

const REGISTERED: ReadonlyMap<string, string> = new Map(
  ALIASES.flatMap(([first = "", ...others]) => others.map((other) => [other, first])),
);

const EXTENSIONS: ReadonlyMap<string, string> = new Map([
  ["png", "image/png"],
  ["jpg", "image/jpeg"],
  ["jpeg", "image/jpeg"],
  ["jpe", "image/jpeg"],
  ["jfif", "image/jpeg"],
  ["gif", "image/gif"],
  ["webp", "image/webp"],
  ["avif", "image/avif"],
  ["heic", "image/heic"],
  ["heif", "image/heic"],
  ["svg", "image/svg+xml"],
  ["bmp", "image/bmp"],
  ["tif", "image/tiff"],
  ["tiff", "image/tiff"],
  ["ico", "image/x-icon"],
  ["pdf", "application/pdf"],
  ["zip", "application/zip"],
  ["gz", "application/gzip"],
  ["tgz", "application/gzip"],
  ["7z", "application/x-7z-compressed"],
  ["rar", "application/vnd.rar"],
  ["mp3", "audio/mpeg"],
  ["wav", "audio/wav"],
  ["ogg", "audio/ogg"],
  ["oga", "audio/ogg"],
  ["opus", "audio/ogg"],
  ["ogv", "video/ogg"],
  ["flac", "audio/flac"],
  ["m4a", "audio/mp4"],
  ["mp4", "video/mp4"],
  ["m4v", "video/mp4"],
  ["mov", "video/quicktime"],
  ["webm", "video/webm"],
  ["mkv", "video/matroska"],
  ["docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"],
  ["xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"],
  ["pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"],
  ["odt", "application/vnd.oasis.opendocument.text"],
  ["ods", "application/vnd.oasis.opendocument.spreadsheet"],
  ["odp", "application/vnd.oasis.opendocument.presentation"],
  ["epub", "application/epub+zip"],
  ["doc", "application/msword"],
  ["xls", "application/vnd.ms-excel"],
  ["ppt", "application/vnd.ms-powerpoint"],
  ["html", "text/html"],
  ["htm", "text/html"],
  ["txt", "text/plain"],
  ["csv", "text/csv"],
  ["md", "text/markdown"],
  ["markdown", "text/markdown"],
  ["xml", "text/xml"],
  ["vcf", "text/vcard"],
  ["ics", "text/calendar"],
  ["json", "application/json"],
  ["yaml", "application/yaml"],
  ["yml", "application/yaml"],
  ["rtf", "text/rtf"],
  ["js", "text/javascript"],
  ["css", "text/css"],
]);

/** Returns the registered name of a media type in lower case. */
export function registeredType(type: string): string {
  return REGISTERED.get(type) ?? type;
}

/** Returns the type of a file name by its extension; `""` if it has no known one. */
export function typeOfName(name: string): string {
  return EXTENSIONS.get(name.slice(name.lastIndexOf(".") + 1).toLowerCase()) ?? "";
}
