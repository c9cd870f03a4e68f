/**
 * Signals: what the pipeline tells whoever wants to know, without letting them change the answer.
 *
 * @module
 */
import { notify, reportTo } from "./callback.ts";
import type { DependencyCache } from "./deps/cache.ts";
import type { AnyForm, BoundOf } from "./forms/any_form.ts";
import type { Params } from "./context.ts";

/** What is done with a payload. */
export type Receiver<T> = (payload: T) => void | PromiseLike<void>;

/** How a receiver is connected. */
export interface ConnectOptions {
  /**
   * Whether the answer waits until an asynchronous receiver is done, for at most ten seconds. Without it the receiver
   * runs beside the answer. Default: `false`.
   */
  readonly wait?: boolean | undefined;
}

/** How a signal is made. */
export interface SignalOptions<T extends object> {
  /** A signal whose receivers are told too, after this one's own. Default: none. */
  readonly parent?: Signal<T> | undefined;
}

/** How long a receiver connected with `wait` is waited for: an answer is not held for ever by one that never ends. */
const WAIT_SECONDS = 10;

interface Connection<T> {
  readonly receiver: Receiver<T>;
  readonly wait: boolean;
}

/**
 * Something that happens, and who is told of it.
 *
 * Receivers are told in the order they were connected. One that throws, at once or later, is reported and changes
 * nothing: the others are told, and the answer stays as it is. The payload is frozen.
 *
 * @typeParam T The payload.
 *
 * @example An audit log
 * ```ts
 * import { actionDispatched } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * const log: string[] = [];
 * {
 *   using _audit = actionDispatched.connect(({ actionName }) => void log.push(actionName));
 *   // … requests are answered here …
 * }
 * assertEquals(log, []);
 * ```
 */
export class Signal<T extends object> {
  /** The name, for reports. */
  readonly name: string;
  readonly #parent: Signal<T> | null;
  /** Who is connected, in order; an entry goes when its `Disposable` is disposed. */
  readonly #connections = new Set<Connection<T>>();

  /**
   * Makes a signal.
   *
   * @param name The name, for reports.
   * @param options A parent.
   */
  constructor(name: string, options: SignalOptions<T> = {}) {
    this.name = name;
    this.#parent = options.parent ?? null;
  }

  /** Whether anybody would be told, here or at the parent: a payload that costs something need not be made otherwise. */
  get hasReceivers(): boolean {
    return this.#connections.size > 0 || (this.#parent?.hasReceivers ?? false);
  }

