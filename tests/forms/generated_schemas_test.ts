/** Every schema that a form accepts can be rendered, filled in and submitted; any other is an error that names the part. */
import { assert, assertEquals, AssertionError } from "@std/assert";
import { toStandardJsonSchema } from "@valibot/to-json-schema";
import { type } from "arktype";
import * as v from "valibot";
import { z } from "zod";
import type { BoundField } from "../../src/forms/bound_field.ts";
import { compilePattern } from "../../src/forms/check_value.ts";
import { defineForm, type FormDefinition } from "../../src/forms/form.ts";
import { formatPath, parsePath, putAt, type Step, valueAt } from "../../src/forms/path.ts";
import type { StandardSchemaV1 } from "../../src/forms/schema.ts";
import { isOnStep } from "../../src/forms/steps.ts";
import { bindTo, showBlank } from "./support.ts";

/** A description of a schema, from which each library creates its own. */
type Part =
  | { readonly kind: "text"; readonly min: number; readonly max: number }
  | { readonly kind: "email" | "url" | "boolean" | "true" | "date" | "bigint" | "file" | "text or number" | "numeric" }
  | { readonly kind: "iso"; readonly format: "date" | "time" | "datetime" }
  | { readonly kind: "pattern"; readonly pattern: RegExp }
  | {
    readonly kind: "number";
    readonly integer: boolean;
    readonly min: number;
    readonly max: number;
    readonly step: number | null;
  }
  | { readonly kind: "choice"; readonly values: readonly (string | number)[] }
  | { readonly kind: "list" | "set"; readonly items: Part; readonly least: number }
  | { readonly kind: "tuple"; readonly items: readonly Part[] }
  | { readonly kind: "record"; readonly keys: readonly string[]; readonly values: Part }
  | { readonly kind: "optional" | "nullable"; readonly part: Part }
  | { readonly kind: "default"; readonly part: Part; readonly value: unknown }
  | { readonly kind: "object"; readonly members: Readonly<Record<string, Part>>; readonly strict: boolean }
  | Alternatives;

/** Objects of which one is chosen by the value of a member, or alternatives of such objects. */
interface Alternatives {
  readonly kind: "alternatives";
  readonly name: string;
  readonly objects: readonly (Extract<Part, { kind: "object" }> | Alternatives)[];
}

/** Returns pseudo-random numbers in [0, 1): the generator "mulberry32". */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

