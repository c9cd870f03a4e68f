// Names of file types that users know, in place of MIME types: `image/*` becomes "image", `application/pdf` becomes "PDF".

/** The names of whole groups of types, by the part of a MIME type in front of the slash. */
export type GroupNames = Readonly<Record<string, string>>;

// MIME types whose second half is not the name that users know.
const KNOWN: Readonly<Record<string, string>> = {
  "application/msword": "Word",
  "application/vnd.ms-excel": "Excel",
  "application/vnd.ms-powerpoint": "PowerPoint",
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "Excel",
  "application/vnd.openxmlformats-officedocument.presentationml.presentation": "PowerPoint",
  "image/svg+xml": "SVG",
  "audio/mpeg": "MP3",
  "video/quicktime": "MOV",
};

/**
 * Returns the names of file types, each once.
 *
 * @param types The types as in the attribute `accept`: MIME types, groups such as `image/*`, and extensions.
 * @param groups The names of the groups in the language of the text.
 */
export function fileTypeNames(types: readonly string[], groups: GroupNames): string[] {
  return [...new Set(types.map((type) => nameOfFileType(type.toLowerCase(), groups)))];
}

function nameOfFileType(type: string, groups: GroupNames): string {
  if (type.startsWith(".")) return nameOfExtension(type.slice(1));
  const [group = "", subtype = ""] = type.split("/");
  if (subtype === "*") return groups[group] ?? group;
  if (type === "text/plain") return groups.text ?? "TXT";
  return KNOWN[type] ?? nameOfExtension(subtype.replace(/^(x-|vnd\.)/, "").replace(/\+.*/, ""));
}

function nameOfExtension(extension: string): string {
  return extension === "jpg" ? "JPEG" : extension.toUpperCase();
}
