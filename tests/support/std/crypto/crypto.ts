/**
 * The stand-in for `@std/crypto/crypto`, typed as `crypto/crypto.ts` of denoland/std has it: Web Crypto with the synchronous digest
 * that the real package adds.
 */
import { createHash } from "node:crypto";

type DigestAlgorithm = "SHA-256";

/** `@std/crypto` accepts iterables too; we only ever digest bytes. */
export const crypto: Omit<Crypto, "subtle"> & {
  readonly subtle: SubtleCrypto & { digestSync(algorithm: DigestAlgorithm, data: BufferSource): ArrayBuffer };
} = {
  getRandomValues: globalThis.crypto.getRandomValues.bind(globalThis.crypto),
  randomUUID: () => globalThis.crypto.randomUUID(),
  subtle: new Proxy(globalThis.crypto.subtle, {
    get(target, property) {
      if (property === "digestSync") return digestSync;
      const value = Reflect.get(target, property, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
    // The proxy answers `digestSync` above; everything else is SubtleCrypto's own.
  }) as SubtleCrypto & { digestSync: typeof digestSync },
};

function digestSync(_algorithm: DigestAlgorithm, data: BufferSource): ArrayBuffer {
  const bytes = ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
  return new Uint8Array(createHash("sha256").update(bytes).digest()).buffer;
}
