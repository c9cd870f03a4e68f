// The state of one render: finds the actions, forms and toasts that components ask for, and records what they took.
import { isPrefetch } from "../http/purpose.ts";
import { readFlash } from "../respond/flash.ts";
import type { VNode } from "preact";
import { type Action, isAction, nameOfMethod } from "../actions/action.ts";
import type { FormActionManager } from "../actions/manager.ts";
import type { Region } from "../actions/region.ts";
import type { RegionPart } from "../actions/region_pages.ts";
import { type AnyBound, type FormWithInitial, initialOver, makeForm } from "../forms/any_form.ts";
import { bind } from "../forms/bind.ts";
import { isJsonObject } from "../http/json.ts";
import { knownUserTagOf } from "../http/request_cookies.ts";
import { hasScripts, withScriptsOff } from "../http/scripts.ts";
import { redirectTarget } from "../http/sink.ts";
import type { PageRoute } from "../pages/manifest.ts";
import { originFields, type OriginFieldsOptions } from "../pages/origin.ts";
import type { FailedForm, PageRender } from "../pages/page_render.ts";
import { CLIENT_PATH } from "../protocol/names.ts";
import type { Markup } from "../results/markup.ts";
import type { Texts } from "../texts/texts.ts";
import { asChildren, inState } from "./page_node.tsx";
import { PageRegions, type RegionServices } from "./page_regions.ts";
import { checkForms } from "./repeated_forms.ts";
import { Senders } from "./senders.ts";
import type { ActionRef, FormAction, PageState } from "./page_state.ts";

/** The parts of a handler that rendering uses. */
export interface RenderingServices extends RegionServices {
  /** Finds the actions that forms name. */
  readonly manager: FormActionManager;
  /** Options for the hidden fields that name the page of a form. */
  readonly originFields: OriginFieldsOptions;
  /** Returns the texts that users read, in the language of a page render. */
  readonly textsOf: (pageRender: PageRender) => Texts;
  /** The page `error.tsx`, or `null`. */
  readonly errorPage: PageRoute | null;
  /** The page `not_found.tsx`, or `null`. */
  readonly notFound: PageRoute | null;
  /** If `true`, mistakes in pages are errors that a user need not see. */
  readonly dev: boolean;
}

/** The state of one render. */
export class RenderState implements PageState {
  readonly cutTag: string | null;
  readonly layerTag: string | null;
  readonly clientPath = CLIENT_PATH;
  latePrefix: string | null = null;
  /** `true` if toasts were rendered. */
  tookToasts = false;
  /** `true` if the page asked for toasts, even if there were none. */
  askedForToasts = false;
  /** The forms that the failed one can have been sent from; `null` if none has failed. */
  readonly senders: Senders | null;
  readonly #services: RenderingServices;
  readonly #pageRender: PageRender;
  readonly #failed: FailedForm | null;
  /** The blank forms of this page. Kept, because a component that suspended asks for its form again. */
  #forms: Map<string, AnyBound | Promise<AnyBound>> | null = null;
  /** The regions of this page; `null` before the first. */
  #regions: PageRegions | null = null;

  constructor(
    services: RenderingServices,
    pageRender: PageRender,
    failed: (FailedForm & { readonly cutTag: string }) | null = null,
    layerTag: string | null = null,
  ) {
    this.cutTag = failed?.cutTag ?? null;
    this.layerTag = layerTag;
    this.#services = services;
    this.#pageRender = pageRender;
    this.#failed = failed;
    this.senders = failed && new Senders(failed);
  }

