// Files that an action stores itself as they arrive, instead of memory and disk.
import { notify, type Report } from "../callback.ts";
import type { RequestContext } from "../context.ts";
import { startSha256 } from "../platform/hash.ts";
import type { FieldMap, FieldValue } from "./field_map.ts";
import { disposeFiles, type IncomingFile, type OnFile } from "./multipart.ts";

/** Result of an {@linkcode UploadHandler}: where the file is stored. */
export interface UploadResult {
  /** Identifies the file, such as a path or the name of an object in a bucket. */
  readonly key: string;
  /**
   * Called to remove a file that is not needed: the rest of the body failed, the request was rejected, the mutation had run before, or
   * the action function threw. An error is reported and has no other effect. Default: the file stays.
   */
  readonly discard?: (() => void | PromiseLike<void>) | undefined;
}

/**
 * Stores one file as it arrives: reads `stream`, writes the bytes somewhere, and returns where. The form is read, guarded and
 * validated afterwards, so a stored file is not accepted yet.
 *
 * If the file is cut off or larger than `fileBytes`, `stream` fails, and the function must reject and remove what it has written.
 *
 * @param file The file. Its name comes from the client: do not use it as a path.
 * @param ctx The request before its body, as guards receive it.
 * @returns Where the file is stored. Without a result, the field has no file.
 */
export type UploadHandler = (
  file: IncomingFile,
  ctx: RequestContext,
) => string | UploadResult | void | PromiseLike<string | UploadResult | void>;

/** Number of bytes by which the type of a file can be recognized. */
const HEAD_BYTES = 8_192;

/** The facts about a stored file. */
interface StoredFacts {
  readonly key: string;
  readonly size: number;
  readonly sha256: string;
  readonly head: Uint8Array<ArrayBuffer>;
  readonly discard: () => void | PromiseLike<void>;
}

/**
 * A file that `onFile` of an action has stored: the value of its field in forms and kwargs. It has the name, type and size of the
 * upload, and forms validate these and the first bytes as for any `File`. The content is stored under `key` and cannot be read here.
 *
 * @example Storing files
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
  /** The key that `onFile` returned. */
  readonly key: string;
  /** SHA-256 of the content, in 64 hexadecimal digits. */
  readonly sha256: string;
  readonly #size: number;
  readonly #head: Uint8Array<ArrayBuffer>;
  // `null` once the file is persisted or removed: it is removed at most once.
  #discard: StoredFacts["discard"] | null;

  /**
   * Creates the value of a stored file.
   *
   * @param name The file name from the client.
   * @param type The media type from the client.
   * @param facts Where it is stored, its size and its first bytes.
   */
  constructor(name: string, type: string, facts: StoredFacts) {
    super([], name, { type });
    this.key = facts.key;
    this.sha256 = facts.sha256;
    this.#size = facts.size;
    this.#head = facts.head;
    this.#discard = facts.discard;
  }

  /** Size in bytes. */
  override get size(): number {
    return this.#size;
  }

  /**
   * Returns a part of the first 8,192 bytes.
   *
   * @throws {TypeError} When the part exceeds them.
   */
  override slice(start = 0, end: number = this.#size, type = ""): Blob {
    const from = start < 0 ? Math.max(this.#size + start, 0) : Math.min(start, this.#size);
    const to = end < 0 ? Math.max(this.#size + end, 0) : Math.min(end, this.#size);
    if (to > this.#head.length && from < to) throw this.#elsewhere();
    return new Blob([this.#head.subarray(from, Math.max(from, to))], { type });
  }

  /**
   * Throws: the content is stored under `key`.
   *
   * @throws {TypeError} Always.
   */
  override stream(): never {
    throw this.#elsewhere();
  }

  /** Rejects with a `TypeError`: the content is stored under `key`. */
  override arrayBuffer(): Promise<never> {
    return Promise.reject(this.#elsewhere());
  }

  /** Rejects with a `TypeError`: the content is stored under `key`. */
  override bytes(): Promise<never> {
    return Promise.reject(this.#elsewhere());
  }

  /** Rejects with a `TypeError`: the content is stored under `key`. */
  override text(): Promise<never> {
    return Promise.reject(this.#elsewhere());
  }

  /** Keeps the file: it is not removed after the request. */
  persist(): void {
    this.#discard = null;
  }

  /** Removes the file unless it was persisted. */
  async [Symbol.asyncDispose](): Promise<void> {
    const discard = this.#discard;
    this.#discard = null;
    await discard?.();
  }

  #elsewhere(): TypeError {
    return new TypeError(
      `Cannot read file "${this.name}": onFile has stored it; read its content with the key "${this.key}"`,
    );
  }
}

/**
 * Creates the callback that stores files with the function of an action, and records what forms and repeats need of them.
 *
 * @param take The function of the action.
 * @param ctx The request that the function receives.
 * @param onError Called with an error of `discard`.
 * @returns The callback for {@linkcode readBody}.
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
    // After a cancel, the rest of the file is read below: its hash and its size cover all of it.
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
 * Stores the files of a body that was read before its action was known.
 *
 * @param fields The fields. Their temporary files are removed.
 * @param onFile Stores one file.
 * @returns The fields with the stored files.
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

/** Size, hash and first bytes of a stream. */
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
