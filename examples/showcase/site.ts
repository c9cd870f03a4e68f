/** The site map: every page in order, for the navigation, the home page and the links to the previous and next page. */

/** One page. */
export interface Entry {
  /** Its title in the navigation. */
  readonly title: string;
  /** The last part of its path, and the name of its text. */
  readonly name: string;
  /** Its path. */
  readonly path: string;
}

/** A section of the site. */
export interface Section {
  /** Its title. */
  readonly title: string;
  /** Its description. */
  readonly summary: string;
  /** The folder of its texts. */
  readonly folder: string;
  /** Its pages, in reading order. */
  readonly entries: readonly Entry[];
}

/** All pages except the home page. */
export const SECTIONS: readonly Section[] = [
  section("Capabilities", "Live examples with their source.", "capabilities", "/show", [
    ["forms", "Forms and errors"],
    ["rows", "Formsets"],
    ["buttons", "Several buttons"],
    ["schemas", "zod, Valibot, ArkType"],
    ["patches", "Swap modes and morph"],
    ["calls", "Calls from JavaScript"],
    ["streams", "Streams"],
    ["live", "Live topics"],
    ["lanes", "Lanes"],
    ["loading", "Loading states"],
    ["uploads", "Uploads"],
    ["toasts", "Toasts and events"],
    ["history", "History and navigation"],
    ["signals", "Page state with Alpine"],
    ["hand-over", "Switch to another action"],
    ["failures", "Failures and offline"],
    ["once", "Exactly once"],
  ]),
  section("Guides", "From the first page to several servers.", "guides", "/guides", [
    ["start", "Quick start"],
    ["pages", "Pages"],
    ["actions", "Actions"],
    ["forms", "Forms"],
    ["validation", "Validation"],
    ["streams", "Streams and live topics"],
    ["uploads", "Uploads"],
    ["security", "Security"],
    ["testing", "Testing"],
    ["development", "Development"],
    ["deployment", "Deployment"],
    ["extending", "Extending"],
  ]),
  section("Reference", "Every option, with its default and its limits.", "reference", "/reference", [
    ["items", "Items"],
    ["fields", "Fields and components"],
    ["handler", "Handler options and limits"],
    ["runtime", "The browser runtime"],
    ["attributes", "Attributes"],
    ["events", "Events"],
    ["errors", "Errors"],
    ["protocol", "Wire protocol"],
  ]),
  section("Background", "How it works, and how it compares to other libraries.", "about", "/about", [
    ["examples", "Examples"],
    ["inside", "How it works"],
    ["compared", "Comparison"],
  ]),
];

/** Every page, in order. */
export const ENTRIES: readonly Entry[] = SECTIONS.flatMap(({ entries }) => entries);

function section(
  title: string,
  summary: string,
  folder: string,
  path: string,
  entries: readonly (readonly [name: string, title: string])[],
): Section {
  return {
    title,
    summary,
    folder,
    entries: entries.map(([name, title]) => ({ title, name, path: `${path}/${name}` })),
  };
}

/** Returns the page of a section by its name, or `null`: only listed names lead to a file. */
export function findEntry(folder: string, name: string): Entry | null {
  return SECTIONS.find((section) => section.folder === folder)?.entries.find((entry) => entry.name === name) ?? null;
}
