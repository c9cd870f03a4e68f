// A page, as a test sees it: things are found by their names, forms are filled and sent.
import type { FieldInput, FormEntry } from "./controls.ts";
import type { TestOutcome } from "./outcome.ts";
import type { Issues } from "../protocol/patch.ts";

/** A part of a page. */
export interface TestScope {
  /** The text that a user reads: one space for any white space, and one between two blocks. */
  readonly text: string;
  /** The current markup. */
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
   * @returns The elements, in document order; empty when there are none.
   */
  findAll(selector: string): readonly TestElement[];
  /**
   * Returns the form with this name: its label, the text of its button, or the name of its action.
   *
   * @param name The name.
   * @returns The form.
   * @throws {Error} When there is none, or there are several; look in a smaller part of the page then.
   */
  form(name: string): TestForm;
  /**
   * Clicks the link or button with this name, with scripts off: follows the link, or submits the form of the button.
   *
   * @param name The name.
   * @returns The next page, after redirects.
   * @throws {Error} When there is none, or several, and when it is disabled.
   */
  click(name: string): Promise<TestPage>;
  /**
   * Clicks the link or button with this name, which has `hyper-layer`, with the runtime: opens its page in a layer.
   *
   * @param name The name.
   * @returns The layer.
   * @throws {Error} When there is none, or several.
   * @throws {TypeError} When it does not open a layer.
   */
  openLayer(name: string): Promise<TestLayer>;
}

/** An element of a page. It stays the same one when a patch morphs it. */
export interface TestElement extends TestScope {
  /** The name of its tag, in lower case. */
  readonly tagName: string;
  /** The accessible name; empty without one. */
  readonly name: string;
  /**
   * An attribute.
   *
   * @param name Its name.
   * @returns Its value; `null` when the element does not have it.
   */
  attribute(name: string): string | null;
  /**
   * Does what the browser runtime does on an event of `hyper-on`: calls the action of `hyper-action` with `hyper-data`, or sends the
   * form of the element. It does not wait for `hyper-delay`, and does not ask `hyper-confirm`.
   *
   * @returns The outcome.
   * @throws {TypeError} When the element has no `hyper-action` and no form, or is in a `hyper-off`.
   *
   * @example
   * ```tsx
   * import { action, html } from "@hyper/actions";
   * import { createTestClient } from "@hyper/actions/testing";
   * import { assertEquals } from "@std/assert";
   *
   * const more = action("more", ({ data }) => html(<li>{`Page ${data.page}`}</li>, { target: "#more" }));
   * const Page = () => <ul><li id="more" hyper-action="more" hyper-data='{"page":2}' hyper-on="visible">More</li></ul>;
   * const module = { default: Page, more };
   * await using client = createTestClient({ pages: [{ path: "/", load: () => Promise.resolve(module) }] });
   * await (await client.open("/")).find("#more").trigger();
   * assertEquals(client.page.text, "Page 2");
   * ```
   */
  trigger(): Promise<TestOutcome>;
}

