// Bytes of a request as text.
import { InputError } from "../errors.ts";

// A byte order mark is part of the value of a field (URL Standard, 5.1).
const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Decodes UTF-8.
 *
 * @param bytes The bytes.
 * @param subject The beginning of the error message, such as `Cannot read body: a field`.
 * @returns The text, with a byte order mark if there is one.
 * @throws {InputError} With status 400 when the bytes are not UTF-8.
 */
export function decodeUtf8(bytes: Uint8Array, subject: string): string {
  try {
    return strictUtf8.decode(bytes);
  } catch (cause) {
    throw new InputError(400, `${subject} is not UTF-8`, null, { cause });
  }
}
