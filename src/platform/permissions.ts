// Permissions of the process.

/**
 * Returns whether the process has a permission. It is queried, not requested: on a terminal a request would stop the server
 * with a question. Deno's: Node and Bun have other permissions, or none.
 */
export function isGranted(permission: Deno.PermissionDescriptor): boolean {
  return Deno.permissions.querySync(permission).state === "granted";
}
