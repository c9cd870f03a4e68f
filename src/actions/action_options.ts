// Options of an action, and the context that its function gets.
import type { Guard, Injectable, RequestContext } from "../context.ts";
import type { Injected } from "../deps/inject.ts";
import type { AnyForm, BoundOf, FormFactory, InputOf } from "../forms/any_form.ts";
import type { StandardSchemaV1 } from "../forms/schema.ts";
import type { Cookie } from "../cookies.ts";
import type { LimitsOptions } from "../http/limits.ts";
import type { RateRule } from "../http/rate_rule.ts";
import type { UploadHandler } from "../http/stored_file.ts";
import type { Item } from "../results/item.ts";
import type { Jsonify, JsonSendable } from "../results/json_type.ts";
import type { MarkupNode } from "../results/markup.ts";
import type { SignalFamily } from "../signals.ts";
import type { Kwargs } from "./kwargs.ts";

/** Properties that the context of every action function has. */
export interface ActionContextBase extends RequestContext {
  /** Uploaded files by field name. Files of a form are also in its values. */
  readonly files: ReadonlyMap<string, readonly File[]>;
  /** Server events of this handler, to connect to or to send. */
  readonly signals: SignalFamily;
  /** URL of the page that called the action, or `null` if unknown. */
  readonly originPage: URL | null;
  /**
   * The target that the call names (`X-Hyper-Target`), or `null`. The client chooses it: do not use it for a security
   * decision.
   */
  readonly target: string | null;
  /**
   * ID of this call, or of the form if it was posted without scripts. All retries share it; `null` if the client sent
   * none. To run work at most once even after a crash, store it in the same transaction.
   */
  readonly requestId: string | null;
  /**
   * Publishes items to every client that watches a topic, on every instance: see `live()`. Items are rendered once,
   * here; a `refresh()` is rendered by each watcher, as its own page. The tab that made this call skips them, because
   * it receives what the action function returns.
   *
   * Resolves when the topic has stored the items. If the bus is unreachable, the error is reported to `onError`, and
   * every watcher refreshes when the bus is back; nothing that the action function did is rolled back.
   *
   * @param topic The topic.
   * @param items The items for the watchers.
   * @throws {TypeError} If the topic is invalid, or if a value is not an item that other clients can apply.
   */
  readonly publish: (topic: string, items: Item | readonly Item[]) => Promise<void>;
  /**
   * Sets a cookie on the response, also when the action function returns items or nothing and so has no `Response` to
   * add it to. A repeated request receives the same cookies.
   *
   * The response head is sent with the first item of a generator, or 50 ms after the generator started. A generator
   * must set cookies before that.
   *
   * @param cookie The cookie and its attributes.
   * @throws {TypeError} If the name or an attribute is invalid, if attributes conflict, or if the response head was
   *   already sent.
   * @throws {RangeError} If the cookie exceeds the 4,096 bytes that browsers store.
   */
  readonly setCookie: (cookie: Cookie) => void;
}

/**
 * Context of an action function: the request, the bound form, the validated data, and the injected values by name.
 *
 * @typeParam F The form of the action, or `null`.
 * @typeParam S The schema of its input, or `null`.
 * @typeParam I The values that it injects.
 */
export type ActionContext<
  F extends AnyForm | null = null,
  S extends StandardSchemaV1 | null = null,
  I extends Injectables = Record<never, never>,
> =
  & ActionContextBase
  & {
    /** The bound, valid form; `null` if the action has none. */
    readonly form: F extends AnyForm ? BoundOf<F> : null;
    /** The validated data: the output of `input`, else the values of the form, else the data as sent. */
    readonly data: DataOf<F, S>;
  }
  & Injected<I>;

/** Values to inject, by the name they have in the context. */
export type Injectables = Readonly<Record<string, Injectable<unknown>>>;

/** Type of `data` in the context, by form and schema. */
export type DataOf<F extends AnyForm | null, S extends StandardSchemaV1 | null> = S extends StandardSchemaV1
  ? StandardSchemaV1.InferOutput<S>
  : F extends AnyForm ? BoundOf<F>["values"]
  : Kwargs;

/** Data that a typed caller sends, by form and schema. */
export type CallInput<F extends AnyForm | null, S extends StandardSchemaV1 | null> = S extends StandardSchemaV1
  ? StandardSchemaV1.InferInput<S>
  : F extends AnyForm ? InputOf<F>
  : Kwargs;

/** Values that an action function may return besides JSON data. */
export type NonData = void | Response | MarkupNode | Item | readonly Item[] | Iterable<Item> | AsyncIterable<Item>;

