import { SECTIONS } from "../../site.ts";

/** A list of all documents for language models (llmstxt.org): their titles, and links to their Markdown. */
export const render = () =>
  new Response(
    [
      "# @hyper/actions",
      "> Server actions for Deno: write a function on the server, call it from a form or from JavaScript, and the page updates itself.",
      ...SECTIONS.map(({ title, entries }) =>
        [
          `## ${title}`,
          entries.map((entry) => `- [${entry.title}](${entry.path}.md)`).join("\n"),
        ].join("\n\n")
      ),
    ].join("\n\n") + "\n",
    { headers: { "content-type": "text/plain; charset=utf-8" } },
  );
