/**
 * Files that an action takes itself as they arrive, in place of memory and disk.
 *
 * @module
 */
import { notify, type Report } from "../callback.ts";
import type { RequestContext } from "../context.ts";
import { startSha256 } from "../platform/hash.ts";
import type { FieldMap, FieldValue } from "./field_map.ts";
import { disposeFiles, type IncomingFile, type OnFile } from "./multipart.ts";

/** Where a file is that was taken as it arrived. */
export interface UploadResult {
  /** What it is found again by, such as its path or the name of an object in a bucket. */
  readonly key: string;
  /**
   * Removes it, when nobody will ask for it: the body broke off after it, the request was refused, the mutation had run
   * before, or the handler threw. What it throws is reported and changes nothing. Default: it stays where it is.
   */
  readonly discard?: (() => void | PromiseLike<void>) | undefined;
}

/**
 * Takes one file while it arrives: reads its `stream`, puts the bytes somewhere, and says where. The form around it is
 * read, guarded and validated after, so that what is stored here is not yet accepted.
 *
 * Where the file is cut off or above `fileBytes` its stream fails, and the function is to fail with it: what it has
 * written by then is its own to remove.
 *
 * @param file What arrives. The name is the sender's and no path to write to.
 * @param ctx The request, before its body: what a guard is told.
 * @returns Where it is now, or nothing: then it is as if no file had been chosen.
 */
export type UploadHandler = (
  file: IncomingFile,
  ctx: RequestContext,
) => string | UploadResult | void | PromiseLike<string | UploadResult | void>;

/** As many bytes as telling a file's type by its content takes. */
const HEAD_BYTES = 8_192;

/** What is known of a file that was taken. */
interface StoredFacts {
  readonly key: string;
  readonly size: number;
  readonly sha256: string;
  readonly head: Uint8Array<ArrayBuffer>;
  readonly discard: () => void | PromiseLike<void>;
}

/**
 * A file that `onFile` of an action has taken: the value of its field, in a form and in the kwargs. It has the name, type
 * and size of what came, and passes as a `File` where a form checks these and the first bytes; the content is where `key`
 * says, and is not read here.
 *
 * @example Keeping what was stored
 * ```ts
 * import { action, StoredFile } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * const objects = new Map<string, Uint8Array>();
 * const save = action("save_photo", {
 *   onFile: async ({ stream }) => {
 *     const key = crypto.randomUUID();
 *     objects.set(key, await new Response(stream).bytes());
 *     return { key, discard: () => void objects.delete(key) };
 *   },
 * }, ({ data }) => data.photo instanceof StoredFile ? { photo: data.photo.key } : { photo: null });
 * assertEquals(save.name, "save_photo");
 * ```
 */
export class StoredFile extends File implements AsyncDisposable {
  /** What `onFile` said the file is found again by. */
  readonly key: string;
  /** The SHA-256 of its content, 64 hex digits. */
  readonly sha256: string;
  readonly #size: number;
  readonly #head: Uint8Array<ArrayBuffer>;
  // Cleared when the handler has taken the file over, or the file is gone: it is removed once at most.
  #discard: StoredFacts["discard"] | null;

  /**
   * Describes a file that lies elsewhere.
   *
   * @param name The name the visitor's browser gave it.
   * @param type Its media type, as the browser said.
   * @param facts Where it is, how large, and how it begins.
   */
  constructor(name: string, type: string, facts: StoredFacts) {
    super([], name, { type });
    this.key = facts.key;
    this.sha256 = facts.sha256;
    this.#size = facts.size;
    this.#head = facts.head;
    this.#discard = facts.discard;
  }

  /** How many bytes came. */
  override get size(): number {
    return this.#size;
  }

