/**
 * Whether one path lies below another.
 *
 * @module
 */
import { isAbsolute, relative, SEPARATOR } from "@std/path";

/**
 * Whether a path is a folder or lies below it. Both are absolute; links are not followed, so give real paths where a link
 * could lead out.
 *
 * @param folder The folder.
 * @param path The path that is to lie inside.
 * @returns Whether it does.
 */
export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  // On Windows the way from one drive to another is an absolute path.
  return way !== ".." && !way.startsWith(`..${SEPARATOR}`) && !isAbsolute(way);
}