class Generator {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = randomOf(seed);
  }

  chance(share: number): boolean {
    return this.#random() < share;
  }

  number(least: number, most: number): number {
    return least + Math.floor(this.#random() * (most - least + 1));
  }

  pick<T>(values: readonly T[]): T {
    const value = values[this.number(0, values.length - 1)];
    assert(value !== undefined);
    return value;
  }

  object(depth: number, names = ["a", "b", "c", "d"]): Extract<Part, { kind: "object" }> {
    const members = names.slice(0, this.number(1, names.length)).map((name) => [name, this.member(depth)] as const);
    return { kind: "object", members: Object.fromEntries(members), strict: this.chance(0.3) };
  }

  member(depth: number): Part {
    const part = depth > 0 && this.chance(0.45) ? this.container(depth - 1) : this.scalar();
    if (this.chance(0.2)) return { kind: "optional", part };
    if (this.chance(0.1)) return { kind: "nullable", part };
    const value = this.chance(0.15) ? initialOf(part) : undefined;
    return value === undefined ? part : { kind: "default", part, value };
  }

  container(depth: number): Part {
    switch (this.number(0, 6)) {
      case 0:
        return { kind: "list", items: this.choice(), least: this.number(0, 1) };
      case 1:
        return { kind: "list", items: this.object(depth), least: this.number(0, 2) };
      case 2:
        return { kind: "list", items: this.scalar(), least: this.number(0, 2) };
      case 3:
        return { kind: "tuple", items: [this.scalar(), this.scalar()] };
      case 4:
        return { kind: "record", keys: ["north", "south"], values: this.scalar() };
      case 5:
        return this.alternatives(depth);
      default:
        return this.object(depth);
    }
  }

  alternatives(depth: number): Part {
    const objects = ["p", "q", "r"].slice(0, this.number(2, 3)).map((tag) => {
      const { members, strict } = this.object(depth, ["x", "y"]);
      return {
        kind: "object" as const,
        strict,
        members: { tag: { kind: "choice" as const, values: [tag] }, ...members },
      };
    });
    const [first, ...others] = objects;
    if (first === undefined || others.length < 2 || this.chance(0.5)) {
      return { kind: "alternatives", name: "tag", objects };
    }
    return {
      kind: "alternatives",
      name: "tag",
      objects: [first, { kind: "alternatives", name: "tag", objects: others }],
    };
  }

  choice(): Part {
    return { kind: "choice", values: this.pick([["one", "two"], [1, 2, 3], ["one", 2], ["two words", "x&y"]]) };
  }

  scalar(): Part {
    const simple = ["email", "url", "boolean", "true", "date", "bigint", "file", "text or number", "numeric"] as const;
    switch (this.number(0, 6)) {
      case 0:
        return { kind: this.pick(simple) };
      case 1:
        return { kind: "iso", format: this.pick(["date", "time", "datetime"]) };
      case 2:
        return { kind: "pattern", pattern: this.pick([/^[a-z]{2,4}$/, /^ABC|x/i, /\d/, /^a.c$/s, /^\p{L}+$/u]) };
      case 3: {
        const min = this.number(-3, 3);
        return {
          kind: "number",
          integer: this.chance(0.5),
          min,
          max: min + this.number(3, 9),
          step: this.pick([null, null, 1, 2, 0.5, 3]),
        };
      }
      case 4:
        return this.choice();
      case 5:
        return { kind: "set", items: this.choice(), least: 0 };
      default: {
        const min = this.number(0, 3);
        return { kind: "text", min, max: min + this.number(1, 5) };
      }
    }
  }
}

function initialOf(part: Part): unknown {
  switch (part.kind) {
    case "choice":
      return part.values[0];
    case "boolean":
      return true;
    case "text":
      return "a".repeat(part.min);
    default:
      return undefined;
  }
}

const literalsOf = (values: readonly (string | number)[]): z.ZodType =>
  values.every((value) => typeof value === "string") && values.length > 1 ? z.enum(values) : z.literal([...values]);

function zodOf(part: Part): z.ZodType {
  switch (part.kind) {
    case "text":
      return z.string().min(part.min).max(part.max);
    case "email":
      return z.email();
    case "url":
      return z.url();
    case "boolean":
      return z.boolean();
    case "true":
      return z.literal(true);
    case "date":
      return z.date();
    case "bigint":
      return z.bigint();
    case "file":
      return z.file();
    case "text or number":
      return z.union([z.string(), z.number()]);
    case "numeric":
      return z.string().regex(/^\d+$/).transform(Number);
    case "iso":
      return { date: z.iso.date(), time: z.iso.time(), datetime: z.iso.datetime({ local: true }) }[part.format];
    case "pattern":
      return z.string().regex(part.pattern);
    case "number": {
      const ranged = (part.integer ? z.int() : z.number()).min(part.min).max(part.max);
      return part.step === null ? ranged : ranged.multipleOf(part.step);
    }
    case "choice":
      return literalsOf(part.values);
    case "list":
      return z.array(zodOf(part.items)).min(part.least);
    case "set":
      return z.set(zodOf(part.items));
    case "tuple":
      return z.tuple(part.items.map(zodOf) as [z.ZodType]);
    case "record":
      return z.record(z.enum(part.keys as [string]), zodOf(part.values));
    case "optional":
      return zodOf(part.part).optional();
    case "nullable":
      return zodOf(part.part).nullable();
    case "default":
      return zodOf(part.part).default(part.value as never);
    case "object": {
      const members = Object.fromEntries(Object.entries(part.members).map(([name, member]) => [name, zodOf(member)]));
      return part.strict ? z.strictObject(members) : z.object(members);
    }
    case "alternatives":
      return z.discriminatedUnion(part.name, part.objects.map(zodOf) as [z.ZodObject]);
  }
}