/** Data that a typed caller receives: the return type of the action function after JSON, without responses, JSX and items. */
export type ResultData<R> = Jsonify<Exclude<Awaited<R>, NonData>>;

/**
 * The value that an action function may return, for one that returns `R`: data that JSON has no form for, such as a `Map` or a bigint,
 * does not compile.
 *
 * @typeParam R The return type of the action function.
 */
export type Returnable<R> = unknown extends R ? R
  : R extends NonData ? R
  : R extends PromiseLike<infer V> ? PromiseLike<Returnable<V>>
  : JsonSendable<R>;

/**
 * Verifies the signature of a webhook request over the bytes of its body. Compare digests in constant time, for example
 * with `crypto.subtle.verify()`.
 *
 * @param request The request; its body has been read.
 * @param body The bytes of the body.
 * @returns `true` if the signature is valid; any other value results in 403.
 */
export type VerifyWebhook = (request: Request, body: Uint8Array<ArrayBuffer>) => boolean | PromiseLike<boolean>;

/** Limits that one action may set: all except those that count over all requests of a handler. */
export type ActionLimits = Omit<LimitsOptions, "streams" | "streamsPerCaller" | "bodyMemoryBytes" | "spooledBytes">;

/** Options for {@linkcode action}. */
export interface ActionOptions<
  F extends AnyForm | null = AnyForm,
  S extends StandardSchemaV1 | null = StandardSchemaV1 | null,
  I extends Injectables = Injectables,
> {
  // Not `NonNullable<F>`: TypeScript does not infer through it, so the type of the form would be lost.
  /** The form or formset whose input it takes, or a function of the request that creates one. Default: none. */
  readonly form?: F | FormFactory<F> | undefined;
  /** A Standard Schema that validates the data of an action without a form. Default: none; data is passed as sent. */
  readonly input?: S | undefined;
  /**
   * The only HTTP method it accepts. Use `"GET"` only for actions that change nothing: they skip the cross-origin check
   * for mutations. Default: `"POST"`.
   */
  readonly method?: "GET" | "POST" | undefined;
  /**
   * Values to inject, by the name they have in the context. They are created after the guards of the handler and of the
   * action, and before the guard of the form. Default: none.
   */
  readonly inject?: I | undefined;
  /**
   * Decides whether a request may run the action. Its `url` and `params` are those of the page that the call is about.
   * Runs before the body is read, or after it if only a form field names that page. Default: every request may.
   */
  readonly guard?: Guard | undefined;
  /**
   * Limits of this action that differ from those of the handler. If only a field of the body names the action, the
   * limits of the handler apply to the body. Default: those of the handler.
   */
  readonly limits?: ActionLimits | undefined;
  /**
   * Receives each file while it is uploaded, instead of memory or disk: for files that are too large for both. Runs
   * after the guards and before the form is validated. The value of the field is then a `StoredFile` whose `key` is
   * what this function returned. Default: files up to 1 MiB are kept in memory, larger ones on disk, until the response
   * is sent.
   */
  readonly onFile?: UploadHandler | undefined;
  /** If `true`, the guard of the handler (`createHandler({ guard })`) does not apply. Default: `false`. */
  readonly skipHandlerGuard?: boolean | undefined;
  /** Maximum rate for one caller; above it the response is 429. Default: the rate of the handler, else unlimited. */
  readonly rate?: RateRule | undefined;
  /**
   * If `true`, a form or a program may ask whether fields are valid before it submits them: `<Form validate="blur">`,
   * `X-Hyper-Validate`. The guards, the form and its validation run, with `"validate"` as `ctx.mode`; the action function does
   * not. Users can try values this way, such as whether a name is taken, so these requests have a rate of their own.
   * Default: `false`; the rate is 120 requests in 60 seconds for one caller.
   */
  readonly validate?: boolean | { readonly rate: RateRule } | undefined;
  /**
   * If `true`, the action accepts cross-origin requests, for example from a payment provider. Requires `verify`. The
   * URL, `X-Hyper-Action` or the query must name the action; a form field does not. The guard of the handler applies
   * unless `skipHandlerGuard` is `true`. Default: `false`.
   */
  readonly webhook?: boolean | undefined;
  /** Verifies the signature of a request to a webhook. Required for a webhook, an error for any other action. */
  readonly verify?: VerifyWebhook | undefined;
  /** Namespace: the full name is `namespace:name`. Default: none. */
  readonly namespace?: string | undefined;
}
