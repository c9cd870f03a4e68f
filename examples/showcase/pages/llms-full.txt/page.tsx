import { readDocument } from "../../content/document.ts";
import { SECTIONS } from "../../site.ts";

/** All documents in one file, for language models (llmstxt.org). */
export async function render(): Promise<Response> {
  const texts = SECTIONS.flatMap(({ folder, entries }) =>
    entries.map(async ({ name }) => (await readDocument(folder, name)).markdown)
  );
  return new Response((await Promise.all(texts)).join("\n"), {
    headers: { "content-type": "text/plain; charset=utf-8" },
  });
}
