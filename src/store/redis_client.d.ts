// The part of `@redis/client` that the connection uses. The types of the package itself declare every command and module, and
// need the types of Node.

/** A connection to Redis. It is an event emitter of Node. */
export interface Client {
  connect(): Promise<unknown>;
  destroy(): void;
  on(event: "ready" | "error", listener: (error?: unknown) => void): unknown;
  sendCommand(args: string[]): Promise<unknown>;
  /** Subscribes to a channel, also after a reconnect. */
  subscribe(channel: string, listener: (message: string) => void): Promise<unknown>;
  unsubscribe(channel: string): Promise<unknown>;
}

/** Options for {@linkcode createClient}. Times are in milliseconds. */
export interface ClientOptions {
  readonly url: string;
  /** If `true`, a command is rejected while the connection is down. */
  readonly disableOfflineQueue: boolean;
  /** Time until a command must be written; `0` for no limit. */
  readonly commandOptions: { readonly timeout: number };
  /**
   * Notices of hosted Redis before it moves. Any value except `"disabled"` reads two environment variables, for which the
   * deployment guide does not allow.
   */
  readonly maintNotifications: "disabled";
  readonly socket: {
    readonly connectTimeout: number;
    /** Returns the pause before the next attempt, or `false` to give up. */
    readonly reconnectStrategy: (retries: number) => number | false;
  };
}

/** Creates a client that is not connected yet. */
export function createClient(options: ClientOptions): Client;
