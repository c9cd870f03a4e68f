// Errors of the operating system, by their codes.

/**
 * Returns the code of a system error, such as `ENOENT`.
 *
 * @param error The error.
 * @returns The code. For an error of Deno that has none, its name: `NotCapable`, `InvalidData`. Otherwise `null`.
 */
export function errorCode(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  return "code" in error && typeof error.code === "string" ? error.code : error.name === "Error" ? null : error.name;
}

/** Returns whether a file or folder does not exist. `Deno.watchFs()` throws a `NotFound` without a code. */
export function isMissing(error: unknown): boolean {
  return ["ENOENT", "NotFound"].includes(errorCode(error) ?? "");
}

/** Returns whether the operating system, or Deno itself (`NotCapable`), denied access. */
export function isDenied(error: unknown): boolean {
  return ["EACCES", "EPERM", "NotCapable"].includes(errorCode(error) ?? "");
}
