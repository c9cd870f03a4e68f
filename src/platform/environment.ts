// Environment of the process: variables, folders, operating system.
import process from "node:process";
import { isGranted } from "./permissions.ts";

/** `true` on Windows. */
export const IS_WINDOWS = process.platform === "win32";

/** Returns an environment variable; `null` if it is not set or the process may not read it. */
export function readVariable(name: string): string | null {
  return isGranted({ name: "env", variable: name }) ? process.env[name] ?? null : null;
}

/** Returns the working directory. */
export function workingDirectory(): string {
  return process.cwd();
}

/** Returns the path of the main module. */
export function mainModule(): string {
  return process.argv[1] ?? process.cwd();
}

/** Returns the folder for temporary files; `null` if it is not known, or the process may not read and write there. */
export function temporaryDirectory(): string | null {
  const path = readVariable(IS_WINDOWS ? "TEMP" : "TMPDIR") ?? (IS_WINDOWS ? null : "/tmp");
  if (path === null) return null;
  return isGranted({ name: "write", path }) && isGranted({ name: "read", path }) ? path : null;
}
