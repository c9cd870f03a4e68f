// Comparing paths.
import { isAbsolute, relative, SEPARATOR } from "@std/path";

/** Returns whether an absolute path is a folder or inside it. Links are not followed: pass real paths if a link could lead out. */
export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  // On Windows, the relative path from one drive to another is absolute.
  return way !== ".." && !way.startsWith(`..${SEPARATOR}`) && !isAbsolute(way);
}