type AnySchema = v.GenericSchema;

function valibotOf(part: Part): AnySchema {
  switch (part.kind) {
    case "text":
      return v.pipe(v.string(), v.minLength(part.min), v.maxLength(part.max));
    case "email":
      return v.pipe(v.string(), v.email());
    case "url":
      return v.pipe(v.string(), v.url());
    case "boolean":
      return v.boolean();
    case "true":
      return v.literal(true);
    case "date":
      return v.date();
    case "bigint":
      return v.bigint();
    case "file":
      return v.file();
    case "text or number":
      return v.union([v.string(), v.number()]);
    case "numeric":
      return v.pipe(v.string(), v.regex(/^\d+$/), v.transform(Number)) as AnySchema;
    case "iso":
      return v.pipe(v.string(), { date: v.isoDate(), time: v.isoTime(), datetime: v.isoDateTime() }[part.format]);
    case "pattern":
      return v.pipe(v.string(), v.regex(part.pattern));
    case "number": {
      const ranged = v.pipe(v.number(), v.minValue(part.min), v.maxValue(part.max));
      const stepped = part.step === null ? ranged : v.pipe(ranged, v.multipleOf(part.step));
      return part.integer ? v.pipe(stepped, v.integer()) : stepped;
    }
    case "choice":
      return v.picklist(part.values);
    case "list":
      return v.pipe(v.array(valibotOf(part.items)), v.minLength(part.least));
    case "set":
      return v.set(valibotOf(part.items));
    case "tuple":
      return v.tuple(part.items.map(valibotOf));
    case "record":
      return v.record(v.picklist(part.keys), valibotOf(part.values));
    case "optional":
      return v.optional(valibotOf(part.part));
    case "nullable":
      return v.nullable(valibotOf(part.part));
    case "default":
      return v.optional(valibotOf(part.part), part.value as never);
    case "object": {
      const members = Object.fromEntries(
        Object.entries(part.members).map(([name, member]) => [name, valibotOf(member)]),
      );
      return part.strict ? v.strictObject(members) : v.object(members);
    }
    case "alternatives":
      return v.variant(part.name, part.objects.map(valibotOf) as never);
  }
}

function arkOf(part: Part): unknown {
  switch (part.kind) {
    case "text":
      return `${part.min} <= string <= ${part.max}`;
    case "email":
      return "string.email";
    case "url":
      return "string.url";
    case "boolean":
      return "boolean";
    case "true":
      return "true";
    case "date":
      return "Date";
    case "bigint":
      return "bigint";
    case "file":
      return "File";
    case "text or number":
      return "string | number";
    case "numeric":
      return "string.numeric.parse";
    case "iso":
      return part.format === "date" ? "string.date.iso" : /^\d\d:\d\d$/;
    case "pattern":
      return part.pattern;
    case "number": {
      const step = part.step ?? (part.integer ? 1 : null);
      if (step !== null && !Number.isInteger(step)) return `${part.min} <= number <= ${part.max}`;
      return step === null ? `${part.min} <= number <= ${part.max}` : `${part.min} <= number % ${step} <= ${part.max}`;
    }
    case "choice":
      return type.enumerated(...part.values);
    case "list":
      return type(arkOf(part.items) as "string").array().atLeastLength(part.least);
    case "set":
      return type.instanceOf(Set);
    case "tuple":
      return part.items.map(arkOf);
    case "record":
      return Object.fromEntries(part.keys.map((key) => [key, arkOf(part.values)]));
    case "optional":
    case "default":
      return type(arkOf(part.part) as "string");
    case "nullable":
      return type(arkOf(part.part) as "string").or("null");
    case "object": {
      const members = Object.entries(part.members).map(([name, member]) => {
        if (member.kind === "default") return [name, type(arkOf(member) as "string").default(member.value as never)];
        return [member.kind === "optional" ? `${name}?` : name, arkOf(member)];
      });
      return type({ ...Object.fromEntries(members), ...(part.strict ? { "+": "reject" } : {}) } as never);
    }
    case "alternatives": {
      const [first, ...others] = part.objects.map((object) => type(arkOf(object) as "string"));
      assert(first !== undefined);
      return others.reduce((all, other) => all.or(other) as never, first);
    }
  }
}

