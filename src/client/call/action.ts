/**
 * `action()`: makes a call from options and a form.
 *
 * @module
 */
import { INSTANCE_FIELD, OPTIMISTIC_ATTRIBUTE } from "../../protocol/names.ts";
import type { Swap } from "../../protocol/patch.ts";
import { formMethod } from "../../protocol/payload.ts";
import { type Call, emitCallEvent, endAborted, makeCall, newId, type Optimistic } from "./call.ts";
import { attr, doc, dom, ours } from "../dom.ts";
import type { UploadProgressEventDetail } from "../events.ts";
import { hrefOf, layerOf } from "../page/layers.ts";
import { captureSentState } from "../page/sent_state.ts";
import { runCall } from "./active_call.ts";
import type { Sync } from "./lanes.ts";
import type { Outcome } from "./outcome.ts";

/** Options for {@linkcode action}. */
export interface CallOptions {
  /**
   * The form whose fields are sent, or a selector for it. The method and URL default to those of the form, and data
   * replaces fields of the same name. Default: none.
   */
  readonly form?: string | HTMLFormElement | null | undefined;
  /** HTTP method, `GET` or `POST`. Default: that of the form, else `POST`. */
  readonly method?: string | undefined;
  /** URL of the request. Default: that of the form, else the current URL with its query. */
  readonly url?: string | undefined;
  /** Coordination with other calls of its lane. Default: `block` with a form, `replace` without one. */
  readonly sync?: Sync | undefined;
  /** Key of its lane. Default: the name of the action, the target, and the `instance` of the form. */
  readonly key?: string | undefined;
  /** Selector for the target of `html` items that do not name one. Default: none. */
  readonly target?: string | null | undefined;
  /** Swap mode of `html` items that do not name one. Default: `outer`. */
  readonly swap?: Swap | undefined;
  /** If `true`, a target that is not on the page is an error. Default: as set by `Hyper.configure()`. */
  readonly strictTargets?: boolean | undefined;
  /** Signal that aborts the call. Default: none. */
  readonly signal?: AbortSignal | undefined;
  /** Time limit of the whole call with its retries and its stream, in milliseconds. Default: none. */
  readonly timeout?: number | undefined;
  /**
   * If `true`, the request is retried after a lost connection, including the first one. Default: `true` for a `GET`
   * whose stream was interrupted, otherwise `false`.
   */
  readonly retry?: boolean | undefined;
  /** The element that causes the call, such as a button. One that submits `form` adds its name and value. Default: the form. */
  readonly sourceEl?: Element | null | undefined;
  /**
   * Called before the call enters its lane. It may change the request. Return `false` to cancel the call. Default:
   * none.
   */
  readonly onBeforeSubmit?: ((request: RequestOptions) => void | boolean) | undefined;
  /**
   * Changes the page to what it will look like when the call has succeeded. Called at once, and again whenever the page below the
   * prediction has changed, so it must not do anything else, must not wait, and must read from the page what it depends on. What it
   * has changed is taken back when the call ends, or earlier when its response changes the same place. New and changed
   * elements have the attribute `hyper-pending`. Default: the `<Optimistic>` of the form.
   */
  readonly optimistic?: Optimistic | undefined;
  /** Called with the progress of the upload. The request is then made by `XMLHttpRequest`. Default: none. */
  readonly onUploadProgress?: ((progress: UploadProgressEventDetail) => void) | undefined;
}

/** The request that `onBeforeSubmit` may change. */
export interface RequestOptions {
  /** The name of the action. */
  action: string;
  /** A copy of the data. */
  data: Record<string, unknown>;
  /** The form whose fields are sent, or `null`. */
  form: HTMLFormElement | null;
  /** HTTP method. */
  method: string;
  /** URL of the request. */
  url: string;
  /** Coordination with other calls of its lane. */
  sync: Sync;
  /** Key of its lane. */
  key: string;
  /** Selector for the default target of `html` items, or `null`. */
  target: string | null;
  /** Default swap mode of `html` items. */
  swap?: Swap | undefined;
  /** If `true`, a missing target is an error. */
  strictTargets?: boolean | undefined;
  /** Signal that aborts the call. */
  signal?: AbortSignal | undefined;
  /** Time limit of the call, in milliseconds. */
  timeout?: number | undefined;
  /** If `true`, a lost connection is retried. */
  retry?: boolean | undefined;
  /** The request ID. */
  readonly id: string;
  /** The element that causes the call, or `null`. */
  readonly sourceEl: Element | null;
  /** The event of `hyper-on` that causes the call, or `null`. */
  readonly trigger: string | null;
}

