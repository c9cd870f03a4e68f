/**
 * Bytes that come in pieces.
 *
 * @module
 */

/** Bytes in a buffer of their own, as a body's chunks are. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** A piece of these bytes or more is kept as it came; smaller ones are gathered in blocks of as many. */
const BLOCK_BYTES = 4_096;

/**
 * Keeps pieces in about as much memory as they have bytes. Each piece that is read is a view of a buffer that was made to
 * read into, of 4 KiB at the least, and a sender may cut a megabyte into a million chunks of one byte.
 */
export class Pieces {
  /** How many bytes there are. */
  size = 0;
  readonly #done: Bytes[] = [];
  /** The only piece so far, which most bodies and fields are; it is as good as it came. */
  #only: Bytes | null = null;
  /** What small pieces are copied into, and how far it is full. */
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

  /** All pieces in order, in a few. */
  list(): readonly Bytes[] {
    if (this.#only !== null) return [this.#only];
    return this.#block === null ? this.#done : [...this.#done, this.#block.subarray(0, this.#used)];
  }

  /** All bytes. */
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

/** Joins chunks; `size` is the sum of their lengths. */
export function concat(chunks: readonly Uint8Array[], size: number): Bytes {
  const all = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