  // A getter, because most of what is rendered has no form.
  get originFields(): Readonly<Record<string, string>> {
    const { page, url, isOrigin } = this.#pageRender;
    const { notFound, errorPage } = this.#services;
    const file = (page ?? notFound ?? errorPage)?.file;
    return isOrigin && file !== undefined ? originFields(file, url, this.#services.originFields) : {};
  }

  get userTag(): string | null {
    return knownUserTagOf(this.#pageRender.deps.ctx.cookies);
  }

  get path(): string {
    return this.#pageRender.url.pathname;
  }

  get texts(): Texts {
    return this.#services.textsOf(this.#pageRender);
  }

  findAction(ref: ActionRef, component: string): FormAction {
    const name = nameOfAction(ref, component);
    const owned = this.#services.manager.findByName(name);
    if (owned === null) {
      throw new TypeError(
        `Cannot render <${component}> for action "${name}": ${this.#services.manager.explainUnknown(name)}`,
      );
    }
    return { action: owned.action, url: owned.backend.getActionUrl(owned.action) };
  }

  formOf(
    action: Action,
    instance: string | null,
    initial: object | null,
  ): AnyBound | null | Promise<AnyBound | null> {
    if (this.#failed !== null && this.isFailed(action, instance)) return this.#failed.form;
    if (action.form === null) return null;
    const form = this.#blankForm(JSON.stringify([action.name, instance]), action, action.form, instance, initial);
    // A component that waits for its form asks again.
    if (!(form instanceof Promise)) this.senders?.addForm(form, action);
    return form;
  }

  takesFiles(action: Action): boolean | Promise<boolean> {
    if (action.onFile !== null) return true;
    if (action.form === null) return false;
    // A separate key: the page may render a form of this action with initial values.
    const form = this.#blankForm(action.name, action, action.form, null, null);
    return form instanceof Promise ? form.then(({ hasFiles }) => hasFiles) : form.hasFiles;
  }

  #blankForm(
    key: string,
    { name: action }: Action,
    source: NonNullable<Action["form"]>,
    instance: string | null,
    initial: object | null,
  ): AnyBound | Promise<AnyBound> {
    const forms = this.#forms ??= new Map();
    const known = forms.get(key);
    if (known !== undefined) return known;
    const bindBlank = (made: FormWithInitial): AnyBound =>
      bind(made.definition, {
        mode: "blank",
        initial: initialOver(made, initial),
        ownInitial: made.initial,
        instance,
        action,
        texts: this.texts,
      });
    const made = makeForm(source, this.#pageRender.deps.ctx);
    const form = made instanceof Promise ? made.then(bindBlank) : bindBlank(made);
    forms.set(key, form);
    if (form instanceof Promise) {
      // The component that suspended is rendered again and needs the form itself. If the promise rejects, that component throws.
      form.then((ready) => forms.set(key, ready), () => {});
    }
    return form;
  }

  regionOf(region: Region, instance: string | null, part?: RegionPart): string | Promise<string> {
    return this.#pageRegions.of(region, instance, part);
  }

  fallbackOf(region: Region, instance: string | null): string | Promise<string> {
    return this.#pageRegions.fallbackOf(region, instance);
  }

  get #pageRegions(): PageRegions {
    const nodeOf = (content: Markup): VNode => inState(this, asChildren(content));
    return this.#regions ??= new PageRegions(this.#services, this.#pageRender, nodeOf);
  }

  /** `true` if the application has regions that are loaded after their page. */
  get hasLate(): boolean {
    return this.#services.regions.hasLate;
  }

  get hasScripts(): boolean {
    return this.hasLate && hasScripts(this.#pageRender.deps.ctx.cookies);
  }

  /** The URL of this page for a browser whose scripts are off in spite of its cookie. */
  get scriptsOffUrl(): string {
    const { url } = this.#pageRender;
    return redirectTarget(withScriptsOff(url), url);
  }

  isFailed(action: Action, instance: string | null): boolean {
    return this.#failed !== null && this.#failed.action.uid === action.uid && this.#failed.instance === instance;
  }

  noteButton(action: Action, form: AnyBound | null): void {
    if (form !== null) this.senders?.addButton(action, form);
  }

  /** Returns the check of the rendered page; `null` outside development mode. */
  get check(): ((html: string) => void) | null {
    return this.#services.dev ? checkForms : null;
  }

  // Returns the same toasts each time: a component next to one that suspended is rendered twice.
  takeToasts(): readonly Readonly<Record<string, unknown>>[] {
    this.askedForToasts = true;
    const toasts = this.#pageRender.takeToasts();
    this.tookToasts = toasts.length > 0;
    return toasts.map((toast) => forUser(toast, this.userTag));
  }

  get toastsWait(): boolean {
    const { headers } = this.#pageRender.received ?? this.#pageRender.request;
    const { toasts, rest } = readFlash(headers);
    return (toasts.length > 0 || rest !== null) && isPrefetch(headers);
  }
}

/** @throws {TypeError} When the reference is not one. */
function nameOfAction(ref: ActionRef, component: string): string {
  const name = isAction(ref) ? ref.name : typeof ref === "string" ? ref : nameOfMethod(ref);
  if (name === null) {
    const given = ref === undefined ? "undefined (an import cycle?)" : "not an action";
    throw new TypeError(
      `Cannot render <${component}>: its action is ${given}; pass what action() returned, a name, or a decorated method`,
    );
  }
  return name;
}

/**
 * Returns a toast with the form of its undo as markup. Without it if it belongs to another user: an attacker who can set cookies could
 * name the place of their own toasts.
 */
function forUser({ undo, ...toast }: Readonly<Record<string, unknown>>, user: string | null): typeof toast {
  if (!isJsonObject(undo) || typeof undo.form !== "string") return toast;
  return user !== null && undo.user !== null && undo.user !== user ? toast : { ...toast, undo: undo.form };
}
