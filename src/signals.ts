// The signals of a handler: one for each event of an action, a form or a stream.
import type { Params } from "./context.ts";
import type { DependencyCache } from "./deps/cache.ts";
import type { AnyForm, BoundOf } from "./forms/any_form.ts";
import { Signal } from "./signal.ts";

/** An action was registered. Sent once for each action, on startup. */
export interface ActionRegistered {
  /** The full name. */
  readonly actionName: string;
  /** The UID, which is part of its URL. */
  readonly uid: string;
  /** The form as declared: a form, a function that creates one, or `null`. */
  readonly form: unknown;
  /** The namespace, or `null`. */
  readonly namespace: string | null;
  /** The action function. */
  readonly handler: unknown;
}

/** An action function returned a valid result. Sent once for each run; for a generator, when it has ended. */
export interface ActionDispatched {
  /** The full name. */
  readonly actionName: string;
  /** The bound, valid form; `null` if the action has none. */
  readonly form: BoundOf<AnyForm> | null;
  /** The route parameters. */
  readonly urlKwargs: Params;
  /** Duration of the action function, in milliseconds. */
  readonly durationMs: number;
  /** Status of the response. */
  readonly responseStatus: number;
  /** The dependencies that the request resolved. */
  readonly depCache: DependencyCache;
  /** The request. */
  readonly request: Request;
}

/** A submitted form was invalid. Sent once for each such request. */
export interface FormValidationFailed {
  /** The full name of the action. */
  readonly actionName: string;
  /** Number of messages, including those of the form itself. */
  readonly errorCount: number;
  /** The fields with messages; `""` is the form itself. */
  readonly fieldNames: readonly string[];
  /** The request. */
  readonly request: Request;
}

/** An action function, or a step before it, threw. Sent once for each such request. */
export interface ActionFailed {
  /** The full name. */
  readonly actionName: string;
  /** The thrown value. */
  readonly error: unknown;
  /** Duration of the action function, in milliseconds; 0 if it did not run. */
  readonly durationMs: number;
  /** The request. */
  readonly request: Request;
}

/** A request was denied. */
export interface AccessDenied {
  /** The full name of the action; `null` if the request was denied before one was found. */
  readonly actionName: string | null;
  /**
   * The reason: the cross-origin check, a guard that returned `false` or threw an error with a status, or the response
   * of a guard.
   */
  readonly reason: "cross-origin" | "guard" | "response";
  /** Status of the response. */
  readonly responseStatus: number;
  /** The request. */
  readonly request: Request;
}

/** A streamed response started. */
export interface StreamOpened {
  /** The full name of the action. */
  readonly actionName: string;
  /** The request. */
  readonly request: Request;
}

/** A streamed response ended. */
export interface StreamClosed {
  /** The full name of the action. */
  readonly actionName: string;
  /**
   * The reason: the generator ended, the client disconnected, an error, or the server closed it (maximum duration, a
   * limit, shutdown).
   */
  readonly reason: "ended" | "left" | "failed" | "released";
  /** Duration of the stream, in milliseconds. */
  readonly durationMs: number;
  /** The request. */
  readonly request: Request;
}

/** The signals of one handler. */
export interface SignalFamily {
  /** Sent when an action is registered. */
  readonly actionRegistered: Signal<ActionRegistered>;
  /** Sent when an action function has run. */
  readonly actionDispatched: Signal<ActionDispatched>;
  /** Sent when a form is invalid. */
  readonly formValidationFailed: Signal<FormValidationFailed>;
  /** Sent when an action fails. */
  readonly actionFailed: Signal<ActionFailed>;
  /** Sent when a request is denied. */
  readonly accessDenied: Signal<AccessDenied>;
  /** Sent when a stream starts. */
  readonly streamOpened: Signal<StreamOpened>;
  /** Sent when a stream ends. */
  readonly streamClosed: Signal<StreamClosed>;
}

/**
 * Sent when any `createHandler()` in this process registers an action, on startup.
 *
 * @example Listing actions
 * ```ts
 * import { action, actionRegistered, createHandler } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * const names: string[] = [];
 * using _list = actionRegistered.connect(({ actionName }) => void names.push(actionName));
 * const handler = createHandler({
 *   pages: [{ path: "/", load: () => Promise.resolve({ default: () => "Home", greet: action("greet", () => "Hello") }) }],
 * });
 * await handler.ready;
 * assertEquals(names, ["greet"]);
 * await handler.close();
 * ```
 */
export const actionRegistered: Signal<ActionRegistered> = new Signal("actionRegistered");

