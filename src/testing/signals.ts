// A record of the signals of a handler.
import type { Handler } from "../handler/options.ts";
import type { Signal } from "../signal.ts";
import type { SignalFamily } from "../signals.ts";

/** The name of a signal. */
export type SignalName = keyof SignalFamily;

/** The payload of a signal. */
export type SignalPayload<Name extends SignalName> = SignalFamily[Name] extends Signal<infer Payload> ? Payload : never;

/** One signal that was sent. */
export type SignalEntry = {
  [Name in SignalName]: {
    /** The name of the signal. */
    readonly name: Name;
    /** The payload. */
    readonly payload: SignalPayload<Name>;
  };
}[SignalName];

/** The signals of a handler since the record began, in order. Disposing it ends the record. */
export interface SignalRecord extends Disposable {
  /** All signals. */
  readonly all: readonly SignalEntry[];
  /**
   * The payloads of one signal.
   *
   * @typeParam Name The name of the signal.
   * @param name The name.
   * @returns Its payloads, in order.
   */
  of<Name extends SignalName>(name: Name): readonly SignalPayload<Name>[];
  /** Clears the record. */
  clear(): void;
}

/**
 * Records the signals of a handler. A record that begins right after `createHandler()` includes the registrations. A test client
 * has its own record, `client.signals`.
 *
 * @param handler The handler.
 * @returns The record.
 *
 * @example
 * ```tsx
 * import { action, createHandler } from "@hyper/actions";
 * import { createTestClient, recordSignals } from "@hyper/actions/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const ping = action("ping", () => "pong");
 * const handler = createHandler({ pages: [{ path: "/", load: () => Promise.resolve({ default: () => <p />, ping }) }] });
 * using signals = recordSignals(handler);
 * await using client = createTestClient(handler);
 * await client.action("ping");
 * assertEquals(signals.of("actionDispatched").map(({ actionName }) => actionName), ["ping"]);
 * ```
 */
export function recordSignals(handler: Pick<Handler, "signals">): SignalRecord {
  const entries: SignalEntry[] = [];
  // The keys of a family are the names of its signals, and each signal sends the payload of its name.
  const names = Object.keys(handler.signals) as SignalName[];
  const connections = names.map((name) => {
    const signal = handler.signals[name] as Signal<object>;
    return signal.connect((payload) => void entries.push({ name, payload } as SignalEntry));
  });
  return {
    get all() {
      return [...entries];
    },
    of: <Name extends SignalName>(name: Name) =>
      // An entry of this name has the payload of this name.
      entries.flatMap((entry) => entry.name === name ? [entry.payload as SignalPayload<Name>] : []),
    clear: () => void entries.splice(0),
    [Symbol.dispose]: () => connections.forEach((connection) => connection[Symbol.dispose]()),
  };
}
