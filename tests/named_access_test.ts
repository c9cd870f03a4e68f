import { assertEquals, assertThrows } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { findNamedAccess } from "./support/named_access.ts";

const root = fromFileUrl(import.meta.resolve("../"));

Deno.test("A14: code for the browser uses properties that an element of the page could override only through dom()", () => {
  const found = findNamedAccess(["client.ts", "src/dev/client/main.ts"].map((name) => root + name), root);
  assertEquals(found.filter((line) => !line.startsWith("src/client/dom.ts:")), []);
});

/** Code that could read an element instead of the property of the same name. */
const FORGETFUL = [
  "document.title;",
  'document["title"];',
  "const { body } = document;",
  "let body; ({ body } = document);",
  "(({ body }: Document) => body)(document);",
  "declare const page: Document | undefined; page?.body;",
  "declare const form: HTMLFormElement; form.submit();",
  "declare const element: Element; element.id;",
  'declare const root: ParentNode; root.querySelector("p");',
  "declare const node: Node; node.parentNode;",
  'declare const target: EventTarget; target.addEventListener("click", null);',
  "declare const element: HTMLElement | null; if (element) element.focus();",
  "declare const elements: Element[]; elements.map(({ id }) => id);",
  "declare const control: Element & { value?: unknown }; control.value;",
  "declare const element: Element; (element as HTMLInputElement).value;",
  "declare const element: Element; (element as Partial<HTMLInputElement>).value;",
  'declare const fragment: DocumentFragment; fragment.querySelector<HTMLInputElement>(".x")?.value;',
  'declare const fragment: DocumentFragment; fragment.querySelector<HTMLInputElement>("input,form")?.value;',
  'declare const fragment: DocumentFragment; fragment.querySelector<HTMLInputElement>("input .x")?.value;',
  'if ("startViewTransition" in document) 1;',
  "function idOf<E extends Element>(element: E) { return element.id; }",
  'Reflect.get(document, "title");',
  "declare const place: Element; Object.assign(place, { scrollTop: 1 });",
];

/** Code that could not. */
const CAREFUL = [
  "declare const input: HTMLInputElement; input.value;",
  "declare const link: HTMLAnchorElement | undefined; link?.href;",
  "declare const element: Element; if (element instanceof HTMLSelectElement) element.options;",
  'declare const fragment: DocumentFragment; fragment.querySelector<HTMLInputElement>("input.x, input[name]")?.value;',
  'declare const signal: AbortSignal; signal.addEventListener("abort", () => {});',
  "declare const event: SubmitEvent; event.target;",
  'declare const view: Omit<HTMLFormElement, "ELEMENT_NODE">; view.submit();',
  'const list = ["a"] as const; list.length;',
  "declare const element: Element; element as HTMLElement;",
  "location.href;",
];

Deno.test("findNamedAccess() finds each access to a property of a possible document or form", async () => {
  assertEquals(await linesWithoutFind(FORGETFUL), []);
});

Deno.test("findNamedAccess() ignores other nodes", async () => {
  assertEquals(await linesWithoutFind(CAREFUL), CAREFUL);
});

Deno.test("findNamedAccess() throws for a file that does not compile", async () => {
  await withFile("const number: number = document.title;", (name, folder) => {
    assertThrows(() => findNamedAccess([name], folder), Error, "it does not compile");
  });
});

/** Returns the lines in which nothing is found. */
async function linesWithoutFind(lines: readonly string[]): Promise<string[]> {
  const source = lines.map((line, at) => `namespace Line${at} { ${line} }\n`).join("");
  let found: string[] = [];
  await withFile(source, (name, folder) => found = findNamedAccess([name], folder));
  return lines.filter((_, at) => !found.some((each) => each.startsWith(`file.ts:${at + 1}:`)));
}

/** Calls a function with a temporary TypeScript file. */
async function withFile(source: string, run: (name: string, folder: string) => void): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const name = `${folder}/file.ts`;
    await Deno.writeTextFile(name, `${source}export {};\n`);
    run(name, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
