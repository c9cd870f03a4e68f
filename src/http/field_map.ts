/**
 * The fields of a body or a query, in the order in which their names first came.
 *
 * @module
 */

import { InputError } from "../errors.ts";
import type { Limits } from "./limits.ts";

/** What a field holds: its text, or a file. */
export type FieldValue = string | File;

/** Fields by name, each with its values in order. A `Map`, so that a field may bear any name. */
export type FieldMap = ReadonlyMap<string, readonly FieldValue[]>;

/** The limits that hold for fields, wherever they come from. */
export type FieldLimits = Pick<Limits, "fields" | "nameBytes">;

const encoder = new TextEncoder();

/** Gathers fields while they are read, and refuses the one too many. */
export class FieldCollector {
  /** What has been gathered so far. */
  readonly fields: Map<string, FieldValue[]> = new Map();
  readonly #limits: FieldLimits;
  #count = 0;

  /**
   * Begins without fields.
   *
   * @param limits How many fields there may be, and how long their names.
   */
  constructor(limits: FieldLimits) {
    this.#limits = limits;
  }

  /**
   * Adds a value.
   *
   * @param name The field's name, as {@linkcode FieldCollector.checkName} accepts it.
   * @param value A text, which counts as a field, or a file, which the caller counts.
   * @throws {InputError} With status 413 when this is one field too many, or as `checkName` does.
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
   * Refuses a name that is too long, or that holds a control character: it would split lines wherever names are logged or
   * written into headers.
   *
   * @param name The field's name.
   * @throws {InputError} With status 413 above `nameBytes`, with status 400 for a control character.
   */
  checkName(name: string): void {
    const { nameBytes } = this.#limits;
    // A UTF-16 unit takes three bytes at most, so that most names need not be encoded.
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
