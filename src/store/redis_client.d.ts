/**
 * What is used of the client of Redis. Its own types say the same of every command and module it knows, and need those of
 * Node.
 *
 * @module
 */

/** A connection to Redis. */
export interface Client {
  /** Connects; rejects when the strategy gives up. */
  connect(): Promise<unknown>;
  /** Ends the connection at once. */
  destroy(): void;
  /** It is an event emitter of Node. */
  on(event: "ready" | "error", listener: (error?: unknown) => void): unknown;
  /** Sends a command as it is. */
  sendCommand(args: string[]): Promise<unknown>;
  /** Listens to a channel, over lost connections too. */
  subscribe(channel: string, listener: (message: string) => void): Promise<unknown>;
  /** Listens no more. */
  unsubscribe(channel: string): Promise<unknown>;
}

/** What is said of a connection. */
export interface ClientOptions {
  /** Where it leads. */
  readonly url: string;
  /** Refuse commands while the connection is down, in place of keeping them for later. */
  readonly disableOfflineQueue: boolean;
  /** Milliseconds until a command must be written; 0 for no bound. */
  readonly commandOptions: { readonly timeout: number };
  /**
   * Notices of hosted Redis that it is about to move. Anything but `"disabled"` reads two environment variables, which a
   * program with the permissions of the deployment guide may not.
   */
  readonly maintNotifications: "disabled";
  /** How it connects. */
  readonly socket: {
    /** Milliseconds a connection may take. */
    readonly connectTimeout: number;
    /** Milliseconds until the next attempt, or `false` for none. */
    readonly reconnectStrategy: (retries: number) => number | false;
  };
}

/** Makes a client that is not connected. */
export function createClient(options: ClientOptions): Client;
