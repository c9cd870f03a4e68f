// The fields of a body or a query, in the order of their first values.

import { InputError } from "../errors.ts";
import type { Limits } from "./limits.ts";

/** Value of a field: a string or a file. */
export type FieldValue = string | File;

/** Fields by name, each with its values in order. A `Map`, since a field may have any name. */
export type FieldMap = ReadonlyMap<string, readonly FieldValue[]>;

/** Limits of fields. */
export type FieldLimits = Pick<Limits, "fields" | "nameBytes">;

const encoder = new TextEncoder();

/** Collects fields while they are read, and rejects fields above the limit. */
export class FieldCollector {
  /** The fields so far. */
  readonly fields: Map<string, FieldValue[]> = new Map();
  readonly #limits: FieldLimits;
  #count = 0;

  /**
   * Creates a collector without fields.
   *
   * @param limits The limits.
   */
  constructor(limits: FieldLimits) {
    this.#limits = limits;
  }

  /**
   * Adds a value.
   *
   * @param name The name, as {@linkcode FieldCollector.checkName} accepts it.
   * @param value A string, which counts as a field, or a file, which the caller counts.
   * @throws {InputError} With status 413 when there are too many fields, or as `checkName` does.
   */
  add(name: string, value: FieldValue): void {
    if (typeof value === "string" && ++this.#count > this.#limits.fields) {
      throw new InputError(
        413,
        `Cannot read fields: more than ${this.#limits.fields}, the limit "fields"`,
        "fields",
      );
    }
    this.checkName(name);
    const values = this.fields.get(name);
    if (values === undefined) this.fields.set(name, [value]);
    else values.push(value);
  }

  /**
   * Rejects a name that is too long, or that contains a control character, which would break lines in logs and headers.
   *
   * @param name The name of the field.
   * @throws {InputError} With status 413 above `nameBytes`, with status 400 for a control character.
   */
  checkName(name: string): void {
    const { nameBytes } = this.#limits;
    // A UTF-16 code unit has at most three bytes in UTF-8, so most names need not be encoded.
    if (name.length * 3 > nameBytes && encoder.encode(name).length > nameBytes) {
      throw new InputError(
        413,
        `Cannot read fields: a name is longer than ${nameBytes} bytes, the limit "nameBytes"`,
        "nameBytes",
      );
    }
    // deno-lint-ignore no-control-regex -- control characters are what is looked for
    if (/[\x00-\x1f\x7f]/.test(name)) {
      throw new InputError(400, "Cannot read fields: a name holds a control character");
    }
  }
}
