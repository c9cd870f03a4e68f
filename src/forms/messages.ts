/**
 * Error messages of fields: the message that the field sets for a rule, else one of the catalogue.
 *
 * @module
 */
import { catalogueText, type UserText } from "../texts/catalogue.ts";
import type { FieldMessages, FieldRules } from "./field_rules.ts";

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
    default:
      return kind.moment === null ? numberMessage(constraints, rule) : momentMessage(constraints, rule);
  }
}

function numberMessage({ min, max, step }: FieldRules["constraints"], rule: "min" | "max" | "step"): UserText {
  if (rule === "min") return catalogueText("minNumber", { bound: Number(min) });
  if (rule === "max") return catalogueText("maxNumber", { bound: Number(max) });
  const base = Number(min ?? 0);
  if (step === 1 && Number.isInteger(base)) return catalogueText("wholeNumber");
  return catalogueText("stepNumber", { step: Number(step), base });
}

function momentMessage({ min, max }: FieldRules["constraints"], rule: "min" | "max" | "step"): UserText {
  if (rule === "step") return catalogueText("stepMoment");
  return rule === "min"
    ? catalogueText("minMoment", { bound: String(min) })
    : catalogueText("maxMoment", { bound: String(max) });
}

function beginningOf(scheme: string): string {
  return scheme === "http:" || scheme === "https:" ? `${scheme}//` : scheme;
}
