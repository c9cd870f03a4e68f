// The pages of a client: elements are found by their names, forms are filled and sent.
import { FORM_ATTRIBUTE } from "../protocol/names.ts";
import type { Issues } from "../protocol/patch.ts";
import { actionOfForm, formMethod } from "../protocol/payload.ts";
import {
  entriesOf,
  type FieldInput,
  fieldsOf,
  fillControls,
  formControls,
  type FormEntry,
  isDisabled,
  isField,
  isSubmitButton,
  ownerOf,
} from "./controls.ts";
import {
  attribute,
  type DocumentNode,
  type ElementNode,
  elementsIn,
  isInOff,
  type Node,
  outerMarkup,
  query,
  readableText,
  replaceContent,
} from "./dom.ts";
import { accessibleName } from "./labels.ts";
import { afterEntry, askFields, type EarlyForm } from "./early.ts";
import { calledForm, controlsOfLabel } from "./form_fields.ts";
import { namesOfForm } from "./form_names.ts";
import { listed, only, onlyNamed } from "./only.ts";
import { readSwap } from "./patches.ts";
import { PageField } from "./page_field.ts";
import { PagePredictions } from "./predictions.ts";
import type { FormCall, PageVisit } from "./page_visit.ts";
import type { TestOutcome } from "./outcome.ts";
import type { TestCallOptions } from "./test_client.ts";
import type { TestElement, TestField, TestForm, TestLayer, TestPage, TestScope } from "./test_page.ts";

/** The tab that a page is open in. */
export interface Tab {
  /** Navigates from a page. */
  visit(visit: PageVisit, from: TestPage): Promise<TestPage>;
  /** Sends a form as the runtime does. */
  send(name: string, form: PageForm, submitter: ElementNode | null): Promise<TestOutcome>;
  /** Shows a form again, rendered from what is filled. */
  redraw(name: string, form: PageForm): Promise<TestOutcome>;
  /** Opens a layer over a page. */
  openLayer(visit: PageVisit, opener: ElementNode, below: OpenPage): Promise<TestLayer>;
  /** Calls an action as the runtime does. */
  action(name: string, data: object, options: TestCallOptions): Promise<TestOutcome>;
}

/** The parts of a page. */
export interface PageSource {
  readonly tab: Tab;
  readonly document: DocumentNode;
  readonly url: URL;
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

abstract class Scope<N extends Node> implements TestScope {
  abstract readonly page: OpenPage;
  readonly node: N;

  constructor(node: N) {
    this.node = node;
  }

  get text(): string {
    return readableText(this.node);
  }

  get html(): string {
    return outerMarkup(this.node);
  }

  find(selector: string): TestElement {
    return this.page.element(only(query(this.node, selector), `element "${selector}"`, this));
  }

  findAll(selector: string): readonly TestElement[] {
    return query(this.node, selector).map((node) => this.page.element(node));
  }

  form(name: string): TestForm {
    const forms = elementsIn(this.node).filter(({ tagName }) => tagName === "form");
    const known = forms.filter((form) => accessibleName(form) === name);
    // Few forms have a label: the text of the button or a heading is their name.
    const found = known.length > 0 ? known : forms.filter((form) => namesOfForm(form).includes(name));
    if (found.length === 0) {
      const names = forms.map((form) => `"${accessibleName(form) || namesOfForm(form)[0] || "without a name"}"`);
      throw new Error(`Cannot find form "${name}" on ${this.page.url}: its forms are ${listed(names)}`);
    }
    return new PageForm(only(found, `form "${name}"`, this), this.page);
  }

  async click(name: string): Promise<TestPage> {
    const element = this.#linkOrButton(name);
    if (element.tagName === "a") return await this.page.follow(element);
    return await this.#formOf(element, name).press(element);
  }

  async openLayer(name: string): Promise<TestLayer> {
    const { page } = this;
    const element = this.#linkOrButton(name);
    const form = element.tagName === "a" ? null : this.#formOf(element, name);
    const visit = form?.visit(element) ?? page.visitOf(element);
    const named = [element, form?.node].some((it) => it && attribute(it, "hyper-layer") !== null);
    if (!named || visit.method !== "GET" || isInOff(element)) {
      throw new TypeError(
        `Cannot open a layer with "${name}" on ${page.url}: it is not a link or a GET form with hyper-layer`,
      );
    }
    return await page.tab.openLayer(visit, element, page);
  }

  #linkOrButton(name: string): ElementNode {
    const clickable = elementsIn(this.node).filter((it) =>
      isSubmitButton(it) || (it.tagName === "a" && attribute(it, "href") !== null)
    );
    return onlyNamed(clickable, name, { one: "link or button", all: "links and buttons" }, this);
  }

