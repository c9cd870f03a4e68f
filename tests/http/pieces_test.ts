import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { Pieces } from "../../src/http/pieces.ts";

/** Creates a piece as a body contains it: a view of a buffer that may be larger. */
function pieceOf(bytes: readonly number[], buffer = 4_096): Uint8Array<ArrayBuffer> {
  const view = new Uint8Array(Math.max(buffer, bytes.length)).subarray(0, bytes.length);
  view.set(bytes);
  return view;
}

Deno.test("Pieces returns no bytes without pieces, and a single piece unchanged", () => {
  assertEquals([new Pieces().join().length, new Pieces().list()], [0, []]);
  const pieces = new Pieces();
  const piece = pieceOf([1, 2]);
  pieces.add(piece);
  assertStrictEquals(pieces.join(), piece);
  assertStrictEquals(pieces.list()[0], piece);
});

Deno.test("Pieces returns the bytes in order for any pieces", () => {
  const size = fc.oneof(fc.nat(20), fc.constantFrom(4_095, 4_096, 4_097, 9_000));
  fc.assert(
    fc.property(fc.array(fc.tuple(size, fc.boolean()), { maxLength: 20 }), (cuts) => {
      const pieces = new Pieces();
      const expected: number[] = [];
      for (const [length, isWide] of cuts) {
        const bytes = Array.from({ length }, (_, at) => (expected.length + at) % 251);
        expected.push(...bytes);
        pieces.add(pieceOf(bytes, isWide ? 65_536 : 0));
      }
      assertEquals(pieces.size, expected.length);
      assertEquals([...pieces.join()], expected);
      assertEquals(pieces.list().flatMap((piece) => [...piece]), expected);
    }),
    { numRuns: 200 },
  );
});

Deno.test("T12: Pieces of one byte take about as much memory as they have bytes", () => {
  const pieces = new Pieces();
  for (let byte = 0; byte < 100_000; byte++) pieces.add(pieceOf([byte % 251]));
  const buffers = new Set(pieces.list().map(({ buffer }) => buffer));
  const held = Array.from(buffers).reduce((sum, { byteLength }) => sum + byteLength, 0);
  assert(held < 2 * 100_000, `${held} bytes are held`);
  assert(pieces.list().length < 100);
});