/** Options of a call that an element of the page makes. */
export interface ElementCallOptions extends CallOptions {
  /** The event of `hyper-on` that causes it. Default: none. */
  readonly trigger?: string | null;
}

/** Type of {@linkcode action}. */
export interface CallAction {
  /** See {@linkcode action}. */
  <Result = unknown>(name: string, data?: object, options?: CallOptions): Promise<Outcome<Result>>;
}

/** Calls an action; documented in `client.ts`. */
export async function action<Result = unknown>(
  name: string,
  data: object = {},
  options: ElementCallOptions = {},
): Promise<Outcome<Result>> {
  if (typeof data !== "object" || Array.isArray(data)) {
    throw new TypeError(`Cannot call action "${name}": data is not an object`);
  }
  const form = resolveForm(name, options.form);
  const sourceEl = options.sourceEl ?? form;
  const submitter = isSubmitter(sourceEl, form) ? sourceEl : null;
  const target = options.target ?? null;
  const instance = attr(dom(form)?.querySelector(`[name="${INSTANCE_FIELD}"]`), "value");
  const request: RequestOptions & CallOptions = {
    ...options,
    id: newId(),
    action: name,
    data: { ...data },
    form,
    sourceEl,
    method: options.method ?? submitMethod(form, submitter)?.toUpperCase() ?? "POST",
    url: options.url ?? (form ? submitUrl(form, submitter)?.href ?? "" : hrefOf(layerOf(sourceEl))),
    sync: options.sync ?? (form ? "block" : "replace"),
    key: options.key ?? [name, target, instance].filter(Boolean).join(":"),
    target,
    trigger: options.trigger ?? null,
  };
  let call: Call;
  try {
    if (options.onBeforeSubmit?.(request) === false) {
      return endAborted(request, "cancelled") as Outcome<Result>;
    }
    // An invalid selector must throw now, and not at each use while the call is in flight.
    if (request.target) doc.querySelector(request.target);
    call = makeCall({
      ...request,
      url: new URL(request.url, doc.baseURI).href,
      method: request.method.toUpperCase(),
      fields: request.form && new FormData(request.form, submitter),
      enctype: submitAttribute("enctype", form, submitter),
      depth: 0,
      optimistic: request.optimistic ??
        (request.form ? ours(`template[${OPTIMISTIC_ATTRIBUTE}]`, request.form) : undefined),
      saveSentState: captureSentState(request.form, request.data),
    });
  } catch (error) {
    emitCallEvent("requestException", request, { error });
    throw error;
  }
  // The server does not declare the type that an action returns; the caller of `action()` states it.
  return await runCall(call) as Outcome<Result>;
}

/**
 * Returns an attribute of a submitter, else that of its form, or `null`. Reads attributes, not properties: a control named
 * `action` hides that of the form (HTML, 4.10.3).
 */
export const submitAttribute = (
  name: string,
  form: HTMLFormElement | null,
  submitter: HTMLElement | null,
): string | null => attr(submitter, `form${name}`) ?? attr(form, name);

/** Returns the method of a form, in lower case, or `null` if neither the form nor its submitter has one. */
export const submitMethod = (form: HTMLFormElement | null, submitter: HTMLElement | null): string | null =>
  formMethod(submitAttribute("method", form, submitter));

/** Returns the URL that a form is sent to, or `null` if it is not a URL. */
export const submitUrl = (form: HTMLFormElement, submitter: HTMLElement | null): URL | null =>
  URL.parse(submitAttribute("action", form, submitter) || hrefOf(layerOf(form)), doc.baseURI);

function resolveForm(name: string, form: CallOptions["form"]): HTMLFormElement | null {
  if (form === undefined || form === null) return null;
  const found = typeof form === "string" ? doc.querySelector(form) : form;
  if (found instanceof HTMLFormElement) return found;
  throw new TypeError(`Cannot call action "${name}": "${form}" is not a form`);
}

/** Returns `true` if an element is a button that submits the form. `new FormData()` throws for any other element. */
function isSubmitter(element: Element | null, form: HTMLFormElement | null): element is HTMLElement {
  // Of the elements of a form only buttons and inputs have these types.
  const { form: owner, type } = (dom(element) ?? {}) as Partial<HTMLButtonElement>;
  return !!form && owner === form && /^(submit|image)$/.test(`${type}`);
}
