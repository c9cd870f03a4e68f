// Error messages of fields: the message that the field sets for a rule, else one of the catalogue.
import { catalogueText, type UserText } from "../texts/catalogue.ts";
import type { FieldMessages, FieldRules } from "./field_rules.ts";
import { numberOf } from "./steps.ts";

/** Returns the message for a violated rule. */
export function messageFor(rules: FieldRules, rule: keyof FieldMessages): UserText {
  return rules.messages[rule] ?? builtInMessage(rules, rule);
}

function builtInMessage({ kind, constraints, schemes }: FieldRules, rule: keyof FieldMessages): UserText {
  const { minlength = 0, maxlength = 0, maxBytes = 0, maxFiles = 1, accept = "" } = constraints;
  switch (rule) {
    case "required":
      return catalogueText(kind.required);
    case "invalid":
      return kind.invalid === "invalidUrl"
        ? catalogueText("invalidUrl", { beginnings: schemes.map(beginningOf) })
        : catalogueText(kind.invalid);
    case "minlength":
      return catalogueText("minlength", { count: minlength });
    case "maxlength":
      return catalogueText("maxlength", { count: maxlength });
    case "pattern":
      return catalogueText("pattern");
    case "maxBytes":
      return catalogueText("fileBytes", { bytes: maxBytes });
    case "maxFiles":
      return catalogueText("fileCount", { count: maxFiles });
    case "accept":
      return catalogueText("fileType", { types: accept.split(",").map((type) => type.trim()) });
    case "step":
      return catalogueText("stepMoment");
    default:
      return kind.moment === null ? numberMessage(constraints, rule) : momentMessage(kind, constraints, rule);
  }
}

/** Returns the built-in text about a value between two steps. */
export function stepMessage({ kind }: FieldRules, step: number, base: number): UserText {
  if (kind.moment !== null) return catalogueText("stepMoment");
  if (step === 1 && Number.isInteger(base)) return catalogueText("wholeNumber");
  return catalogueText("stepNumber", { step, base });
}

function numberMessage({ min, max }: FieldRules["constraints"], rule: "min" | "max"): UserText {
  if (rule === "min") return catalogueText("minNumber", { bound: Number(min) });
  return catalogueText("maxNumber", { bound: Number(max) });
}

function momentMessage(
  kind: FieldRules["kind"],
  { min, max }: FieldRules["constraints"],
  rule: "min" | "max",
): UserText {
  const [from, to] = [String(min), String(max)];
  const isReversed = min !== undefined && max !== undefined && (numberOf(kind, min) ?? 0) > (numberOf(kind, max) ?? 0);
  if (isReversed) return catalogueText("timeRange", { from, to });
  return rule === "min" ? catalogueText("minMoment", { bound: from }) : catalogueText("maxMoment", { bound: to });
}

function beginningOf(scheme: string): string {
  return scheme === "http:" || scheme === "https:" ? `${scheme}//` : scheme;
}
