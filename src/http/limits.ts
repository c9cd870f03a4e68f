// Limits of the size, number and time of what a request may contain.

/**
 * All limits, with their defaults. `Infinity` disables a limit. An error names the limit that was exceeded.
 *
 * Sizes are in bytes, times in seconds.
 */
export interface Limits {
  /**
   * Size of a body without the content of its files: fields, names, part headers, boundaries. Above it: 413. `fileBytes` and `files` limit
   * files; `jsonBytes` also limits a JSON body. Default: 1 MiB (1,048,576 bytes).
   */
  readonly bodyBytes: number;
  /** Size of a JSON body or of the field `_hyper_data`. Above it: 413. Default: 256 KiB (262,144 bytes). */
  readonly jsonBytes: number;
  /** Size of one file. Above it: 413. Default: 2 MiB (2,097,152 bytes). */
  readonly fileBytes: number;
  /** Number of files in one body. An empty file input does not count. Above it: 413. Default: `20`. */
  readonly files: number;
  /** Number of parts of a multipart body, files and fields together. Above it: 413. Default: `1000`. */
  readonly parts: number;
  /** Number of name-value pairs of a body or a query. Above it: 413. Default: `1000`. */
  readonly fields: number;
  /** Size of a field name in UTF-8. Above it: 413. Default: 256 bytes. */
  readonly nameBytes: number;
  /** Size of the headers of one part of a multipart body. Above it: 413. Default: 8 KiB (8,192 bytes). */
  readonly partHeaderBytes: number;
  /**
   * Levels of nesting. A field name `a.b` has two, and so has the JSON `{"a":[1]}`. Above it: 400 for a name, 413 for JSON. A number that is
   * set applies to both. Default: `32` for field names, `64` for JSON.
   */
  readonly depth: number;
  /** Levels of nesting of JSON: `depth` if it is set, otherwise `64`. */
  readonly jsonDepth: number;
  /** Number of values in one JSON text, including objects and arrays. Above it: 413. Default: `50000`. */
  readonly jsonNodes: number;
  /** Greatest index in a field name (`rows[999]`). Above it: 400. Default: `999`. */
  readonly arrayIndex: number;
  /** Time to read a body, from its start to its last byte. Above it: 408. Default: `30`. */
  readonly bodySeconds: number;
  /** Average rate of a body in bytes per second, checked after 10 seconds. Below it: 408. `0` or `Infinity` disables it. Default: `1024`. */
  readonly bytesPerSecond: number;
  /** Size of the header `X-Hyper-Data`. Above it: 431. Default: 8 KiB (8,192 bytes). */
  readonly dataHeaderBytes: number;
  /** Time a generator may run before a plain form post is answered. Default: `30`. */
  readonly documentSeconds: number;
  /**
   * Number of generators that one principal may run, with or without a reader. Above it: 429. Requests without a principal are limited by
   * the share of their address in `streams`. Default: `6`.
   */
  readonly streamsPerCaller: number;
  /**
   * Number of generators that one process may run. Each counts until it ends: streamed, collected for a document or for JSON, or left by its
   * reader. A principal or address has at most twice what is free. Above it: 429. The topics on the shared streams of browsers are counted
   * apart: ten for each generator. Default: `1000`.
   */
  readonly streams: number;
  /**
   * Maximum duration of a stream; the client then reconnects. Also the time a generator may run without a reader before it is ended.
   * Default: `1800`.
   */
  readonly streamSeconds: number;
  /** Number of events that a generator may yield without a reader. Above it, the generator is ended. Default: `100000`. */
  readonly unreadEvents: number;
  /**
   * Size of the events, as JSON, that a generator may yield without a reader. Above it, the generator is ended.
   * Default: 64 MiB (67,108,864 bytes).
   */
  readonly unreadBytes: number;
  /**
   * Size of the items that are collected for a JSON response. Above it, the response has the items so far and `complete: false`.
   * Default: 1 MiB (1,048,576 bytes).
   */
  readonly gatheredBytes: number;
  /**
   * Memory of all bodies at once, without files on disk, plus 64 bytes for each value of a request above the 256th. A principal or address has
   * at most twice what is free. For the whole handler. Above it: 429. Default: 128 MiB (134,217,728 bytes).
   */
  readonly bodyMemoryBytes: number;
  /**
   * Size of all uploaded files on disk at once, shared like `bodyMemoryBytes`. For the whole handler. Above it: 429.
   * Default: 4 GiB (4,294,967,296 bytes).
   */
  readonly spooledBytes: number;
}

/**
 * The limits that an application or an action can set. An omitted limit keeps its default.
 *
 * @example Room for photographs
 * ```ts
 * import { createHandler } from "@hyper/actions";
 * import { assertThrows } from "@std/assert";
 *
 * createHandler({ pages: [], limits: { fileBytes: 20_000_000, bodySeconds: 120 } });
 *
 * // An invalid limit throws on startup.
 * assertThrows(() => createHandler({ pages: [], limits: { files: -1 } }), RangeError);
 * ```
 */
export type LimitsOptions = {
  readonly [Name in Exclude<keyof Limits, "jsonDepth">]?: number | undefined;
};

/** The default limits. */
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

/** Limits for all requests of a handler together, which an action cannot set. */
export const HANDLER_LIMITS = ["streams", "streamsPerCaller", "bodyMemoryBytes", "spooledBytes"] as const;

/** Limits that may have a fraction and must be above zero. */
const SECONDS: ReadonlySet<string> = new Set(["bodySeconds", "documentSeconds", "streamSeconds"]);

/**
 * Resolves limits.
 *
 * @param options The limits of the application or of an action.
 * @param base The values of omitted limits: the defaults, or the limits of the application.
 * @returns All limits.
 * @throws {RangeError} When a name is unknown, a count is negative or not an integer, or a time is not above zero.
 */
export function resolveLimits(options: LimitsOptions = {}, base: Limits = DEFAULT_LIMITS): Limits {
  const given: Record<string, number> = {};
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    if (!Object.hasOwn(DEFAULT_LIMITS, name) || name === "jsonDepth") {
      const known = Object.keys(DEFAULT_LIMITS).filter((known) => known !== "jsonDepth").join(", ");
      throw new RangeError(`Cannot set limit "${name}": it does not exist; use one of ${known}`);
    }
    const fine = SECONDS.has(name) ? value > 0 : value >= 0 && (Number.isInteger(value) || value === Infinity);
    if (typeof value !== "number" || !fine) {
      const rule = SECONDS.has(name) ? "a number above 0" : "an integer from 0 up";
      throw new RangeError(`Cannot set limit "${name}" to ${value}: it must be ${rule}, or Infinity for no limit`);
    }
    given[name] = value;
  }
  const { depth } = given;
  return Object.freeze({ ...base, ...given, ...(depth === undefined ? {} : { jsonDepth: depth }) });
}
