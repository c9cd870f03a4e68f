// The table of field types: the control, the constraints, the check, the rendered value and the messages of each.
//
// A new type needs its name in `FieldType`, an entry in this table, and a builder in `field.ts`. If its element is not
// in `FieldKind`, it also needs a control in `src/preact/field.tsx`.
import {
  checkBox,
  checkChoice,
  checkChoices,
  checkFile,
  checkFiles,
  checkNumber,
  isWebAddress,
  momentCheck,
  textCheck,
} from "./check_value.ts";
import type { FieldKindRules } from "./field_rules.ts";
import { parseDateTime, parseDays, parseSeconds, sentChecked, sentText, sentTexts } from "./sent.ts";

/** The types of field. */
export type FieldType =
  | "text"
  | "textarea"
  | "email"
  | "url"
  | "password"
  | "number"
  | "checkbox"
  | "select"
  | "multiSelect"
  | "radio"
  | "date"
  | "datetime"
  | "time"
  | "file"
  | "hidden";

// HTML, 4.10.5.1.5: the pattern of a valid email address. Linear, because each part is bounded.
const EMAIL =
  /^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/;

// Normalization of a browser before validation (HTML, 4.10.5.1 and 4.10.11). Without scripts, line endings are
// submitted as CR LF; counted as two characters, they would exceed a `maxlength` that the browser accepted.
const trim = (text: string): string => text.trim();
const unifyLineEnds = (text: string): string => text.replace(/\r\n?/g, "\n");
// White space is not a title or a comment, but it may be a password or a hidden value.
const textKeepingSpace = textCheck({ keepsSpace: true });

const TEXT: FieldKindRules = {
  element: "input",
  inputType: "text",
  attributes: ["minlength", "maxlength", "pattern"],
  others: [],
  defaults: {},
  isSecret: false,
  check: textCheck(),
  show: (data) => showText(data),
  moment: null,
  required: "enterValue",
  invalid: "enterText",
};

const CHOICE: FieldKindRules = {
  ...TEXT,
  element: "select",
  inputType: "",
  attributes: [],
  others: ["choices"],
  check: checkChoice,
  required: "chooseOption",
  invalid: "chooseOption",
};

const MOMENT: FieldKindRules = { ...TEXT, attributes: ["min", "max", "step"] };

/** The field types by name. */
export const FIELD_KINDS: Readonly<Record<FieldType, FieldKindRules>> = {
  text: TEXT,
  textarea: {
    ...TEXT,
    element: "textarea",
    inputType: "",
    attributes: ["minlength", "maxlength"],
    check: textCheck({ normalize: unifyLineEnds }),
  },
  email: {
    ...TEXT,
    inputType: "email",
    maxlength: 254,
    check: textCheck({ normalize: trim, fits: (text) => EMAIL.test(text) }),
    required: "enterEmail",
    invalid: "invalidEmail",
  },
  url: {
    ...TEXT,
    inputType: "url",
    maxlength: 2048,
    check: textCheck({ normalize: trim, fits: isWebAddress }),
    required: "enterUrl",
    invalid: "invalidUrl",
  },
  password: {
    ...TEXT,
    inputType: "password",
    maxlength: 1024,
    isSecret: true,
    check: textKeepingSpace,
    required: "enterPassword",
  },
  hidden: { ...TEXT, inputType: "hidden", attributes: [], check: textKeepingSpace },
  number: {
    ...TEXT,
    inputType: "number",
    attributes: ["min", "max", "step"],
    defaults: { step: 1 },
    check: checkNumber,
    required: "enterNumber",
    invalid: "enterNumber",
  },
  checkbox: {
    ...TEXT,
    element: "checkbox",
    inputType: "checkbox",
    attributes: [],
    check: checkBox,
    show: (data) => sentChecked(data) === true,
    required: "checkBox",
    invalid: "checkOrClearBox",
  },
  select: CHOICE,
  radio: { ...CHOICE, element: "input", inputType: "radio" },
  multiSelect: {
    ...CHOICE,
    element: "select_multi",
    defaults: { multiple: true },
    check: checkChoices,
    show: (data) => Object.freeze(sentTexts(data).filter((text) => text !== null)),
    required: "chooseOptions",
    invalid: "chooseOptions",
  },
  date: {
    ...MOMENT,
    inputType: "date",
    check: momentCheck(parseDays),
    show: (data) => showText(data, (date) => date),
    moment: { parse: parseDays },
    required: "enterDate",
    invalid: "enterDate",
  },
  datetime: {
    ...MOMENT,
    inputType: "datetime-local",
    check: momentCheck(parseDateTime),
    step: 60,
    show: (data) => showText(data, (date, time) => `${date}T${time}`),
    moment: { parse: parseDateTime },
    required: "enterDateTime",
    invalid: "enterDateTime",
  },
  time: {
    ...MOMENT,
    inputType: "time",
    check: momentCheck(parseSeconds),
    step: 60,
    show: (data) => showText(data, (_date, time) => time),
    moment: { parse: parseSeconds },
    required: "enterTime",
    invalid: "enterTime",
  },
  file: {
    ...TEXT,
    inputType: "file",
    attributes: ["accept", "multiple"],
    others: ["maxBytes", "maxFiles"],
    isSecret: true,
    check: (rules, sent) => rules.constraints.multiple ? checkFiles(rules, sent) : checkFile(rules, sent),
    required: "chooseFile",
    invalid: "chooseFile",
  },
};

/** Returns the text of a value; of a `Date` the part of its ISO text that the control accepts. */
function showText(data: unknown, partOf?: (date: string, time: string) => string): string {
  if (data instanceof Date) {
    if (Number.isNaN(data.getTime())) return "";
    if (partOf === undefined) return data.toISOString();
    // A year of five digits has a sign and six digits in ISO text, and neither in HTML.
    const [date = "", time = ""] = data.toISOString().replace(/^\+0*/, "").split("T");
    return partOf(date, time.slice(0, 5));
  }
  // An object or a file never reaches a renderer, because some objects are rendered as markup (threats, finding 5).
  return sentText(data) ?? "";
}
