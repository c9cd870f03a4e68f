/**
 * Options of an action, and the context that its function gets.
 *
 * @module
 */
import type { Guard, Injectable, RequestContext } from "../context.ts";
import type { Injected } from "../deps/inject.ts";
import type { AnyForm, BoundOf, FormFactory, InputOf } from "../forms/any_form.ts";
import type { StandardSchemaV1 } from "../forms/schema.ts";
import type { Cookie } from "../http/cookie.ts";
import type { LimitsOptions } from "../http/limits.ts";
import type { RateRule } from "../http/rate_rule.ts";
import type { UploadHandler } from "../http/stored_file.ts";
import type { Item } from "../results/item.ts";
import type { MarkupNode } from "../results/markup.ts";
import type { SignalFamily } from "../signals.ts";
import type { Kwargs } from "./kwargs.ts";

/** What a handler is given beside what every function of the application gets. */
export interface ActionContextBase extends RequestContext {
  /** The files that were sent, by field name; those of a form are in its values too. */
  readonly files: ReadonlyMap<string, readonly File[]>;
  /** The signals of this handler, to connect to or to send. */
  readonly signals: SignalFamily;
  /** The address of the page the call came from, or `null` where it is not known. */
  readonly originPage: URL | null;
  /** The target the call named (`X-Hyper-Target`), or `null`. A hint from the browser: never trust it with a decision. */
  readonly target: string | null;
  /**
   * The id of this call, or of the form where it was posted without scripts; the same for each retry. `null` where none was
   * sent. Record it in the transaction of work that must not happen twice, even after a crash.
   */
  readonly requestId: string | null;
  /**
   * Publishes items to everyone who watches a topic, on every instance: see `live()`. They are rendered once, here; a
   * `refresh()` is rendered by each watcher, as its own page. The tab that has made this call skips them, since it gets
   * what the handler returns: return the same items, or others, for it.
   *
   * Resolves when they have their place in the topic. Where the bus cannot be reached, that is told to `onError`, and
   * every watcher is told to refresh when it is back: what the handler has written is not undone for it.
   *
   * @param topic The topic.
   * @param items What everybody is told.
   * @throws {TypeError} When the topic is none, or something is no item that others can use.
   */
  readonly publish: (topic: string, items: Item | readonly Item[]) => Promise<void>;
  /**
   * Sets a cookie with the answer, whatever the handler returns and whoever asked: a handler that returns items, or nothing,
   * has no `Response` to put it on. A repeat of a mutation gets it again.
   *
   * It travels in the head of the answer, which goes out with the first item of a generator, or 50 milliseconds after the
   * generator was begun where that is earlier: a generator sets cookies before it waits for anything.
   *
   * @param cookie The cookie and its attributes.
   * @throws {TypeError} When the name or an attribute is not of its grammar, they contradict one another, or the head of the
   *   answer has gone out.
   * @throws {RangeError} When it is longer than the 4,096 bytes that browsers keep.
   */
  readonly setCookie: (cookie: Cookie) => void;
}

/**
 * What a handler gets: the request, the bound form, the validated data, and everything it asked to have injected, by
 * name.
 *
 * @typeParam F The form of the action, or `null`.
 * @typeParam S The schema of its input, or `null`.
 * @typeParam I What it asked to have injected.
 */
export type ActionContext<
  F extends AnyForm | null = null,
  S extends StandardSchemaV1 | null = null,
  I extends Injectables = Record<never, never>,
> =
  & ActionContextBase
  & {
    /** The bound, valid form; `null` for an action without one. */
    readonly form: F extends AnyForm ? BoundOf<F> : null;
    /** The validated kwargs: the output of `input`, else the values of the form, else what was sent as it is. */
    readonly data: DataOf<F, S>;
  }
  & Injected<I>;

/** What may be injected, by the name it arrives under. */
export type Injectables = Readonly<Record<string, Injectable<unknown>>>;

/** What `data` of a context is, by form and schema. */
export type DataOf<F extends AnyForm | null, S extends StandardSchemaV1 | null> = S extends StandardSchemaV1
  ? StandardSchemaV1.InferOutput<S>
  : F extends AnyForm ? BoundOf<F>["values"]
  : Kwargs;

