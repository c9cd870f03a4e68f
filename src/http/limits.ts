/**
 * How much of anything a request may bring, and how long it may take.
 *
 * @module
 */

/**
 * Every limit, resolved. `Infinity` switches one off. A refusal names the limit that was hit.
 *
 * Sizes are bytes, times are seconds.
 */
export interface Limits {
  /**
   * Bytes of a body that are not the content of a file: fields, names, part headers, boundaries. Default: 1,048,576. A body
   * above it is 413. Files are counted by `fileBytes` and `files`, a JSON body by `jsonBytes` as well.
   */
  readonly bodyBytes: number;
  /** Bytes of a JSON body or of the field `_hyper_data`. Default: 262,144. Above it: 413. */
  readonly jsonBytes: number;
  /** Bytes of one file. Default: 2,097,152. Above it: 413. */
  readonly fileBytes: number;
  /** Files in one body; an empty file input is none. Default: 20. Above it: 413. */
  readonly files: number;
  /** Parts of a multipart body, files and fields together. Default: 1,000. Above it: 413. */
  readonly parts: number;
  /** Name-value pairs of a body or a query. Default: 1,000. Above it: 413. */
  readonly fields: number;
  /** Bytes of a field's name in UTF-8. Default: 256. Above it: 413. */
  readonly nameBytes: number;
  /** Bytes of the headers of one part of a multipart body. Default: 8,192. Above it: 413. */
  readonly partHeaderBytes: number;
  /**
   * Levels of nesting. Default: 32 in a field's name (`a.b` has two) and 64 in JSON (`{"a":[1]}` has two); a number that is
   * given holds for both. Above it: 400 for a name, 413 for JSON.
   */
  readonly depth: number;
  /** The levels JSON may have: `depth` where that was given, else 64. */
  readonly jsonDepth: number;
  /** Values in one JSON text, containers included. Default: 50,000. Above it: 413. */
  readonly jsonNodes: number;
  /** The greatest index in a field's name (`rows[999]`). Default: 999. Above it: 400. */
  readonly arrayIndex: number;
  /** Seconds from the first look at a body to its last byte. Default: 30. Above it: 408. */
  readonly bodySeconds: number;
  /**
   * Bytes per second that a body must bring on average, judged from its tenth second on. Default: 1,024. Below it: 408. `0`
   * or `Infinity` switches it off.
   */
  readonly bytesPerSecond: number;
  /** Bytes of the header `X-Hyper-Data`. Default: 8,192. Above it: 431. */
  readonly dataHeaderBytes: number;
  /** Seconds a generator may run before a plain form post is answered. Default: 30. */
  readonly documentSeconds: number;
  /**
   * Generators that one principal may have running, with a reader or without. A request without a principal is bounded by
   * the share of its address in `streams`. Default: 6. Above it: 429.
   */
  readonly streamsPerCaller: number;
  /**
   * Generators that one process may run at once, each until it has ended: read, gathered for a document or for JSON, or
   * left by its reader. A principal or address holds at most twice what it leaves free. Default: 1,000. Above it: 429.
   */
  readonly streams: number;
  /**
   * Seconds a stream may last before the client is told to resume, and seconds a generator may run without a reader before
   * it is ended. Default: 1,800.
   */
  readonly streamSeconds: number;
  /** Events a generator may give without a reader; above it the generator is ended. Default: 100,000. */
  readonly unreadEvents: number;
  /**
   * Bytes of events, as JSON, that a generator may give without a reader; above it the generator is ended.
   * Default: 67,108,864.
   */
  readonly unreadBytes: number;
  /**
   * Bytes of items that are gathered for a JSON answer. Above it the answer goes out with what there is, and says
   * `complete: false`. Default: 1,048,576.
   */
  readonly gatheredBytes: number;
  /**
   * Bytes of all bodies in memory at once, files on disk aside, with 64 bytes for each value of a request above the 256th. A
   * principal or address holds at most twice what it leaves free. For the whole handler. Default: 134,217,728. Above it: 429.
   */
  readonly bodyMemoryBytes: number;
  /**
   * Bytes of all uploaded files on disk at once, shared as `bodyMemoryBytes` is. For the whole handler.
   * Default: 4,294,967,296. Above it: 429.
   */
  readonly spooledBytes: number;
}

/**
 * The limits an application or an action may set; what is left out keeps its default.
 *
 * @example Room for photographs
 * ```ts
 * import { createHandler } from "@hyper/actions";
 * import { assertThrows } from "@std/assert";
 *
 * createHandler({ pages: [], limits: { fileBytes: 20_000_000, bodySeconds: 120 } });
 *
 * // What cannot be meant is refused at the start.
 * assertThrows(() => createHandler({ pages: [], limits: { files: -1 } }), RangeError);
 * ```
 */
export type LimitsOptions = {
  readonly [Name in Exclude<keyof Limits, "jsonDepth">]?: number | undefined;
};

/** The limits where nothing else is said. */
export const DEFAULT_LIMITS: Limits = Object.freeze({
  bodyBytes: 1_048_576,
  jsonBytes: 262_144,
  fileBytes: 2_097_152,
  files: 20,
  parts: 1_000,
  fields: 1_000,
  nameBytes: 256,
  partHeaderBytes: 8_192,
  depth: 32,
  jsonDepth: 64,
  jsonNodes: 50_000,
  arrayIndex: 999,
  bodySeconds: 30,
  bytesPerSecond: 1_024,
  dataHeaderBytes: 8_192,
  documentSeconds: 30,
  streamsPerCaller: 6,
  streams: 1_000,
  streamSeconds: 1_800,
  unreadEvents: 100_000,
  unreadBytes: 67_108_864,
  gatheredBytes: 1_048_576,
  bodyMemoryBytes: 134_217_728,
  spooledBytes: 4_294_967_296,
});

/** The limits of what all requests of a handler hold together: an action has none of its own. */
export const HANDLER_LIMITS = ["streams", "streamsPerCaller", "bodyMemoryBytes", "spooledBytes"] as const;

/** A fraction of these means something, and none of them nothing. */
const SECONDS: ReadonlySet<string> = new Set(["bodySeconds", "documentSeconds", "streamSeconds"]);

/**
 * Fills in the limits that were left out.
 *
 * @param options What the application, or an action, chose.
 * @param base What holds where `options` says nothing: the defaults, or the application's limits under an action's.
 * @returns Every limit.
 * @throws {RangeError} When a name is unknown, a count is negative or not whole, or a time is not above zero.
 */
export function resolveLimits(options: LimitsOptions = {}, base: Limits = DEFAULT_LIMITS): Limits {
  const given: Record<string, number> = {};
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    if (!Object.hasOwn(DEFAULT_LIMITS, name) || name === "jsonDepth") {
      const known = Object.keys(DEFAULT_LIMITS).filter((known) => known !== "jsonDepth").join(", ");
      throw new RangeError(`Cannot set limit "${name}": there is none of this name, only ${known}`);
    }
    const fine = SECONDS.has(name) ? value > 0 : value >= 0 && (Number.isInteger(value) || value === Infinity);
    if (typeof value !== "number" || !fine) {
      const rule = SECONDS.has(name) ? "a number above zero" : "a whole number from zero";
      throw new RangeError(`Cannot set limit "${name}" to ${value}: it takes ${rule}, or Infinity to switch it off`);
    }
    given[name] = value;
  }
  const { depth } = given;
  return Object.freeze({ ...base, ...given, ...(depth === undefined ? {} : { jsonDepth: depth }) });
}
