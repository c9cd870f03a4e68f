/**
 * `action()`: from what the page asks for to a call.
 *
 * @module
 */
import { INSTANCE_FIELD } from "../../protocol/names.ts";
import type { Swap } from "../../protocol/patch.ts";
import { type Call, endAborted, makeCall, newId, tell } from "./call.ts";
import { attr, doc, dom } from "../dom.ts";
import type { UploadProgressEventDetail } from "../events.ts";
import { launch } from "./active_call.ts";
import type { Sync } from "./lanes.ts";
import type { Outcome } from "./outcome.ts";

/** What a call may be told, besides the action's name and data. */
export interface CallOptions {
  /**
   * The form whose fields are sent, or a selector of it. Its method and URL are those of the call, and data beats a
   * field of the same name. Default: no form.
   */
  readonly form?: string | HTMLFormElement | null | undefined;
  /** The method. Default: the form's, else `POST`. */
  readonly method?: string | undefined;
  /** Where it is sent. Default: the form's, else the current URL with its query. */
  readonly url?: string | undefined;
  /** How it meets others of its lane. Default: `block` with a form, `replace` without one. */
  readonly sync?: Sync | undefined;
  /** The key of its lane. Default: made of the action's name and the target, and of the form's `instance`. */
  readonly key?: string | undefined;
  /** A selector: where `html` items without a target of their own go. Default: none. */
  readonly target?: string | null | undefined;
  /** How `html` items without a mode of their own are put in place. Default: `outer`. */
  readonly swap?: Swap | undefined;
  /** Whether a target that is not on the page is an error. Default: what `Hyper.configure()` says. */
  readonly strictTargets?: boolean | undefined;
  /** Ends the call when it is aborted. Default: none. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds the whole call may take, retries and a stream included. Default: without bound. */
  readonly timeout?: number | undefined;
  /**
   * Whether a lost connection is tried again, a first one too. Default: a GET whose stream broke off is, nothing else.
   */
  readonly retry?: boolean | undefined;
  /** The element that causes the call, such as a button. One that submits `form` adds its name and value. Default: the form. */
  readonly sourceEl?: Element | null | undefined;
  /**
   * Called before the lane is decided and anything is sent; may change what it is given. `false` cancels the call.
   * Default: none.
   */
  readonly onBeforeSubmit?: ((request: RequestOptions) => void | boolean) | undefined;
  /** Told how much of the body is sent; with it the request is made by `XMLHttpRequest`. Default: none. */
  readonly onUploadProgress?: ((progress: UploadProgressEventDetail) => void) | undefined;
}

/** A call as `onBeforeSubmit` sees it: what it was told, and everything that follows from that. Each field may be changed. */
export interface RequestOptions {
  /** The name of the action. */
  action: string;
  /** Explicit data, a copy of what was given. */
  data: Record<string, unknown>;
  /** The form whose fields are sent, or `null`. */
  form: HTMLFormElement | null;
  /** The method. */
  method: string;
  /** Where it is sent. */
  url: string;
  /** How it meets others of its lane. */
  sync: Sync;
  /** The key of its lane. */
  key: string;
  /** Where `html` items without a target go, or `null`. */
  target: string | null;
  /** How they are put in place. */
  swap?: Swap | undefined;
  /** Whether a missing target is an error. */
  strictTargets?: boolean | undefined;
  /** Ends the call when it is aborted. */
  signal?: AbortSignal | undefined;
  /** Milliseconds the call may take. */
  timeout?: number | undefined;
  /** Whether a lost connection is tried again. */
  retry?: boolean | undefined;
  /** The request id. */
  readonly id: string;
  /** The element that causes the call, or `null`. */
  readonly sourceEl: Element | null;
}

/** `action()`. */
export interface CallAction {
  /** See {@linkcode action}. */
  <Result = unknown>(name: string, data?: object, options?: CallOptions): Promise<Outcome<Result>>;
}

/**
 * Calls an action of the server and lets its answer take effect on the page.
 *
 * @param name The action's name.
 * @param data What it is called with: anything that JSON can write, and files.
 * @param options How.
 * @returns The outcome; an error status is an outcome too.
 * @throws {ConnectionError} When the network failed.
 * @throws {TypeError} When the form is not on the page, or data is no object.
 *
 * @example A button
 * ```ts ignore
 * import { action } from "@hyper/actions/client";
 *
 * const outcome = await action("add_todo", { title: "Milk" }, { target: "#todos" });
 * if (!outcome.ok) console.warn(outcome.kind);
 * ```
 */
export async function action<Result = unknown>(
  name: string,
  data: object = {},
  options: CallOptions = {},
): Promise<Outcome<Result>> {
  if (typeof data !== "object" || Array.isArray(data)) {
    throw new TypeError(`Cannot call action "${name}": data is no object`);
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
    method: options.method ?? (submitAttribute("method", form, submitter) || "POST"),
    url: options.url ?? submitUrl(form, submitter).href,
    sync: options.sync ?? (form ? "block" : "replace"),
    key: options.key ?? [name, target, instance].filter(Boolean).join(":"),
    target,
  };
  let call: Call;
  try {
    if (options.onBeforeSubmit?.(request) === false) {
      return endAborted(request, "cancelled") as Outcome<Result>;
    }
    // Now, and not for each who looks for it while the call is on its way.
    if (request.target) doc.querySelector(request.target);
    call = makeCall({
      ...request,
      url: new URL(request.url, doc.baseURI).href,
      method: request.method.toUpperCase(),
      fields: request.form && new FormData(request.form, submitter),
      enctype: submitAttribute("enctype", form, submitter),
      depth: 0,
    });
  } catch (error) {
    tell("requestException", request, { error });
    throw error;
  }
  // What an action returns is its own promise, made on the server; here it can only be believed.
  return await launch(call) as Outcome<Result>;
}

/**
 * What a form and its submitter say about how it is sent. Attributes, not properties: a control named `action` hides the
 * form's own (HTML, 4.10.3).
 */
export function submitAttribute(name: string, form: HTMLFormElement | null, submitter: HTMLElement | null): string {
  return attr(submitter, `form${name}`) ?? attr(form, name) ?? "";
}

/** Where a form is sent. */
export function submitUrl(form: HTMLFormElement | null, submitter: HTMLElement | null): URL {
  return new URL(submitAttribute("action", form, submitter) || location.href, doc.baseURI);
}

function resolveForm(name: string, form: CallOptions["form"]): HTMLFormElement | null {
  if (form === undefined || form === null) return null;
  const found = typeof form === "string" ? doc.querySelector(form) : form;
  if (found instanceof HTMLFormElement) return found;
  throw new TypeError(`Cannot call action "${name}": "${form}" is no form`);
}

/** Whether an element is a button that submits the form (`new FormData()` throws for any other). */
function isSubmitter(element: Element | null, form: HTMLFormElement | null): element is HTMLElement {
  // Of what belongs to a form only buttons and inputs have these types.
  const { form: owner, type } = (dom(element) ?? {}) as Partial<HTMLButtonElement>;
  return !!form && owner === form && /^(submit|image)$/.test(`${type}`);
}
