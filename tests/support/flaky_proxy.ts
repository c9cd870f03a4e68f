/**
 * A network between a browser and a server, in which a test can drop and stall connections.
 */

/** The network. */
export interface FlakyProxy extends AsyncDisposable {
  /** URL of the server through the network. */
  readonly url: string;
  /** Ends every connection at once. */
  drop(): void;
  /** Stalls all data until `flow()` is called. Connections stay open. */
  stall(): void;
  /** Ends `stall()`. */
  flow(): void;
  /** Redirects new connections to another port, like a host name after a failover. Open connections are kept. */
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
  // Data waits for this promise. It is resolved unless the network is stalled.
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
      // The connection was dropped, or either end has closed it.
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
        // The server cannot be reached: the connection is closed.
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