  /**
   * Connects a receiver. Connected twice, it is told twice.
   *
   * @param receiver What is called with each payload.
   * @param options Whether the answer waits for it.
   * @returns Disconnects it when disposed; disposing again does nothing.
   */
  connect(receiver: Receiver<T>, options: ConnectOptions = {}): Disposable {
    const connection: Connection<T> = { receiver, wait: options.wait ?? false };
    this.#connections.add(connection);
    return { [Symbol.dispose]: () => void this.#connections.delete(connection) };
  }

  /**
   * Tells everyone, and waits for nobody. Never throws.
   *
   * @param payload What has happened; frozen here.
   * @param onError Told what receivers throw, and when one of them is waited for no longer.
   */
  send(payload: T, onError: (error: unknown) => void): void {
    notify(() => this.sendAndWait(payload, onError), onError);
  }

  /**
   * Tells everyone, and waits for those who were connected with `wait`. Never rejects.
   *
   * @param payload What has happened; frozen here.
   * @param onError Told what receivers throw, and when one of them is waited for no longer.
   */
  async sendAndWait(payload: T, onError: (error: unknown) => void): Promise<void> {
    const waiting = this.#call(Object.freeze(payload), onError);
    if (waiting.length === 0) return;
    await withinSeconds(Promise.all(waiting), WAIT_SECONDS, () => {
      reportTo(
        onError,
        new Error(`Cannot wait for receivers of ${this.name}: not done after ${WAIT_SECONDS} seconds`),
      );
    });
  }

  /** Calls every receiver now; what is given back are the ones to wait for. */
  #call(payload: T, onError: (error: unknown) => void): Promise<void>[] {
    const waiting: Promise<void>[] = [];
    // A copy: who is connected while this is sent is told from the next one on.
    for (const connection of [...this.#connections]) {
      if (!this.#connections.has(connection)) continue;
      const done = notify(() => connection.receiver(payload), onError);
      if (connection.wait && done !== null) waiting.push(done);
    }
    return this.#parent === null ? waiting : [...waiting, ...this.#parent.#call(payload, onError)];
  }
}

async function withinSeconds(work: Promise<unknown>, seconds: number, onTimeout: () => void): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(() => {
    onTimeout();
    resolve();
  }, seconds * 1000);
  try {
    await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** A registry has received an action; sent once for each, at the start. */
export interface ActionRegistered {
  /** The full name. */
  readonly actionName: string;
  /** The UID its URL ends in. */
  readonly uid: string;
  /** The form as it was declared: the form itself, the function that makes it, or `null`. */
  readonly form: unknown;
  /** The namespace, or `null`. */
  readonly namespace: string | null;
  /** The function that runs. */
  readonly handler: unknown;
}

/** A handler has run and its result was accepted; sent once for each run. A generator counts when it has ended. */
export interface ActionDispatched {
  /** The full name. */
  readonly actionName: string;
  /** The bound, valid form; `null` for an action without one. */
  readonly form: BoundOf<AnyForm> | null;
  /** The parameters of the route. */
  readonly urlKwargs: Params;
  /** How long the handler itself ran, in milliseconds. */
  readonly durationMs: number;
  /** The status of the answer. */
  readonly responseStatus: number;
  /** What the request has resolved. */
  readonly depCache: DependencyCache;
  /** The request. */
  readonly request: Request;
}

/** What was sent has been refused by the form; sent once for each failing submit, whatever the answer then is. */
export interface FormValidationFailed {
  /** The full name of the action. */
  readonly actionName: string;
  /** How many messages there are, the form's own included. */
  readonly errorCount: number;
  /** The fields with messages; `""` is the form itself. */
  readonly fieldNames: readonly string[];
  /** The request. */
  readonly request: Request;
}

/** A handler, or something on the way to it, has thrown; sent once for each failing request. */
export interface ActionFailed {
  /** The full name. */
  readonly actionName: string;
  /** What was thrown. */
  readonly error: unknown;
  /** How long the handler had run, in milliseconds; 0 when it was not reached. */
  readonly durationMs: number;
  /** The request. */
  readonly request: Request;
}

/** A request was not let in. */
export interface AccessDenied {
  /** The full name of the action; `null` when the request was refused before one was found. */
  readonly actionName: string | null;
  /** Who refused: the cross-origin verdict, a guard that said `false` or threw a refusal, or a guard's own response. */
  readonly reason: "cross-origin" | "guard" | "response";
  /** The status of the answer. */
  readonly responseStatus: number;
  /** The request. */
  readonly request: Request;
}

/** An answer that goes on has begun. */
export interface StreamOpened {
  /** The full name of the action. */
  readonly actionName: string;
  /** The request. */
  readonly request: Request;
}

/** An answer that goes on is over. */
export interface StreamClosed {
  /** The full name of the action. */
  readonly actionName: string;
  /** Why: it ended, the visitor left, it failed, or the server let it go (its age, a limit, a shutdown). */
  readonly reason: "ended" | "left" | "failed" | "released";
  /** How long it was open, in milliseconds. */
  readonly durationMs: number;
  /** The request. */
  readonly request: Request;
}

/** The signals of one handler. */
export interface SignalFamily {
  /** An action was registered. */
  readonly actionRegistered: Signal<ActionRegistered>;
  /** A handler has run. */
  readonly actionDispatched: Signal<ActionDispatched>;
  /** A form has refused its input. */
  readonly formValidationFailed: Signal<FormValidationFailed>;
  /** A handler has failed. */
  readonly actionFailed: Signal<ActionFailed>;
  /** A request was not let in. */
  readonly accessDenied: Signal<AccessDenied>;
  /** A stream has begun. */
  readonly streamOpened: Signal<StreamOpened>;
  /** A stream is over. */
  readonly streamClosed: Signal<StreamClosed>;
}

/**
 * An action was registered, with any handler of this process: sent once for each action, at the start.
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
 * A handler has run, with any handler of this process: sent once for each successful run.
 *
 * @example Measuring
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
 * A form has refused its input, with any handler of this process: sent once for each failing submit.
 *
 * @example Watching for a field that nobody gets right
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
 * A handler has failed, with any handler of this process.
 *
 * @example Counting failures
 * ```ts
 * import { action, actionFailed, createHandler, HyperError } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * let failures = 0;
 * using _count = actionFailed.connect(() => void failures++);
 * const fail = action("fail", () => {
 *   throw new HyperError(409, "Somebody was faster");
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
 * A request was not let in, with any handler of this process.
 *
 * @example Watching for probes
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
 * A stream has begun, with any handler of this process.
 *
 * @example Counting what is open
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
 * A stream is over, with any handler of this process.
 *
 * @example How long streams live
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

/**
 * Makes the signals of one handler. What it sends reaches its own receivers, then those of the signals of the same
 * names that this module exports.
 *
 * @returns The signals, with no receivers of their own.
 */
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
