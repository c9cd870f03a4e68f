/**
 * A network between a browser and a server, which loses connections and holds them up when a test wants it.
 */

/** The network. */
export interface FlakyProxy extends AsyncDisposable {
  /** URL of the server through the proxy. */
  readonly url: string;
  /** Ends every connection at once, in the middle of whatever it carries. */
  drop(): void;
  /** Lets nothing through until `flow()` is called; connections stay open and are silent. */
  stall(): void;
  /** Lets everything through again. */
  flow(): void;
  /** Leads new connections to another port, as a name does after a failover; those that are open stay where they are. */
  lead(port: number): void;
}

/**
 * Opens a network to a server.
 *
 * @param port The server's port on this machine.
 */
export function openFlakyProxy(port: number): FlakyProxy {
  const hostname = "127.0.0.1";
  let target = port;
  const listener = Deno.listen({ hostname, port: 0 });
  const open = new Set<Deno.TcpConn>();
  const running = new Set<Promise<void>>();
  // Data waits for this promise, which is resolved while the proxy is open.
  let gate = Promise.withResolvers<void>();
  gate.resolve();

  const track = (promise: Promise<void>): void => {
    const done = promise.finally(() => running.delete(done));
    running.add(done);
  };
  const close = (connection: Deno.TcpConn): void => {
    if (open.delete(connection)) connection.close();
  };
  const carry = async (from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> => {
    const buffer = new Uint8Array(16_384);
    try {
      for (let count = await from.read(buffer); count !== null; count = await from.read(buffer)) {
        await gate.promise;
        for (let sent = 0; sent < count;) sent += await to.write(buffer.subarray(sent, count));
      }
    } catch {
      // The connection was lost, by us or by either end: that is what this is for.
    }
    close(from);
    close(to);
  };
  track((async () => {
    for await (const visitor of listener) {
      open.add(visitor);
      try {
        const server = await Deno.connect({ hostname, port: target });
        open.add(server);
        track(carry(visitor, server));
        track(carry(server, visitor));
      } catch {
        // Without a server, the connection is closed.
        close(visitor);
      }
    }
  })());

  const drop = () => open.forEach(close);
  return {
    url: `http://${hostname}:${listener.addr.port}`,
    drop,
    stall: () => void (gate = Promise.withResolvers<void>()),
    flow: () => gate.resolve(),
    lead: (port) => void (target = port),
    async [Symbol.asyncDispose](): Promise<void> {
      listener.close();
      gate.resolve();
      drop();
      await Promise.all(running);
    },
  };
}
