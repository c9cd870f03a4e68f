/**
 * The messages for users that fields and formsets give by themselves. Those of a type of field stand with its other
 * rules, in `field_kinds.ts`.
 *
 * @module
 */
import type { FieldMessages, FieldRules } from "./field_rules.ts";

/** Writes the message for a broken rule: the field's own, or the built-in one. */
export function messageFor(rules: FieldRules, rule: keyof FieldMessages): string {
  return rules.messages[rule] ?? builtInMessage(rules, rule);
}

function builtInMessage({ kind, constraints, schemes }: FieldRules, rule: keyof FieldMessages): string {
  switch (rule) {
    case "required":
      return kind.required;
    case "invalid":
      return typeof kind.invalid === "string" ? kind.invalid : kind.invalid(schemes);
    case "minlength":
      return `Enter at least ${countOf(constraints.minlength ?? 0, "character")}`;
    case "maxlength":
      return `Enter at most ${countOf(constraints.maxlength ?? 0, "character")}`;
    case "pattern":
      return "Enter a value in the expected format";
    case "maxBytes":
      return `Choose a file of at most ${formatBytes(constraints.maxBytes ?? 0)}`;
    case "maxFiles":
      return `Choose at most ${countOf(constraints.maxFiles ?? 1, "file")}`;
    case "accept":
      return `Choose a file of one of these types: ${
        constraints.accept?.split(",").map((type) => type.trim()).join(", ")
      }`;
    default:
      return kind.moment === null
        ? numberMessage(constraints, rule)
        : momentMessage(constraints, rule, kind.moment.noun);
  }
}

function numberMessage({ min, max, step }: FieldRules["constraints"], rule: "min" | "max" | "step"): string {
  if (rule === "min") return `Enter a number of ${min} or more`;
  if (rule === "max") return `Enter a number of ${max} or less`;
  return step === 1 && Number.isInteger(min ?? 0) ? "Enter a whole number" : stepMessage(step, min);
}

function momentMessage(
  { min, max, step }: FieldRules["constraints"],
  rule: "min" | "max" | "step",
  noun: string,
): string {
  if (rule === "step") return stepMessage(step, min);
  return rule === "min" ? `Enter a ${noun} not before ${min}` : `Enter a ${noun} not after ${max}`;
}

function stepMessage(step: number | string | undefined, min: number | string | undefined): string {
  return `Enter a value in steps of ${step}${min === undefined ? "" : ` from ${min}`}`;
}

/** Writes the message for a formset with too few rows. */
export function tooFewRows(min: number): string {
  return `Give at least ${countOf(min, "row")}`;
}

/** Writes the message for a formset with too many rows. */
export function tooManyRows(max: number): string {
  return `Give at most ${countOf(max, "row")}`;
}

/** Writes a number of things: `1 row`, `2 rows`. */
export function countOf(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`;
}

function formatBytes(bytes: number): string {
  if (bytes >= 1024 * 1024) return `${Math.round(bytes / (1024 * 1024) * 10) / 10} MiB`;
  if (bytes >= 1024) return `${Math.round(bytes / 1024 * 10) / 10} KiB`;
  return countOf(bytes, "byte");
}
