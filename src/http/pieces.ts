// Bytes that arrive in pieces.

/** Bytes of an `ArrayBuffer`, as the chunks of a body are. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** Size from which a piece is kept as it is, in bytes. Smaller pieces are copied into blocks of this size. */
const BLOCK_BYTES = 4_096;

/**
 * Collects pieces in about as much memory as they have bytes. A piece is a view of a read buffer of at least 4 KiB, and a client may
 * send a megabyte as a million chunks of one byte.
 */
export class Pieces {
  /** Total number of bytes. */
  size = 0;
  readonly #done: Bytes[] = [];
  /** The only piece so far, as most bodies and fields have one. It is not copied. */
  #only: Bytes | null = null;
  /** The block that small pieces are copied into, and its used bytes. */
  #block: Bytes | null = null;
  #used = 0;

  /** Adds a piece. */
  add(piece: Bytes): void {
    if (this.size === 0) {
      this.#only = piece;
    } else {
      if (this.#only !== null) this.#keep(this.#only);
      this.#only = null;
      this.#keep(piece);
    }
    this.size += piece.length;
  }

  /** Returns the bytes in order, as a few pieces. */
  list(): readonly Bytes[] {
    if (this.#only !== null) return [this.#only];
    return this.#block === null ? this.#done : [...this.#done, this.#block.subarray(0, this.#used)];
  }

  /** Returns all bytes. */
  join(): Bytes {
    return this.#only ?? concat(this.list(), this.size);
  }

  #keep(piece: Bytes): void {
    if (piece.length >= BLOCK_BYTES && 2 * piece.length >= piece.buffer.byteLength) {
      this.#close();
      this.#done.push(piece);
      return;
    }
    for (let from = 0; from < piece.length;) {
      this.#block ??= new Uint8Array(BLOCK_BYTES);
      const part = piece.subarray(from, from + BLOCK_BYTES - this.#used);
      this.#block.set(part, this.#used);
      this.#used += part.length;
      from += part.length;
      if (this.#used === BLOCK_BYTES) this.#close();
    }
  }

  #close(): void {
    if (this.#block !== null) this.#done.push(this.#block.subarray(0, this.#used));
    this.#block = null;
    this.#used = 0;
  }
}

/** Joins chunks. `size` is the sum of their lengths. */
export function concat(chunks: readonly Uint8Array[], size: number): Bytes {
  const all = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
