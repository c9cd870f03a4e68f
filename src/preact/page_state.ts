// The page that the components of this library are rendered in, provided by Preact's context.
import { type ComponentType, type Context, createContext } from "preact";
import { useContext } from "./use_context.ts";
import type { Action } from "../actions/action.ts";
import type { Region } from "../actions/region.ts";
import type { AnyBound } from "../forms/any_form.ts";
import type { BoundFormsetRow } from "../forms/formset.ts";
import { createProvider, type ProviderProps } from "./provider.ts";
import type { Texts } from "../texts/texts.ts";

/** A reference to an action: the action, its full name, or a decorated method. */
// deno-lint-ignore ban-types -- a decorated method is any function; the action of a method is looked up
export type ActionRef = Action | string | Function;

/** An action, and the URL of its forms. */
export interface FormAction {
  readonly action: Action;
  /** The URL that its forms are posted to. */
  readonly url: string;
}

/** The page that is being rendered for a request. */
export interface PageState {
  /**
   * Finds an action.
   *
   * @param component The name of the component, for the message.
   * @throws {TypeError} When the action does not exist.
   */
  findAction(ref: ActionRef, component: string): FormAction;
  /** Returns whether an action takes files; a promise if its form has to be waited for. */
  takesFiles(action: Action): boolean | Promise<boolean>;
  /** Returns the form of an action: the bound form if it has just failed, else a blank one; `null` if the action has no form. */
  formOf(action: Action, instance: string | null, initial: object | null):
    | AnyBound
    | null
    | Promise<AnyBound | null>;
  /** Returns the HTML of an instance of a region; a promise if it has to be waited for. Each is rendered once. */
  regionOf(region: Region, instance: string | null): string | Promise<string>;
  /** Returns the HTML that is in the place of a region until the browser has loaded its content; a promise if it has to be waited for. */
  fallbackOf(region: Region, instance: string | null): string | Promise<string>;
  /** `true` if the client is known to run scripts, which load regions after the page. */
  readonly hasScripts: boolean;
  /** The hidden fields that name this page, by name; empty if forms have no page to lead back to. */
  readonly originFields: Readonly<Record<string, string>>;
  /** Digest of the user, by the session that the page has used or as the principal, or `null`. */
  readonly userTag: string | null;
  /** The path of this page, which its GET forms are sent to. */
  readonly path: string;
  /** The element to put around the form that failed; `null` if none has. */
  readonly cutTag: string | null;
  /** The element to put around the part of the page that a layer shows; `null` if the page is not shown in a layer. */
  readonly layerTag: string | null;
  /** Returns whether this form is the one that failed. */
  isFailed(action: Action, instance: string | null): boolean;
  /** Records that a button in a form submits it to another action. */
  noteButton(action: Action, form: AnyBound | null): void;
  /** Takes the toasts of this page; the next page does not show them again. */
  takeToasts(): readonly Readonly<Record<string, unknown>>[];
  /** `true` if toasts wait that this page does not take, because it is requested in advance. */
  readonly toastsWait: boolean;
  /** The texts that users read, in the language of the request. */
  readonly texts: Texts;
  /** The beginning of the names of late parts, empty if the page is sent in document order; `null` for a page that is sent whole. */
  readonly latePrefix: string | null;
  /** The path of the browser runtime. */
  readonly clientPath: string;
}

/** The page around a component; `null` outside a render of this library. */
export const PageStateContext: Context<PageState | null> = createContext<PageState | null>(null);

/** The page around the content of a shared region: none, because the content is that of every page. */
export const SHARED_STATE: PageState = new Proxy(Object.create(null), {
  get(): never {
    throw new TypeError(
      "Cannot render a form, toasts or a region in a shared region: they belong to one page; put them around it",
    );
  },
});

/** Provides {@linkcode PageStateContext}. */
export const PageStateProvider: ComponentType<ProviderProps<PageState | null>> = createProvider(PageStateContext);

/** The form around a field; `null` outside `<Form>`. */
export const FormScope: Context<AnyBound | null> = createContext<AnyBound | null>(null);

/** Provides {@linkcode FormScope}. */
export const FormScopeProvider: ComponentType<ProviderProps<AnyBound | null>> = createProvider(FormScope);

/** `true` in the content of `<Optimistic>`. */
export const PredictionScope: Context<boolean> = createContext(false);

/** Provides {@linkcode PredictionScope}. */
export const PredictionScopeProvider: ComponentType<ProviderProps<boolean>> = createProvider(PredictionScope);

/** A row of a formset, as `<Rows>` renders it. */
export interface RowPlace {
  readonly row: BoundFormsetRow;
  /** The prefix of its formset. */
  readonly prefix: string;
  /** Its number, from 1; `null` for the empty row. */
  readonly number: number | null;
}

/** The row around a component; `null` outside `<Rows>`. */
export const RowScope: Context<RowPlace | null> = createContext<RowPlace | null>(null);

/** Provides {@linkcode RowScope}. */
export const RowScopeProvider: ComponentType<ProviderProps<RowPlace | null>> = createProvider(RowScope);

/**
 * Returns the page around a component.
 *
 * @param component The name of the component, for the message.
 * @throws {TypeError} Outside a page or an item of this library.
 */
export function usePageState(component: string): PageState {
  const state = useContext(PageStateContext);
  if (state === null) {
    throw new TypeError(
      `Cannot render <${component}>: it is outside a page; render it in a page, a layout, or html() in an action function`,
    );
  }
  return state;
}
