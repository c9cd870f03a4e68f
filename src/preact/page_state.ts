/**
 * What the components of this library know about the page they stand on, handed down through Preact's context.
 *
 * @module
 */
import { type ComponentType, type Context, createContext } from "preact";
import { useContext } from "./use_context.ts";
import type { Action } from "../actions/action.ts";
import type { AnyBound } from "../forms/any_form.ts";
import { createProvider, type ProviderProps } from "./provider.ts";
import { type Texts } from "../texts/texts.ts";

/** What a component may name an action by: the action, its full name, or a decorated method. */
// deno-lint-ignore ban-types -- a decorated method is any function; which ones stand for an action is looked up
export type ActionRef = Action | string | Function;

/** An action as a form needs it. */
export interface FormAction {
  /** The action. */
  readonly action: Action;
  /** Where its forms are posted. */
  readonly url: string;
}

/** One page being rendered for one request. */
export interface PageState {
  /**
   * Finds an action; a `TypeError` that says what to do when there is none.
   *
   * @param component The component that asks, for the message.
   */
  findAction(ref: ActionRef, component: string): FormAction;
  /** Returns whether what is sent to an action has files among its fields; a promise where its form has to be waited for. */
  takesFiles(action: Action): boolean | Promise<boolean>;
  /** The form of an action as this page shows it: bound where it has just failed, else blank; `null` without a form. */
  formOf(action: Action, instance: string | null, initial: object | null):
    | AnyBound
    | null
    | Promise<AnyBound | null>;
  /** The hidden fields that lead back to this page, by name; empty where forms have no page to lead back to. */
  readonly originFields: Readonly<Record<string, string>>;
  /** The path and query of this page, for forms that are asked for with GET. */
  readonly path: string;
  /** The element that the failing form is cut out of the page by, or `null` when the whole page is wanted. */
  readonly cutTag: string | null;
  /** Whether this is the form that failed. */
  isFailed(action: Action, instance: string | null): boolean;
  /** Takes what is to be announced on this page, which the next page then does not announce again. */
  takeToasts(): readonly Readonly<Record<string, unknown>>[];
  /** The texts that users read. */
  readonly texts: Texts;
  /** Where the browser runtime is served. */
  readonly clientPath: string;
}

/** The page around a component; `null` outside a rendering of this library. */
export const PageStateContext: Context<PageState | null> = createContext<PageState | null>(null);

/** Provides {@linkcode PageStateContext}. */
export const PageStateProvider: ComponentType<ProviderProps<PageState | null>> = createProvider(PageStateContext);

/** The form around a field; `null` outside `<Form>`. */
export const FormScope: Context<AnyBound | null> = createContext<AnyBound | null>(null);

/** Provides {@linkcode FormScope}. */
export const FormScopeProvider: ComponentType<ProviderProps<AnyBound | null>> = createProvider(FormScope);

/**
 * The page around a component.
 *
 * @param component The component that asks, for the message.
 * @throws {TypeError} Outside a page or an item of this library.
 */
export function usePageState(component: string): PageState {
  const state = useContext(PageStateContext);
  if (state === null) {
    throw new TypeError(
      `Cannot render <${component}>: it stands outside a page, render it in a page, a layout or html() of a handler`,
    );
  }
  return state;
}
