// The types of JSON data: the type that arrives for a value that is sent, and the values that cannot be sent.

/** Values that JSON has no form for: to send one is an error. */
export type NonJson =
  | bigint
  | symbol
  | ((...args: never) => unknown)
  | ReadonlyMap<unknown, unknown>
  | ReadonlySet<unknown>
  | WeakMap<WeakKey, unknown>
  | WeakSet<WeakKey>
  | Promise<unknown>
  | RegExp
  | ArrayBuffer
  | ArrayBufferView
  | Blob
  | FormData
  | Headers
  | URLSearchParams;

/**
 * The type of a value after `JSON.stringify()` and `JSON.parse()`: a `Date` becomes a `string`, a member that may be `undefined` becomes
 * optional. A value that JSON has no form for, such as a `Map`, becomes `never`.
 *
 * @typeParam T The type of the value that is sent.
 *
 * @example The result of a typed call
 * ```ts
 * import type { Jsonify } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * const arrived: Jsonify<{ at: Date; by?: string }> = { at: "2026-01-01T00:00:00.000Z" };
 * assertEquals(arrived.at.slice(0, 4), "2026");
 * ```
 */
export type Jsonify<T> = unknown extends T ? T
  : T extends string | number | boolean | null ? T
  : T extends { toJSON(key?: string): infer J } ? Jsonify<J>
  : T extends NonJson ? never
  : T extends readonly unknown[] ? { [K in keyof T]: Jsonify<T[K]> }
  : T extends object ? (
      & { [K in keyof T as K extends symbol ? never : undefined extends T[K] ? never : K]: Jsonify<T[K]> }
      & {
        [K in keyof T as K extends symbol ? never : undefined extends T[K] ? K : never]?: Jsonify<
          Exclude<T[K], undefined>
        >;
      }
    ) extends infer O ? { [K in keyof O]: O[K] } : never
  : never;

/**
 * The type of a value without the parts that JSON has no form for. A type is assignable to its own `JsonSendable` only if all of it can
 * be sent.
 *
 * @typeParam T The type of the value that is sent.
 */
export type JsonSendable<T> = unknown extends T ? T
  : T extends string | number | boolean | null | { toJSON(key?: string): unknown } ? T
  : T extends NonJson ? never
  : T extends readonly unknown[] ? { [K in keyof T]: JsonSendable<T[K]> }
  : T extends object ? {
      [K in keyof T]: K extends symbol ? T[K]
        : undefined extends T[K] ? JsonSendable<Exclude<T[K], undefined>> | undefined
        : JsonSendable<T[K]>;
    }
  : never;
