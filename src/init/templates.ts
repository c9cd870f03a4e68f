// The templates of a project: their files, and the part of `deno.json` that differs.

/** A project that `init` can create: `minimal` is a guest book, `app` is an application with accounts. */
export type Template = "minimal" | "app";

/** The contents of a template. */
interface TemplateContents {
  /** Its files: their paths in its folder, and in the project if they differ. */
  readonly files: readonly (readonly [from: string, to?: string])[];
  /** Description of the project, for the output of `init`. */
  readonly about: string;
}

/** The templates by name. */
export const TEMPLATES: Readonly<Record<Template, TemplateContents>> = {
  minimal: {
    files: [
      ["README.md"],
      // As `.gitignore` it would exclude files of this package from publishing.
      ["gitignore", ".gitignore"],
      ["guestbook.ts"],
      ["main.ts"],
      ["pages/layout.tsx"],
      ["pages/page.tsx"],
      ["static/style.css"],
      ["tests/page_test.tsx"],
    ],
    about: "A guest book: one page, one form, one action and its tests.",
  },
  app: {
    files: [
      ["AGENTS.md"],
      ["Dockerfile"],
      ["README.md"],
      ["accounts.ts"],
      ["ci.yml", ".github/workflows/ci.yml"],
      ["database.ts"],
      ["dockerignore", ".dockerignore"],
      ["gitignore", ".gitignore"],
      ["main.ts"],
      ["pages/_components/account/component.tsx"],
      ["pages/error.tsx"],
      ["pages/layout.tsx"],
      ["pages/not_found.tsx"],
      ["pages/page.tsx"],
      ["pages/sign-in/page.tsx"],
      ["pages/sign-up/page.tsx"],
      ["pages/tasks/page.tsx"],
      ["session.ts"],
      ["static/style.css"],
      ["tasks.ts"],
      ["tests/sign_in_test.ts"],
      ["tests/support.ts"],
      ["tests/tasks_test.ts"],
    ],
    about: "A task list: accounts, sign-in, SQLite, tests, a Dockerfile and a CI workflow.",
  },
};

/** Returns the template with a name. */
export function findTemplate(name: string): Template {
  const found = Object.keys(TEMPLATES).find((template) => template === name);
  if (found === undefined) {
    throw new TypeError(
      `Cannot start a project from the template "${name}": it does not exist; use ${
        Object.keys(TEMPLATES).join(" or ")
      }`,
    );
  }
  // A key of TEMPLATES is the name of a template.
  return found as Template;
}