/** What a typed caller sends, by form and schema. */
export type CallInput<F extends AnyForm | null, S extends StandardSchemaV1 | null> = S extends StandardSchemaV1
  ? StandardSchemaV1.InferInput<S>
  : F extends AnyForm ? InputOf<F>
  : Kwargs;

/** The data a typed caller gets back: what is left of a handler's return type when everything else is taken out. */
export type ResultData<R> = Exclude<
  Awaited<R>,
  void | Response | MarkupNode | Item | readonly Item[] | Iterable<Item> | AsyncIterable<Item>
>;

/**
 * Checks the signature of a webhook's request, over the bytes as they came. Compare digests in constant time, as
 * `crypto.subtle.verify` does.
 *
 * @param request The request; its body has been read.
 * @param body The bytes of the body.
 * @returns Whether it is who it says; anything but `true` is 403.
 */
export type VerifyWebhook = (request: Request, body: Uint8Array<ArrayBuffer>) => boolean | PromiseLike<boolean>;

/** The limits that one action may set: all but those of what the requests of a handler hold together. */
export type ActionLimits = Omit<LimitsOptions, "streams" | "streamsPerCaller" | "bodyMemoryBytes" | "spooledBytes">;

/** How an action is asked for and what it needs. Every option may be left out. */
export interface ActionOptions<
  F extends AnyForm | null = AnyForm,
  S extends StandardSchemaV1 | null = StandardSchemaV1 | null,
  I extends Injectables = Injectables,
> {
  // Not `NonNullable<F>`: nothing is inferred through it, and the handler's form would be of no known type.
  /** The form or formset whose input it takes, or a function of the request that makes one. Default: none. */
  readonly form?: F | FormFactory<F> | undefined;
  /** Any Standard Schema, for an action that is called with data rather than a form. Default: none, data as it is. */
  readonly input?: S | undefined;
  /** The only method it answers to. `"GET"` is for what changes nothing: it is not protected as a mutation is. Default: `"POST"`. */
  readonly method?: "GET" | "POST" | undefined;
  /**
   * Values to inject, by the name they arrive under in the handler's context. They are made after the guards of the handler
   * and of the action, and before that of the form. Default: none.
   */
  readonly inject?: I | undefined;
  /**
   * Decides who may go on, with the `url` and `params` of the page that the call is about. It runs before the body is read, and
   * after it where only the fields of a form name that page. Default: everyone.
   */
  readonly guard?: Guard | undefined;
  /**
   * Limits that differ from those of the handler, for this action alone. Where nothing but a field of the body names the
   * action, its body is read within the handler's. Default: none differ.
   */
  readonly limits?: ActionLimits | undefined;
  /**
   * Takes each file as it arrives, in place of memory and disk: for what is too large for either. It runs after the
   * guards and before the form is looked at. The value of the field is then a `StoredFile`, whose `key` is what this
   * function gave. Default: files are kept in memory up to a mebibyte, on disk above it, until the answer is out.
   */
  readonly onFile?: UploadHandler | undefined;
  /** Lifts the guard that the handler has for all actions (`createHandler({ guard })`). Default: `false`. */
  readonly skipHandlerGuard?: boolean | undefined;
  /** How often one caller may run it; above it the answer is 429. Default: the rule of the handler, else any number. */
  readonly rate?: RateRule | undefined;
  /**
   * Lets programs of other sites call it, as a payment service does: the cross-origin verdict is lifted, and `verify` must
   * vouch for every request. It is named by its URL, by `X-Hyper-Action` or by the query, not by a field. A guard that the
   * handler has for all actions holds here too, unless `skipHandlerGuard` lifts it. Default: `false`.
   */
  readonly webhook?: boolean | undefined;
  /** Checks the signature of a request to a webhook; needed for one, and for nothing else. */
  readonly verify?: VerifyWebhook | undefined;
  /** Makes the full name `namespace:name`. Default: none. */
  readonly namespace?: string | undefined;
}