const TEXTS = [
  ...["abc", "ab", "a", "abcd", "aaaaaaa", "ABC", "a1", "1", "12", "x", "a@b.example", "https://b.example/"],
  ...[
    "2025-01-02",
    "10:30",
    "2025-01-02T10:30",
    "7",
    "3",
    "0",
    "-3",
    "-1",
    "2",
    "4",
    "6",
    "one",
    "two words",
    "10:30:00",
  ],
];

/** Returns the `attempt`-th value that a user enters in a control, within the constraints that a browser enforces; `null` for none. */
function entered(field: BoundField, attempt: number): string | readonly (string | File)[] | File | null {
  const {
    constraints: { min, max, step = 1, minlength = 0, maxlength = Infinity, pattern },
    choices,
    kind,
    inputType,
  } = field;
  if (kind === "checkbox") return "on";
  if (choices.length > 0) return field.multiple ? choices.map(({ value }) => value) : choices.at(-1)?.value ?? null;
  switch (inputType) {
    case "hidden":
      return String(field.value);
    case "file": {
      const file = new File(["x"], "a.txt", { type: "text/plain" });
      return field.multiple ? [file, file] : file;
    }
    case "date":
      return "2025-01-02";
    case "time":
      return "10:30";
    case "datetime-local":
      return "2025-01-02T10:30";
    case "email":
      return "a@b.example";
    case "url":
      return "https://b.example/";
    case "number": {
      const numbers = [min, max, 0, 1, 2, 3, 4, 5, 6].filter((number) => typeof number === "number");
      const base = typeof min === "number" ? min : 0;
      const fits = (number: number): boolean =>
        number >= Number(min ?? -Infinity) && number <= Number(max ?? Infinity) &&
        (step === "any" || isOnStep(number, base, step));
      const found = numbers.find(fits);
      return found === undefined ? null : String(found);
    }
    default: {
      const expression = pattern === undefined ? null : compilePattern(pattern);
      const fits = (text: string): boolean =>
        text.length >= minlength && text.length <= maxlength && (expression?.test(text) ?? true);
      return TEXTS.filter(fits)[attempt] ?? null;
    }
  }
}

/** Returns what the form sends: every control filled in, or only those that are required; `null` if a control takes no text. */
function submission(
  form: FormDefinition,
  everything: boolean,
  attempts: ReadonlyMap<string, number>,
): Readonly<Record<string, unknown>> | null {
  const sent: Record<string, unknown> = {};
  const unsent: (readonly Step[])[] = [];
  for (const field of showBlank(form).fields) {
    const isFilled = everything || field.required || field.inputType === "hidden";
    const text = isFilled ? entered(field, attempts.get(field.name) ?? 0) : untouched(field);
    if (text === null) return null;
    if (text !== undefined) put(sent, field.name, text);
    else unsent.push(parsePath(field.name));
  }
  // As <Field> does, for a row of which no control is submitted.
  for (const steps of unsent) {
    const row = steps.findLastIndex((step) => typeof step === "number");
    if (row !== -1 && valueAt(sent, steps.slice(0, row + 1)) === undefined) {
      put(sent, formatPath(steps.slice(0, row + 1)), "");
    }
  }
  return sent;
}

/** Returns what a control that the user does not touch sends; `undefined` for nothing. */
function untouched({ kind, value, multiple, inputType }: BoundField): unknown {
  if (kind === "checkbox") return value === true ? "on" : undefined;
  if (multiple) return undefined;
  return inputType === "file" ? new File([], "") : String(value);
}

