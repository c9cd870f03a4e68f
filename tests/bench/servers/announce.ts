/** Prints the port for the process that has started this server, and ends with it. */
export function announce({ port }: { readonly port: number }): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${port}\n`));
  void endWithParent();
}

async function endWithParent(): Promise<void> {
  for await (const _chunk of Deno.stdin.readable); // Ends with the process at the other end.
  Deno.exit(0);
}
