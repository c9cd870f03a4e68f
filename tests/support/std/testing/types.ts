/**
 * The working copy's stand-in for `@std/testing/types`: what our tests use of it, under the names of `testing/types.ts` of
 * denoland/std. `IsExact` is stricter than the real one, which takes an optional member for a required one.
 */

/** Holds, when the file is checked, that the type argument is the literal given. */
export function assertType<T extends boolean>(_expected: T): void {
  // Nothing happens at run time: the assertion is the type of the parameter.
}

/** `true` if `T` is `any`. */
export type IsAny<T> = 0 extends (1 & T) ? true : false;

/** `true` if `T` is `never`. */
export type IsNever<T> = [T] extends [never] ? true : false;

/** `true` if `T` is `unknown`. */
export type IsUnknown<T> = IsAny<T> extends true ? false : unknown extends T ? true : false;

/** `true` if `T`, a union perhaps, has `U` in it. */
export type Has<T, U> = IsAny<T> extends true ? true
  : IsAny<U> extends true ? false
  : Extract<T, U> extends never ? false
  : true;

/** `true` if `T` may be `null` or `undefined`. */
export type IsNullable<T> = Extract<T, null | undefined> extends never ? false : true;

/** `true` if `T` and `U` are one type; an intersection of objects counts as the object it amounts to. */
export type IsExact<T, U> = Identical<T, U> extends true ? true : Identical<Flat<T>, Flat<U>>;

// Two deferred conditional types relate only when what they extend is identical, so `any` equals nothing but `any`.
type Identical<T, U> = (<G>() => G extends T ? 1 : 2) extends (<G>() => G extends U ? 1 : 2) ? true : false;
type Flat<T> = T extends (...args: never) => unknown ? T : { [K in keyof T]: T[K] };