  #formOf(button: ElementNode, name: string): PageForm {
    const form = ownerOf(button);
    if (form === null) throw new Error(`Cannot press "${name}" on ${this.page.url}: it does not belong to a form`);
    return new PageForm(form, this.page);
  }
}

class PageElement extends Scope<ElementNode> implements TestElement {
  readonly page: OpenPage;

  constructor(node: ElementNode, page: OpenPage) {
    super(node);
    this.page = page;
  }

  get tagName(): string {
    return this.node.tagName;
  }

  get name(): string {
    return accessibleName(this.node);
  }

  attribute(name: string): string | null {
    return attribute(this.node, name);
  }

  async trigger(): Promise<TestOutcome> {
    const { node, page } = this;
    const name = attribute(node, "hyper-action");
    const form = node.tagName === "form" ? node : ownerOf(node);
    const isOff = isInOff(node);
    if (isOff || name === null && form === null) {
      const reason = isOff ? "it is in a hyper-off" : "it has neither hyper-action nor a form";
      throw new TypeError(`Cannot trigger <${node.tagName}> on ${page.url}: ${reason}`);
    }
    // Without a name it has a form, as checked above.
    if (name === null) return await new PageForm(form!, page).sendBy(isSubmitButton(node) ? node : null);
    const options = {
      method: attribute(node, "hyper-method")?.toUpperCase(),
      target: attribute(node, "hyper-target") ?? undefined,
      swap: readSwap(attribute(node, "hyper-swap")),
    };
    return await page.tab.action(name, JSON.parse(attribute(node, "hyper-data") ?? "{}"), options);
  }
}

/** A form of a page. */
export class PageForm extends PageElement implements TestForm {
  field(label: string): TestField {
    return new PageField(controlsOfLabel(this.node, label, "find"));
  }

  fill(values: Readonly<Record<string, FieldInput>>): TestForm {
    for (const [label, input] of Object.entries(values)) {
      const controls = controlsOfLabel(this.node, label, "fill");
      try {
        fillControls(controls, input);
      } catch (error) {
        // The error has the reason; the field is known here.
        const reason = error instanceof Error ? error.message : error;
        throw new TypeError(`Cannot fill field "${label}" of form "${calledForm(this.node)}": ${reason}`, {
          cause: error,
        });
      }
    }
    return this;
  }

  entries(button?: string): readonly FormEntry[] {
    return entriesOf(this.node, this.submitter(button));
  }

  async submit(button?: string): Promise<TestPage> {
    return await this.press(this.submitter(button));
  }

  async submitWithRuntime(button?: string): Promise<TestOutcome> {
    return await this.sendBy(this.submitter(button));
  }

  /** Sends the form as the runtime does, by a button, or by none. */
  async sendBy(submitter: ElementNode | null): Promise<TestOutcome> {
    const name = this.#actionName(submitter);
    if (this.#method(submitter) === "dialog") throw this.#closesDialog();
    return await this.page.tab.send(name, this, submitter);
  }

  async validate(...labels: readonly string[]): Promise<Issues> {
    const controls = labels.length === 0
      ? formControls(this.node).filter(isField)
      : labels.flatMap((label) => controlsOfLabel(this.node, label, "validate"));
    return await askFields(this.#early(), controls);
  }

  async enter(values: Readonly<Record<string, FieldInput>>): Promise<TestForm> {
    this.fill(values);
    await afterEntry(
      this.#early(),
      Object.keys(values).flatMap((label) => controlsOfLabel(this.node, label, "fill")),
    );
    return this;
  }

  #early(): EarlyForm {
    const name = this.#actionName(null);
    const { tab } = this.page;
    return {
      node: this.node,
      ask: (headers) => tab.action(name, {}, { form: this, headers }),
      redraw: () => tab.redraw(name, this),
    };
  }

  /** Returns the name of the action that the runtime would call. */
  #actionName(submitter: ElementNode | null): string {
    // The form itself must have the attribute; its button may name another action.
    const formNamed = attribute(this.node, FORM_ATTRIBUTE);
    const named = submitter === null ? null : attribute(submitter, FORM_ATTRIBUTE);
    const name = formNamed === null ? "" : actionOfForm(named, formNamed, this.#url(submitter), this.#url(null));
    if (name !== "") return name;
    throw new TypeError(
      `Cannot send form "${calledForm(this.node)}" with the runtime: it has no ${FORM_ATTRIBUTE}; use submit()`,
    );
  }

  /** Submits the form by a button, or by none. */
  async press(submitter: ElementNode | null): Promise<TestPage> {
    if (submitter !== null && isDisabled(submitter)) {
      throw new Error(`Cannot press "${accessibleName(submitter)}" on ${this.page.url}: it is disabled`);
    }
    return await this.page.tab.visit(this.visit(submitter), this.page);
  }

  /** Returns what a browser with scripts off sends. */
  visit(submitter: ElementNode | null): PageVisit {
    const method = this.#method(submitter);
    if (method === "dialog") throw this.#closesDialog();
    return {
      url: this.#url(submitter),
      method: method === "post" ? "POST" : "GET",
      form: {
        entries: entriesOf(this.node, submitter),
        enctype: this.submitAttribute(submitter, "enctype", "formenctype"),
      },
    };
  }

  /** Returns what the browser runtime sends. */
  callSource(submitter: ElementNode | null): FormCall {
    const enctype = this.submitAttribute(submitter, "enctype", "formenctype");
    const fields = fieldsOf(entriesOf(this.node, submitter));
    return { url: this.#url(submitter), method: this.#method(submitter) ?? "post", fields, enctype };
  }

  /** Returns an attribute of the button, else of the form, or `null`. */
  submitAttribute(submitter: ElementNode | null, name: string, buttonName: string): string | null {
    return (submitter === null ? null : attribute(submitter, buttonName)) ?? attribute(this.node, name);
  }

  #method(submitter: ElementNode | null): string | null {
    return formMethod(this.submitAttribute(submitter, "method", "formmethod"));
  }

  #url(submitter: ElementNode | null): URL {
    const action = this.submitAttribute(submitter, "action", "formaction");
    // Without an action it is the document's own URL, whatever its base (HTML, 4.10.22.3).
    return !action ? this.page.url : new URL(action, this.page.baseUrl);
  }