/**
 * Sent when an action function of any `createHandler()` in this process has run successfully.
 *
 * @example Measuring durations
 * ```ts
 * import { action, actionDispatched, createHandler } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * const times = new Map<string, number>();
 * using _times = actionDispatched.connect(({ actionName, durationMs }) => void times.set(actionName, durationMs));
 * const handler = createHandler({
 *   pages: [{ path: "/", load: () => Promise.resolve({ default: () => "Home", greet: action("greet", () => "Hello") }) }],
 * });
 * await handler(new Request("http://localhost/?_action=greet", { method: "POST" }));
 * assertEquals([...times.keys()], ["greet"]);
 * await handler.close();
 * ```
 */
export const actionDispatched: Signal<ActionDispatched> = new Signal("actionDispatched");

/**
 * Sent when any `createHandler()` in this process receives an invalid form.
 *
 * @example Finding fields that users often fill in wrong
 * ```ts
 * import { action, createHandler, defineForm, field, formValidationFailed } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * const failures: string[] = [];
 * using _failures = formValidationFailed.connect(({ fieldNames }) => void failures.push(...fieldNames));
 * const form = defineForm("note", { fields: { title: field.text({ required: true }) } });
 * const handler = createHandler({
 *   pages: [{ path: "/", load: () => Promise.resolve({ default: () => "Home", save: action("save", { form }, () => {}) }) }],
 * });
 * await handler(new Request("http://localhost/?_action=save", { method: "POST" }));
 * assertEquals(failures, ["title"]);
 * await handler.close();
 * ```
 */
export const formValidationFailed: Signal<FormValidationFailed> = new Signal("formValidationFailed");

/**
 * Sent when an action of any `createHandler()` in this process throws.
 *
 * @example Counting failures
 * ```ts
 * import { action, actionFailed, createHandler, HyperError } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * let failures = 0;
 * using _count = actionFailed.connect(() => void failures++);
 * const fail = action("fail", () => {
 *   throw new HyperError(409, "Another user was faster");
 * });
 * const handler = createHandler({
 *   pages: [{ path: "/", load: () => Promise.resolve({ default: () => "Home", fail }) }],
 * });
 * await handler(new Request("http://localhost/?_action=fail", { method: "POST" }));
 * assertEquals(failures, 1);
 * await handler.close();
 * ```
 */
export const actionFailed: Signal<ActionFailed> = new Signal("actionFailed");

/**
 * Sent when any `createHandler()` in this process denies a request.
 *
 * @example Logging denied requests
 * ```ts
 * import { accessDenied, action, createHandler } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * const probes: string[] = [];
 * using _probes = accessDenied.connect(({ actionName, reason }) => void probes.push(`${actionName}: ${reason}`));
 * const handler = createHandler({
 *   pages: [{ path: "/", load: () => Promise.resolve({ default: () => "Home", wipe: action("wipe", { guard: () => false }, () => {}) }) }],
 * });
 * await handler(new Request("http://localhost/?_action=wipe", { method: "POST" }));
 * assertEquals(probes, ["wipe: guard"]);
 * await handler.close();
 * ```
 */
export const accessDenied: Signal<AccessDenied> = new Signal("accessDenied");

/**
 * Sent when any `createHandler()` in this process starts a stream.
 *
 * @example Counting open streams
 * ```ts
 * import { streamClosed, streamOpened } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * let open = 0;
 * using _opened = streamOpened.connect(() => void open++);
 * using _closed = streamClosed.connect(() => void open--);
 * assertEquals(open, 0);
 * ```
 */
export const streamOpened: Signal<StreamOpened> = new Signal("streamOpened");

/**
 * Sent when a stream of any `createHandler()` in this process ends.
 *
 * @example Durations of streams
 * ```ts
 * import { streamClosed } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * const lives: number[] = [];
 * using _lives = streamClosed.connect(({ durationMs }) => void lives.push(durationMs));
 * assertEquals(lives, []);
 * ```
 */
export const streamClosed: Signal<StreamClosed> = new Signal("streamClosed");

/** Creates the signals of one handler. Each also calls the receivers of the exported signal of the same name. */
export function createSignals(): SignalFamily {
  return {
    actionRegistered: childOf(actionRegistered),
    actionDispatched: childOf(actionDispatched),
    formValidationFailed: childOf(formValidationFailed),
    actionFailed: childOf(actionFailed),
    accessDenied: childOf(accessDenied),
    streamOpened: childOf(streamOpened),
    streamClosed: childOf(streamClosed),
  };
}

function childOf<T extends object>(parent: Signal<T>): Signal<T> {
  return new Signal(parent.name, { parent });
}
