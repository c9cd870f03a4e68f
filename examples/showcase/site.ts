/** The table of contents, in reading order: the source of the navigation, the home page and the links between pages. */

/** One page. */
export interface Entry {
  /** Title in the navigation. */
  readonly title: string;
  /** Last segment of its path, and the name of its Markdown file. */
  readonly name: string;
  /** Path of its URL. */
  readonly path: string;
}

/** A section of the site. */
export interface Section {
  /** Title in the navigation. */
  readonly title: string;
  /** ID of its heading. */
  readonly id: string;
  /** One sentence for the home page. */
  readonly summary: string;
  /** Folder of its Markdown files. */
  readonly folder: string;
  /** Its pages, in reading order. */
  readonly entries: readonly Entry[];
}

/** All pages except the home page. */
export const SECTIONS: readonly Section[] = [
  section("Learn", "From the first page to an application with accounts.", "guides", "/guides", [
    ["start", "Get started"],
    ["tutorial", "Tutorial"],
    ["concepts", "Concepts"],
  ]),
  section("Guides", "What an application does, one subject a page.", "guides", "/guides", [
    ["pages", "Pages"],
    ["actions", "Actions"],
    ["dependencies", "Dependencies and context"],
    ["forms", "Forms"],
    ["validation", "Validation"],
    ["formsets", "Formsets"],
    ["updating", "Update the page"],
    ["loading", "Loading states and failures"],
    ["live_pages", "Live pages"],
    ["streams", "Streams"],
    ["topics", "Live topics"],
    ["uploads", "Uploads"],
    ["javascript", "JavaScript, Alpine and components"],
    ["once", "Exactly once"],
    ["sessions", "Sessions and sign-in"],
    ["styling", "Styling"],
    ["accessibility", "Accessibility"],
    ["internationalization", "Internationalization"],
  ]),
  section("Operate", "Run, observe and test an application.", "guides", "/guides", [
    ["security", "Security"],
    ["deployment", "Deployment"],
    ["binary", "Compile to a binary"],
    ["logging", "Logging and tracing"],
    ["development", "Development"],
    ["testing", "Testing"],
    ["extending", "Extending"],
    ["troubleshooting", "Troubleshooting"],
  ]),
  section("Examples", "Live examples with their source code.", "capabilities", "/show", [
    ["forms", "Forms and errors"],
    ["early", "Validation while typing"],
    ["rows", "Formsets"],
    ["buttons", "Several buttons"],
    ["schemas", "Schemas: zod, Valibot, ArkType"],
    ["patches", "Swap modes and morph"],
    ["triggers", "Requests without a script"],
    ["layers", "Layers"],
    ["optimistic", "Predictions and undo"],
    ["calls", "Calls from JavaScript"],
    ["streams", "Streams"],
    ["regions", "Regions"],
    ["live", "Live topics"],
    ["lanes", "Lanes"],
    ["loading", "Loading states"],
    ["uploads", "Uploads"],
    ["toasts", "Toasts and events"],
    ["history", "History and navigation"],
    ["signals", "Page state with Alpine"],
    ["switching-actions", "Switching actions"],
    ["failures", "Failures and offline"],
    ["once", "Exactly once"],
  ]),
  section("Cookbook", "Short applications for single tasks.", "cookbook", "/cookbook", [
    ["inline_edit", "Edit in place"],
    ["delete_undo", "Delete with undo"],
    ["ask_first", "Ask before a deletion"],
    ["dependent_select", "Dependent selects"],
    ["search", "Search as you type"],
    ["pagination", "Pagination"],
    ["load_more", "Load more on scroll"],
    ["sortable_table", "Sortable table"],
    ["bulk_actions", "Actions for several rows"],
    ["wizard", "Form in several steps"],
    ["picture_upload", "Upload a picture"],
    ["csv_download", "CSV download"],
    ["csv_import", "CSV import"],
    ["webhook", "Webhook"],
    ["poll", "Poll with live results"],
    ["progress", "Progress of a long task"],
    ["like_button", "Like button"],
    ["cart", "Shopping cart"],
    ["dark_mode", "Light and dark mode"],
    ["language", "Language of the user"],
    ["autosave", "Save a draft while typing"],
    ["reorder", "Change the order"],
    ["contact_form", "Contact form without spam"],
    ["json_api", "JSON API"],
    ["create_and_redirect", "Create, then redirect"],
    ["edit_conflict", "Two users edit the same"],
    ["tabs", "Tabs with URLs"],
    ["atom_feed", "Atom feed"],
    ["rows", "A list of fields"],
    ["live_total", "Live total"],
    ["clock", "Renew by time"],
    ["scheduled_job", "Scheduled job"],
    ["drizzle", "Drizzle and SQLite"],
    ["deno_kv", "Deno KV"],
    ["tailwind", "Tailwind CSS"],
  ]),
  section("Reference", "Options, defaults, limits, events and the wire protocol.", "reference", "/reference", [
    ["items", "Items"],
    ["fields", "Fields and components"],
    ["handler", "Handler options and limits"],
    ["runtime", "Browser runtime"],
    ["attributes", "Attributes"],
    ["events", "Events"],
    ["errors", "Errors"],
    ["protocol", "Wire protocol"],
    ["security", "Security model"],
    ["messages", "Error messages"],
    ["environment", "Environment and permissions"],
    ["browsers", "Browser support"],
    ["api", "API index"],
    ["options", "Options"],
  ]),
  section("About", "How the library works, and how it compares with others.", "about", "/about", [
    ["examples", "Example applications"],
    ["inside", "How it works"],
    ["compared", "Comparison with other libraries"],
    ["versions", "Versions and support"],
    ["changelog", "Changelog"],
    ["contributing", "Contributing"],
  ]),
  section("Migrate", "Side by side with what you know.", "migrate", "/migrate", [
    ["htmx", "From htmx"],
    ["turbo", "From Turbo"],
    ["sveltekit", "From SvelteKit"],
    ["fresh", "From Fresh"],
    ["remix", "From Remix and React Router"],
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
    id: title.toLowerCase(),
    summary,
    folder,
    entries: entries.map(([name, title]) => ({ title, name, path: `${path}/${name}` })),
  };
}

/** Returns a page of a section by its name, or `null`: a name from a URL cannot select another file. */
export function findEntry(folder: string, name: string): Entry | null {
  const entries = SECTIONS.filter((section) => section.folder === folder).flatMap(({ entries }) => entries);
  return entries.find((entry) => entry.name === name) ?? null;
}