  #closesDialog(): TypeError {
    const advice = "use a form or button with another method";
    return new TypeError(
      `Cannot submit form "${calledForm(this.node)}": it closes a dialog and sends nothing; ${advice}`,
    );
  }

  /** Returns the button with this name. Without a name: the first button, or `null`. */
  submitter(button: string | undefined): ElementNode | null {
    const buttons = formControls(this.node).filter(isSubmitButton);
    if (button === undefined) return buttons[0] ?? null;
    const named = buttons.filter((it) => accessibleName(it) === button);
    const found = named.length > 0 ? named : buttons.filter((it) => attribute(it, "value") === button);
    return only(found, `button "${button}"`, this);
  }
}

/** A page of the client. */
export class OpenPage extends Scope<DocumentNode> implements TestPage {
  /** The tab it is open in. */
  readonly tab: Tab;
  /** The predictions of calls in flight. */
  readonly predictions: PagePredictions;
  #source: PageSource;
  #url: URL;

  constructor(source: PageSource) {
    super(source.document);
    this.predictions = new PagePredictions(source.document);
    this.tab = source.tab;
    this.#url = source.url;
    this.#source = source;
  }

  get status(): number {
    return this.#source.status;
  }

  get headers(): Headers {
    return this.#source.headers;
  }

  get body(): string {
    return this.#source.body;
  }

  get page(): OpenPage {
    return this;
  }

  get url(): URL {
    return new URL(this.#url);
  }

  get title(): string {
    return query(this.node, "head > title").slice(0, 1).map(readableText).join();
  }

  /** The base of relative URLs. */
  get baseUrl(): URL {
    const [href] = query(this.node, "base[href]").map((base) => attribute(base, "href"));
    return new URL(href ?? "", this.#url);
  }

  /** Changes the URL of the page. */
  moveTo(url: URL): void {
    this.#url = url;
  }

  /** Shows another page in the place of this one, as a layer does. */
  replaceWith(source: PageSource): void {
    this.predictions.clear();
    replaceContent(this.node, source.document);
    this.#source = source;
    this.#url = source.url;
  }

  /** Returns the navigation of a link. */
  visitOf(link: ElementNode): PageVisit {
    return { url: new URL(attribute(link, "href") ?? "", this.baseUrl), method: "GET", form: null };
  }

  /** Wraps an element; a form as a form. */
  element(node: ElementNode): TestElement {
    return node.tagName === "form" ? new PageForm(node, this) : new PageElement(node, this);
  }

  /** Follows a link. */
  async follow(link: ElementNode): Promise<TestPage> {
    const visit = this.visitOf(link);
    const { url } = visit;
    const [here, there] = [this.#url, url].map(({ href }) => href.split("#")[0]);
    if (url.hash !== "" && here === there) {
      // A fragment of the same page: no request is made.
      this.moveTo(url);
      return this;
    }
    return await this.tab.visit(visit, this);
  }
}