function put(sent: Record<string, unknown>, name: string, value: unknown): void {
  const steps = parsePath(name);
  for (const [index, step] of steps.entries()) {
    const next = steps[index + 1];
    if (next === undefined || typeof step === "number") continue;
    if (
      typeof next === "number" &&
      steps.slice(0, index + 1).reduce<unknown>((at, key) => Reflect.get(Object(at), key), sent) === undefined
    ) {
      putAt(sent, steps.slice(0, index + 1), [], true);
    }
  }
  putAt(sent, steps, value, true);
}

/** Returns whether a part has alternatives, whose fields the browser cannot require. */
function hasAlternatives(part: Part): boolean {
  return JSON.stringify(part, (_, value) => value?.kind === "alternatives" ? "!!" : value).includes("!!");
}

const LIBRARIES: Readonly<Record<string, (part: Part) => StandardSchemaV1>> = {
  "zod 4": zodOf,
  Valibot: (part) => toStandardJsonSchema(valibotOf(part)) as StandardSchemaV1,
  ArkType: (part) => type(arkOf(part) as "string") as StandardSchemaV1,
};

const ROUNDS = 500;

for (const [library, schemaOf] of Object.entries(LIBRARIES)) {
  Deno.test(`a generated schema of ${library} is an error, or its form is accepted when it is filled in`, async () => {
    const counts = { accepted: 0, refused: 0, unfilled: 0 };
    for (let seed = 1; seed <= ROUNDS; seed++) {
      const part = new Generator(seed).object(2);
      const form = definedOrFault(schemaOf, part, seed);
      if (form === null) {
        counts.refused++;
        continue;
      }
      for (const everything of hasAlternatives(part) ? [true] : [true, false]) {
        const sent = await fillIn(form, part, everything, seed);
        if (sent === null) {
          counts.unfilled++;
          continue;
        }
        counts.accepted++;
      }
    }
    assertEquals(counts.accepted > ROUNDS / 2 && counts.unfilled < ROUNDS / 20, true, JSON.stringify(counts));
  });
}

/** Fills in a form. Text without a pattern is entered again until its schema accepts it, as a user does who reads the message. */
async function fillIn(form: FormDefinition, part: Part, everything: boolean, seed: number): Promise<unknown> {
  const attempts = new Map<string, number>();
  let issues: unknown;
  for (;;) {
    const sent = submission(form, everything, attempts);
    if (sent === null && attempts.size === 0) return null;
    const bound = sent === null ? null : await bindTo(form, sent);
    if (bound?.isValid) return sent;
    issues = bound?.issues ?? issues;
    const { fields } = showBlank(form);
    const again = fields.filter(({ name, inputType, required }) =>
      inputType === "text" && (everything || required) && bound?.errors.has(name)
    );
    if (again.length === 0) {
      const drawn = fields.map((
        { name, inputType, required, constraints },
      ) => [name, inputType, required, constraints]);
      const report = { seed, everything, part, sent, drawn, issues };
      throw new AssertionError(Deno.inspect(report, { depth: 12, breakLength: 200 }));
    }
    for (const { name } of again) attempts.set(name, (attempts.get(name) ?? 0) + 1);
  }
}

function definedOrFault(schemaOf: (part: Part) => StandardSchemaV1, part: Part, seed: number): FormDefinition | null {
  const schema = schemaOf(part);
  try {
    return defineForm("a", { schema }) as FormDefinition;
  } catch (error) {
    assert(
      error instanceof TypeError && error.message.startsWith('Cannot define form "a": its schema'),
      `${seed}: ${error}`,
    );
    return null;
  }
}

Deno.test("a form of alternatives without a constant ignores blank fields of the others, and no filled ones", async () => {
  const schema = z.union([z.strictObject({ a: z.string().min(1) }), z.strictObject({ b: z.string().min(1) })]);
  const form = defineForm("either", { schema });
  assertEquals((await bindTo(form, { a: "1", b: "" })).isValid, true);
  assertEquals((await bindTo(form, { a: "", b: "2" })).isValid, true);
  assertEquals((await bindTo(form, { a: "1", b: "2" })).isValid, false);
});
