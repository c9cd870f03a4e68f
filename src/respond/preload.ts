// `Link: rel=preload`: the files that a page surely needs, named in its header. A proxy in front of the server can announce them while
// the page is still being rendered (103, RFC 8297), from the header of an earlier response.

/** The element of a style sheet or of the runtime in a head, with its attributes. */
const ELEMENT = /<(link|script)((?:\s+[\w-]+(?:="[^"]*")?)+)\s*\/?>/g;
const ATTRIBUTE = /([\w-]+)(?:="([^"]*)")?/g;
/** A path on this host, of characters that need no escaping in the header (RFC 8288, 3). */
const PATH = /^\/(?!\/)[\w\-.~!$'()*+:=@%/?&]*$/;
/** The attributes of an element that the header can name completely: with any other, the browser would load its file twice or not at all. */
const STYLE: readonly string[] = ["rel", "href"];
const SCRIPT: readonly string[] = ["type", "src", "async"];
/** Maximum number of files: proxies limit the size of headers. */
const MAX_FILES = 8;

const NO_HEADER: Readonly<Record<string, string>> = {};

/**
 * Returns the header for a page: its style sheets and module scripts on this host. A script or style sheet with a nonce is left out,
 * because the policy of the page allows it only with the nonce.
 *
 * @param html The page, or its beginning with the head.
 */
export function preloadHeader(html: string): Readonly<Record<string, string>> {
  const end = html.indexOf("</head>");
  if (end === -1) return NO_HEADER;
  const links = new Set<string>();
  for (const [, name, text = ""] of html.slice(0, end).matchAll(ELEMENT)) {
    const link = name === "link" ? styleLink(attributesOf(text)) : scriptLink(attributesOf(text));
    if (link !== null && links.size < MAX_FILES) links.add(link);
  }
  return links.size === 0 ? NO_HEADER : { link: [...links].join(", ") };
}

function attributesOf(text: string): ReadonlyMap<string, string> {
  return new Map(
    [...text.matchAll(ATTRIBUTE)].map(([, name = "", value = ""]) => [name, value.replaceAll("&amp;", "&")]),
  );
}

function styleLink(attributes: ReadonlyMap<string, string>): string | null {
  const path = attributes.get("href") ?? "";
  const isWhole = attributes.get("rel") === "stylesheet" && PATH.test(path) && hasOnly(attributes, STYLE);
  return isWhole ? `<${path}>; rel=preload; as=style` : null;
}

function scriptLink(attributes: ReadonlyMap<string, string>): string | null {
  const path = attributes.get("src") ?? "";
  const isOwn = [...attributes.keys()].every((name) => SCRIPT.includes(name) || name.startsWith("data-hyper-"));
  return attributes.get("type") === "module" && PATH.test(path) && isOwn ? `<${path}>; rel=modulepreload` : null;
}

function hasOnly(attributes: ReadonlyMap<string, string>, names: readonly string[]): boolean {
  return [...attributes.keys()].every((name) => names.includes(name));
}