  /**
   * A part of the first 8,192 bytes.
   *
   * @throws {TypeError} For what lies behind them.
   */
  override slice(start = 0, end: number = this.#size, type = ""): Blob {
    const from = start < 0 ? Math.max(this.#size + start, 0) : Math.min(start, this.#size);
    const to = end < 0 ? Math.max(this.#size + end, 0) : Math.min(end, this.#size);
    if (to > this.#head.length && from < to) throw this.#elsewhere();
    return new Blob([this.#head.subarray(from, Math.max(from, to))], { type });
  }

  /**
   * Throws: the content is where `key` says.
   *
   * @throws {TypeError} Always.
   */
  override stream(): never {
    throw this.#elsewhere();
  }

  /** Rejects with a `TypeError`: the content is where `key` says. */
  override arrayBuffer(): Promise<never> {
    return Promise.reject(this.#elsewhere());
  }

  /** Rejects with a `TypeError`: the content is where `key` says. */
  override bytes(): Promise<never> {
    return Promise.reject(this.#elsewhere());
  }

  /** Rejects with a `TypeError`: the content is where `key` says. */
  override text(): Promise<never> {
    return Promise.reject(this.#elsewhere());
  }

  /** Leaves the file where it is, whatever comes. */
  persist(): void {
    this.#discard = null;
  }

  /** Removes the file where it lies, unless somebody keeps it. */
  async [Symbol.asyncDispose](): Promise<void> {
    const discard = this.#discard;
    this.#discard = null;
    await discard?.();
  }

  #elsewhere(): TypeError {
    return new TypeError(
      `Cannot read file "${this.name}": onFile has taken it, its content is under the key "${this.key}"`,
    );
  }
}

/**
 * Lets an action take files as they arrive, and remembers of each what a form and a repeat are checked by.
 *
 * @param take The action's own function.
 * @param ctx What it is told of the request.
 * @param onError Told what a `discard` throws.
 * @returns What {@linkcode readBody} hands files to.
 */
export function storingFiles(take: UploadHandler, ctx: RequestContext, onError: Report): OnFile {
  return async (file) => {
    const source = file.stream.getReader();
    const content = new Content();
    const read = async (): Promise<Uint8Array<ArrayBuffer> | null> => {
      const { done, value } = await source.read();
      if (done) return null;
      content.add(value);
      return value;
    };
    // Cancelled, it gives no more; what is left of the file is a part of it all the same, and is read below.
    const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
      async pull(controller) {
        const chunk = await read();
        if (chunk === null) controller.close();
        else controller.enqueue(chunk);
      },
    }, { highWaterMark: 0 });
    const taken = await take({ ...file, stream }, ctx);
    if (taken === undefined) return undefined;
    const given = typeof taken === "string" ? { key: taken } : taken;
    const discard = async (): Promise<void> => {
      await notify(() => given.discard?.(), onError);
    };
    try {
      while (await read() !== null);
    } catch (error) {
      await discard();
      throw error;
    }
    return new StoredFile(file.filename, file.type, { ...content.facts(), key: given.key, discard });
  };
}

/**
 * Hands over the files of a body that had to be read before its action was known.
 *
 * @param fields The fields; their temporary files are gone afterwards.
 * @param onFile What takes them.
 * @returns The fields with what it gave back in place of the files.
 */
export async function storeFiles(fields: FieldMap, onFile: OnFile): Promise<FieldMap> {
  const stored = new Map<string, FieldValue[]>();
  try {
    for (const [name, values] of fields) {
      const kept: FieldValue[] = [];
      stored.set(name, kept);
      for (const value of values) {
        const given = typeof value === "string"
          ? value
          : await onFile({ name, filename: value.name, type: value.type, stream: value.stream() });
        if (given !== undefined) kept.push(given);
      }
      if (kept.length === 0) stored.delete(name);
    }
  } catch (error) {
    await disposeFiles(stored);
    throw error;
  }
  await disposeFiles(fields);
  return stored;
}

/** What is remembered of bytes that go by. */
class Content {
  readonly #hash = startSha256();
  readonly #head = new Uint8Array(HEAD_BYTES);
  #size = 0;

  add(chunk: Uint8Array): void {
    const room = HEAD_BYTES - this.#size;
    if (room > 0) this.#head.set(chunk.subarray(0, room), this.#size);
    this.#size += chunk.length;
    this.#hash.update(chunk);
  }

  facts(): Pick<StoredFacts, "size" | "sha256" | "head"> {
    return { size: this.#size, sha256: this.#hash.digest("hex"), head: this.#head.slice(0, this.#size) };
  }
}
