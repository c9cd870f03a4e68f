/**
 * The working copy's stand-in for `@std/assert`: what our tests use of it, typed as the real package documents it. Each function is
 * a file of `assert/` in denoland/std, named after it without `assert`: `assertRejects` is `assert/rejects.ts`. Where its versions
 * differ, as in whether a class may be abstract, it is typed as the strictest has it.
 */
import { assert as assert_ } from "deno-std/assert/assert.js";
import { AssertionError as AssertionError_ } from "deno-std/assert/assertion_error.js";
import { assertEquals as assertEquals_ } from "deno-std/assert/equals.js";
import { assertExists as assertExists_ } from "deno-std/assert/exists.js";
import { assertFalse as assertFalse_ } from "deno-std/assert/false.js";
import { assertGreater as assertGreater_ } from "deno-std/assert/greater.js";
import { assertInstanceOf as assertInstanceOf_ } from "deno-std/assert/instance_of.js";
import { assertLess as assertLess_ } from "deno-std/assert/less.js";
import { assertMatch as assertMatch_ } from "deno-std/assert/match.js";
import { assertNotEquals as assertNotEquals_ } from "deno-std/assert/not_equals.js";
import { assertNotMatch as assertNotMatch_ } from "deno-std/assert/not_match.js";
import { assertObjectMatch as assertObjectMatch_ } from "deno-std/assert/object_match.js";
import { assertRejects as assertRejects_ } from "deno-std/assert/rejects.js";
import { assertStrictEquals as assertStrictEquals_ } from "deno-std/assert/strict_equals.js";
import { assertStringIncludes as assertStringIncludes_ } from "deno-std/assert/string_includes.js";
import { assertThrows as assertThrows_ } from "deno-std/assert/throws.js";
import { fail as fail_ } from "deno-std/assert/fail.js";
import { unreachable as unreachable_ } from "deno-std/assert/unreachable.js";

// deno-lint-ignore no-explicit-any -- as the real package has it: any constructor may be asked for
export type AnyConstructor = new (...args: any[]) => any;
// deno-lint-ignore no-explicit-any -- as above
type ErrorClass<E> = new (...args: any[]) => E;

/** What a failed assertion throws. */
export const AssertionError: new (message: string, options?: ErrorOptions) => Error = AssertionError_;
export const assert: (expr: unknown, msg?: string) => asserts expr = assert_;
export const assertEquals: <T>(actual: T, expected: T, msg?: string) => void = assertEquals_;
export const assertExists: <T>(actual: T, msg?: string) => asserts actual is NonNullable<T> = assertExists_;
export const assertFalse: (expr: unknown, msg?: string) => asserts expr is false | 0 | 0n | "" | null | undefined =
  assertFalse_;
export const assertGreater: <T>(actual: T, expected: T, msg?: string) => void = assertGreater_;
export const assertInstanceOf: <T extends AnyConstructor>(
  actual: unknown,
  expectedType: T,
  msg?: string,
) => asserts actual is InstanceType<T> = assertInstanceOf_;
export const assertLess: <T>(actual: T, expected: T, msg?: string) => void = assertLess_;
export const assertMatch: (actual: string, expected: RegExp, msg?: string) => void = assertMatch_;
export const assertNotEquals: <T>(actual: T, expected: T, msg?: string) => void = assertNotEquals_;
export const assertNotMatch: (actual: string, expected: RegExp, msg?: string) => void = assertNotMatch_;
export const assertObjectMatch: (
  // deno-lint-ignore no-explicit-any -- as the real package has it
  actual: Record<PropertyKey, any>,
  expected: Record<PropertyKey, unknown>,
  msg?: string,
) => void = assertObjectMatch_;
export const assertStrictEquals: <T>(actual: unknown, expected: T, msg?: string) => asserts actual is T =
  assertStrictEquals_;
export const assertStringIncludes: (actual: string, expected: string, msg?: string) => void = assertStringIncludes_;
export const fail: (msg?: string) => never = fail_;
export const unreachable: (reason?: string) => never = unreachable_;

export function assertRejects(fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export function assertRejects(...args: unknown[]): Promise<unknown> {
  return (assertRejects_ as (...args: unknown[]) => Promise<unknown>)(...args);
}

export function assertThrows(fn: () => unknown, msg?: string): unknown;
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows(...args: unknown[]): unknown {
  return (assertThrows_ as (...args: unknown[]) => unknown)(...args);
}
