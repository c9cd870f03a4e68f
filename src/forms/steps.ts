// Steps of numbers, dates and times (HTML, 4.10.5.3.8), as the browser and the server count them.
import type { DisplayValue, FieldConstraints, FieldKindRules } from "./field_rules.ts";
import { parseNumber } from "./sent.ts";

/** Converts a value, a bound or the text of a control to a number; `null` for any other text. */
export function numberOf({ moment }: FieldKindRules, value: DisplayValue | number | undefined): number | null {
  if (typeof value === "number") return value;
  if (typeof value !== "string") return null;
  return moment === null ? parseNumber(value) : moment.parse(value);
}

/**
 * Returns the number that the steps of a field are counted from: `min`, otherwise the initial value, otherwise 0. A
 * browser counts from the attribute `value`, so an initial value between two steps of `min` or 0 can be kept.
 */
export function stepBase(kind: FieldKindRules, { min }: FieldConstraints, initial: unknown): number {
  return numberOf(kind, min) ?? numberOf(kind, kind.show(initial)) ?? 0;
}

/** Returns whether a number is a whole number of steps away from a base. */
export function isOnStep(value: number, base: number, step: number): boolean {
  if ([value, base, step].every(Number.isSafeInteger)) return (value - base) % step === 0;
  // Decimals are compared exactly: 9007199254740991 - 0.5 has a digit more than a number of JavaScript.
  const decimals = [value, base, step].map(decimalOf);
  const exponent = Math.min(...decimals.map((decimal) => decimal.exponent));
  const [from, to, by] = decimals.map((decimal) => decimal.digits * 10n ** BigInt(decimal.exponent - exponent));
  if (from === undefined || to === undefined || by === undefined) return false;
  const rest = (from > to ? from - to : to - from) % by;
  if (rest === 0n) return true;
  // Sums of integers are not rounded.
  if (Number.isInteger(base) && Number.isInteger(step)) return false;
  // A script may submit 0.1 + 0.2, which is 0.30000000000000004: two roundings of the last digit.
  const rounding = 2 * Number.EPSILON * Math.max(Math.abs(value), Math.abs(base));
  const distance = Number(rest * 2n < by ? rest : by - rest) / Number(by) * step;
  return distance <= rounding && rounding < step / 1000;
}

function decimalOf(value: number): { readonly digits: bigint; readonly exponent: number } {
  const [mantissa = "0", exponent = "0"] = value.toExponential().split("e");
  const [whole = "0", fraction = ""] = mantissa.split(".");
  return { digits: BigInt(whole + fraction), exponent: Number(exponent) - fraction.length };
}

/**
 * Returns the constraints to render with a value. A browser counts steps from `min`, otherwise from the attribute
 * `value`. Without `min`, a value between two steps, such as a refused 2.5, would make the browser reject each valid
 * value, so `step` becomes `any`. The server still checks it.
 *
 * @param value The value that the control shows.
 * @param initial The initial value from which the server counts.
 */
export function renderedConstraints(
  kind: FieldKindRules,
  constraints: FieldConstraints,
  value: DisplayValue,
  initial: unknown,
): FieldConstraints {
  const { min, step = kind.step } = constraints;
  if (typeof step !== "number" || min !== undefined || !kind.attributes.includes("step")) return constraints;
  const base = constraints.step === undefined ? 0 : stepBase(kind, constraints, initial);
  return isOnStep(numberOf(kind, value) ?? 0, base, step)
    ? constraints
    : Object.freeze({ ...constraints, step: "any" });
}
