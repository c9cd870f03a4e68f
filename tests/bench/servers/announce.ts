/** Tells the port to whoever has started this server, and ends with them. */
export function announce({ port }: { readonly port: number }): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${port}\n`));
  void endWithParent();
}

async function endWithParent(): Promise<void> {
  for await (const _chunk of Deno.stdin.readable); // Ends when the one that holds the other end does.
  Deno.exit(0);
}