/** A field of a form: a control, or a group of boxes or buttons. */
export interface TestField {
  /** The label. */
  readonly name: string;
  /** The value: a string, a boolean for one check box, a list if several can be chosen; the names of files. */
  readonly value: string | boolean | readonly string[];
  /** `true` if the field is marked as invalid (`aria-invalid`). */
  readonly isInvalid: boolean;
  /** The text of its errors and its help (`aria-describedby`). */
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
   * A field by its label, else by its name; a group of check boxes or radio buttons by its legend.
   *
   * @param label The label, or the name.
   * @returns The field.
   * @throws {Error} When there is none, or there are several.
   */
  field(label: string): TestField;
  /**
   * Fills fields; other fields keep their values. The checks of a browser, such as `required`, are not made, because a server
   * must not depend on them.
   *
   * @param values Values by label or by name; a hidden field by its name.
   * @returns The form.
   * @throws {Error} When the field does not exist, or a user could not enter the value.
   */
  fill(values: Readonly<Record<string, FieldInput>>): TestForm;
  /**
   * Fills fields and leaves them, with the runtime. If other fields depend on one of them, the server renders the form again from what is
   * filled. If the form has `<Form validate>`, the server validates these fields, and the page shows the messages.
   *
   * @param values Values by label or by name.
   * @returns The form.
   * @throws {Error} When the field does not exist, a user could not enter the value, or the server refuses to answer.
   * @throws {TypeError} When it is not a form of an action.
   *
   * @example
   * ```tsx
   * import { action, defineForm, field, Form } from "@hyper/actions";
   * import { createTestClient } from "@hyper/actions/testing";
   * import { assertEquals } from "@std/assert";
   *
   * const TripForm = defineForm("trip", {
   *   fields: {
   *     country: field.select({ label: "Country", choices: ["France", "Spain"], required: true }),
   *     city: field.select({
   *       label: "City",
   *       choices: ({ raw }) => raw.country === "Spain" ? ["Madrid"] : ["Paris", "Lyon"],
   *       required: true,
   *     }),
   *   },
   * });
   * const book = action("book", { form: TripForm }, ({ form }) => form.values.city);
   * const module = { default: () => <Form action={book} submit="Book" />, book };
   * await using client = createTestClient({ pages: [{ path: "/", load: () => Promise.resolve(module) }] });
   * const form = (await client.open("/")).form("Book");
   * await form.enter({ Country: "Spain" });
   * const outcome = await form.fill({ City: "Madrid" }).submitWithRuntime();
   * assertEquals(outcome.ok && outcome.data, "Madrid");
   * ```
   */
  enter(values: Readonly<Record<string, FieldInput>>): Promise<TestForm>;
  /**
   * Returns the entries that the form would send now.
   *
   * @param button The name of the button. Default: the first button, as with the enter key.
   * @returns Names and values, in order.
   */
  entries(button?: string): readonly FormEntry[];
  /**
   * Submits the form as a browser with scripts off does.
   *
   * @param button The name of the button. Default: the first button, as with the enter key.
   * @returns The next page, after redirects.
   * @throws {Error} When the button does not exist, or it is disabled.
   */
  submit(button?: string): Promise<TestPage>;
  /**
   * Submits the form as the browser runtime does; the answer changes the page.
   *
   * @param button The name of the button. Default: the first button, as with the enter key.
   * @returns The outcome.
   * @throws {TypeError} When it is not a form of an action: the runtime leaves such a form to the browser.
   */
  submitWithRuntime(button?: string): Promise<TestOutcome>;
  /**
   * Asks the server whether fields are valid, as a form with `<Form validate>` does before it is submitted. Passwords and files are
   * sent only if their control has `hyper-validate`. The page does not change.
   *
   * @param labels The labels of the fields, else their names. Default: all fields.
   * @returns The messages by the names of fields; empty if they are valid.
   * @throws {TypeError} When it is not a form of an action.
   * @throws {Error} When the server refuses to answer, for example because the action has no `validate: true`.
   *
   * @example
   * ```tsx
   * import { action, defineForm, field, Form } from "@hyper/actions";
   * import { createTestClient } from "@hyper/actions/testing";
   * import { assertEquals } from "@std/assert";
   *
   * const NameForm = defineForm("name", {
   *   fields: { name: field.text({ required: true }) },
   *   clean({ name }, ctx) {
   *     if (name === "ada") ctx.addError("name", "This name is taken");
   *   },
   * });
   * const join = action("join", { form: NameForm, validate: true }, () => {});
   * const module = { default: () => <Form action={join} validate="blur" submit="Join" />, join };
   * await using client = createTestClient({ pages: [{ path: "/", load: () => Promise.resolve(module) }] });
   * const form = (await client.open("/")).form("Join").fill({ Name: "ada" });
   * assertEquals(await form.validate("Name"), { name: ["This name is taken"] });
   * ```
   */
  validate(...labels: readonly string[]): Promise<Issues>;
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
  /** The URL, after redirects. */
  readonly url: URL;
  /** The HTTP status. */
  readonly status: number;
  /** The response headers. */
  readonly headers: Headers;
  /** Its title. */
  readonly title: string;
  /** The body of the response. */
  readonly body: string;
}

/**
 * A page in a layer. Answers to its forms change it, or, where it does not have their target, the page below. A redirect is followed
 * in it; one to the page below closes it.
 *
 * @example
 * ```tsx
 * import { action, close, Form } from "@hyper/actions";
 * import { createTestClient } from "@hyper/actions/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const create = action("create", () => close(7, { redirect: "/" }));
 * const pages = [
 *   { path: "/", load: () => Promise.resolve({ default: () => <a href="/new" hyper-layer>New</a> }) },
 *   { path: "/new", load: () => Promise.resolve({ default: () => <Form action={create} submit="Create" />, create }) },
 * ];
 * await using client = createTestClient({ pages });
 * const layer = await (await client.open("/")).openLayer("New");
 * await layer.form("Create").submitWithRuntime();
 * assertEquals([layer.isOpen, layer.value], [false, 7]);
 * ```
 */
export interface TestLayer extends TestPage {
  /** `true` until it is closed. */
  readonly isOpen: boolean;
  /** The argument of the `close()` that has closed it; `undefined` before, and if something else has. */
  readonly value: unknown;
}

/**
 * A toast that a call of the runtime has shown.
 *
 * @example A deletion that is undone
 * ```tsx
 * import { action, toast } from "@hyper/actions";
 * import { createTestClient } from "@hyper/actions/testing";
 * import { assertEquals } from "@std/assert";
 *
 * let notes = ["Milk"];
 * const restore = action("restore", ({ data }) => void notes.push(`${data.title}`));
 * const remove = action("remove", () => {
 *   notes = [];
 *   return toast("Deleted", { undo: { action: restore, data: { title: "Milk" } } });
 * });
 * const module = { default: () => <p>Notes</p>, remove, restore };
 * await using client = createTestClient({ pages: [{ path: "/", load: () => Promise.resolve(module) }] });
 * await client.open("/");
 * await client.action("remove");
 * const [deleted] = client.toasts;
 * assertEquals([deleted?.text, notes.length], ["Deleted", 0]);
 * await deleted?.undo();
 * assertEquals([client.toasts.length, notes], [0, ["Milk"]]);
 * ```
 */
export interface TestToast {
  /** Its text. */
  readonly text: string;
  /** Its level; `undefined` without one. */
  readonly level: string | undefined;
  /** `true` if it can be undone. */
  readonly canUndo: boolean;
  /**
   * Presses the button of its undo. When the undo succeeds, the toast goes.
   *
   * @returns The outcome.
   * @throws {TypeError} When it has no undo.
   */
  undo(): Promise<TestOutcome>;
}
