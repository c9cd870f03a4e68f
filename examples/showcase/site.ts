/** The map of the site: every page in its order, as the navigation, the start page and the way on show them. */

/** One page. */
export interface Entry {
  /** What it is called in the navigation. */
  readonly title: string;
  /** The last part of its path, and the name of its text. */
  readonly name: string;
  /** Where it is. */
  readonly path: string;
}

/** Some pages of one kind. */
export interface Section {
  /** What they are called together. */
  readonly title: string;
  /** What they are for. */
  readonly summary: string;
  /** The folder their texts are in. */
  readonly folder: string;
  /** The pages, in the order they are best read in. */
  readonly entries: readonly Entry[];
}

/** All pages but the first. */
export const SECTIONS: readonly Section[] = [
  section("Capabilities", "What it can do, live, with the source beside it.", "capabilities", "/show", [
    ["forms", "Forms and errors"],
    ["rows", "Rows of a form"],
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
    ["signals", "Signals with Alpine"],
    ["hand-over", "Hand-over"],
    ["failures", "Failures and offline"],
    ["once", "Exactly once"],
  ]),
  section("Guides", "How to build with it, from the first page to several machines.", "guides", "/guides", [
    ["start", "Start"],
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
  section("Reference", "Every name, with its default and what happens at the edge.", "reference", "/reference", [
    ["items", "Items"],
    ["fields", "Fields and components"],
    ["handler", "Handler options and limits"],
    ["runtime", "The browser runtime"],
    ["attributes", "Attributes"],
    ["events", "Events"],
    ["errors", "Errors"],
    ["protocol", "What travels"],
  ]),
  section("Background", "How it works inside, and what else there is.", "about", "/about", [
    ["examples", "Examples"],
    ["inside", "How it works inside"],
    ["compared", "Compared with others"],
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

/** The page of a section by its name, or `null`: a name out of an address leads to no other file. */
export function findEntry(folder: string, name: string): Entry | null {
  return SECTIONS.find((section) => section.folder === folder)?.entries.find((entry) => entry.name === name) ?? null;
}
