/**
 * A page, as a test sees it: things are found by their names, forms are filled and sent.
 *
 * @module
 */
import type { FieldInput, FormEntry } from "./controls.ts";
import type { TestOutcome } from "./outcome.ts";

/** A part of a page, in which things are found. */
export interface TestScope {
  /** Its text as a person reads it: one space for any white space, and one between two blocks. */
  readonly text: string;
  /** Its markup as it is now. */
  readonly html: string;
  /**
   * The one element that matches a selector.
   *
   * @param selector A CSS selector.
   * @returns The element.
   * @throws {Error} When none matches, or several do.
   */
  find(selector: string): TestElement;
  /**
   * All elements that match a selector.
   *
   * @param selector A CSS selector.
   * @returns The elements, in document order; none is no error.
   */
  findAll(selector: string): readonly TestElement[];
  /**
   * The one form of a name: its label, what its button says, or the name of its action.
   *
   * @param name What it is called.
   * @returns The form.
   * @throws {Error} When there is none, or several are called so; look in a smaller part of the page then.
   */
  form(name: string): TestForm;
  /**
   * Presses the one link or button that is called so, with scripts off: a link is followed, a button submits its form.
   *
   * @param name What it is called.
   * @returns The page it leads to, redirects followed.
   * @throws {Error} When there is none, or several, and when it is disabled.
   */
  click(name: string): Promise<TestPage>;
}

/** An element of a page. It stays the same one when a patch morphs it. */
export interface TestElement extends TestScope {
  /** The name of its tag, in lower case. */
  readonly tagName: string;
  /** What it is called by whoever sees or hears it; empty when it has no name. */
  readonly name: string;
  /**
   * An attribute.
   *
   * @param name Its name.
   * @returns Its value; `null` when the element does not have it.
   */
  attribute(name: string): string | null;
}

/** A field of a form: a control, or a group of boxes or buttons. */
export interface TestField {
  /** What it is called. */
  readonly name: string;
  /** What is in it: a text, `true` or `false` for a box, a list where several may be chosen; of files their names. */
  readonly value: string | boolean | readonly string[];
  /** Whether it is marked as refused (`aria-invalid`). */
  readonly isInvalid: boolean;
  /** What describes it (`aria-describedby`): what was wrong, and its help. */
  readonly description: string;
}

/**
 * A form of a page.
 *
 * @example Filled by its labels, and sent by a button of its own
 * ```tsx
 * import { createTestClient } from "@hyper/actions/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const Search = () => (
 *   <form aria-label="Search">
 *     <label>
 *       Text <input name="q" />
 *     </label>
 *     <label>
 *       Newest first <input type="checkbox" name="new" />
 *     </label>
 *     <button>Search</button>
 *     <button name="format" value="pdf">Print</button>
 *   </form>
 * );
 * await using client = createTestClient({
 *   pages: [{ path: "/", load: () => Promise.resolve({ default: Search }) }],
 * });
 * const form = (await client.open("/")).form("Search").fill({ Text: "milk", "Newest first": true });
 * assertEquals(form.field("Text").value, "milk");
 * const page = await form.submit("Print");
 * assertEquals(page.url.search, "?q=milk&new=on&format=pdf");
 * ```
 */
export interface TestForm extends TestElement {
  /**
   * A field by its label, else by its name; of boxes and buttons that belong together by the legend around them.
   *
   * @param label What it is called.
   * @returns The field.
   * @throws {Error} When there is none, or several are called so.
   */
  field(label: string): TestField;
  /**
   * Fills fields. What is not named stays as it is. The browser's own checks, such as `required`, are not made: a server
   * has to hold without them.
   *
   * @param values What is put in, by label or by name; a hidden field is changed by its name.
   * @returns The form.
   * @throws {Error} When there is no such field, or a person could not put that into it.
   */
  fill(values: Readonly<Record<string, FieldInput>>): TestForm;
  /**
   * What it would send as it stands.
   *
   * @param button The button that is pressed, by its name. Default: its first one, as the enter key does.
   * @returns Names and values, in order.
   */
  entries(button?: string): readonly FormEntry[];
  /**
   * Sends it as a browser with scripts off does.
   *
   * @param button The button that is pressed, by its name. Default: its first one, as the enter key does.
   * @returns The page that comes of it, redirects followed.
   * @throws {Error} When there is no such button, or it is disabled.
   */
  submit(button?: string): Promise<TestPage>;
  /**
   * Sends it as the browser runtime does, and lets the answer change the page.
   *
   * @param button The button that is pressed, by its name. Default: its first one, as the enter key does.
   * @returns What came of it.
   * @throws {TypeError} When it is no form of an action: the runtime leaves such a form to the browser.
   */
  submitWithRuntime(button?: string): Promise<TestOutcome>;
}

/**
 * A page that is open. Patches change it.
 *
 * @example
 * ```tsx
 * import { createTestClient } from "@hyper/actions/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const page = (name: string) => ({
 *   default: () => <nav><h1>{name}</h1><a href="/notes">Notes</a></nav>,
 * });
 * await using client = createTestClient({
 *   pages: [
 *     { path: "/", load: () => Promise.resolve(page("Start")) },
 *     { path: "/notes", load: () => Promise.resolve(page("All notes")) },
 *   ],
 * });
 * const start = await client.open("/");
 * const notes = await start.click("Notes");
 * assertEquals(notes.url.pathname, "/notes");
 * assertEquals(notes.find("h1").text, "All notes");
 * ```
 */
export interface TestPage extends TestScope {
  /** Where it is, redirects followed. */
  readonly url: URL;
  /** The HTTP status. */
  readonly status: number;
  /** The response headers. */
  readonly headers: Headers;
  /** Its title. */
  readonly title: string;
  /** The body of the answer as it came. */
  readonly body: string;
}
