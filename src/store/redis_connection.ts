// A connection to Redis that fails fast and reconnects by itself.
import { logError, notify, type Report, reportTo } from "../callback.ts";
// @ts-types="./redis_client.d.ts"
import { type Client, createClient } from "@redis/client";
import { isA } from "../errors.ts";
import { callWithin, DeadlineError } from "./deadline.ts";
import { RenewalPolicy } from "./redis_renewal.ts";

/** Options for the connection to Redis. */
export interface RedisOptions {
  /**
   * Address of Redis: `redis://[[user]:password@]host[:port][/database]`, or `rediss:` for TLS. If the server turns out to be
   * a replica (`READONLY`) or cannot accept writes, the connection is replaced by a new one to the same URL: use a host name
   * that leads to the primary. Default: `redis://127.0.0.1:6379`.
   */
  readonly url?: string | undefined;
  /** Prefix of every key and channel. Nothing else may use it. Default: `"hyper:"`. */
  readonly prefix?: string | undefined;
  /** Time to wait for a reply, in seconds, above 0. A command without a reply then fails. Default: `2`. */
  readonly timeoutSeconds?: number | undefined;
  /**
   * Called once each time the connection is lost, and with errors that no caller receives. An error that it throws is logged
   * to the console. Default: logs the error to the console.
   */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** First pause before an attempt to reconnect, in milliseconds. It doubles with each attempt up to the longest. */
const FIRST_PAUSE = 50;
const LONGEST_PAUSE = 1_000;

/** A connection. Create it with {@linkcode RedisConnection.open}. */
export class RedisConnection implements AsyncDisposable {
  /** Prefix of every key. */
  readonly prefix: string;
  /** Number of the database. */
  readonly database: string;
  /** Protocol, host and port without the password, for messages. */
  readonly #where: string;
  readonly #url: string;
  readonly #timeoutSeconds: number;
  readonly #onError: Report;
  /** Channels to subscribe again after a reconnect, with their listeners. */
  readonly #channels = new Map<string, (message: string) => void>();
  #onReady: () => void = () => {};
  readonly #policy = new RenewalPolicy();
  #client: Client;
  /** `true` from the first successful attempt to connect until the connection is disposed. */
  #isOpen = false;
  /** `true` from the report of a loss until the connection is back. */
  #isLossReported = false;

  private constructor(
    { url = "redis://127.0.0.1:6379", prefix = "hyper:", timeoutSeconds = 2, onError }: RedisOptions,
  ) {
    const parsed = URL.parse(url);
    if (parsed === null || !/^rediss?:$/.test(parsed.protocol)) {
      // The URL is not quoted: it may hold a password.
      throw new TypeError(
        "Cannot connect to Redis: url is not a URL of Redis; use redis://user:password@host:port/database",
      );
    }
    if (!(timeoutSeconds > 0)) {
      throw new RangeError(`Cannot connect to Redis: timeoutSeconds is ${timeoutSeconds}; use a number above 0`);
    }
    this.#where = `${parsed.protocol}//${parsed.host}`;
    this.prefix = prefix;
    this.database = parsed.pathname.slice(1) || "0";
    this.#url = url;
    this.#timeoutSeconds = timeoutSeconds;
    this.#onError = onError ?? ((error) => logError(error, `Redis at ${this.#where}`));
    this.#client = this.#createClient();
  }

  /** Connects. Throws if Redis cannot be reached or does not reply in time. */
  static async open(options: RedisOptions): Promise<RedisConnection> {
    const connection = new RedisConnection(options);
    try {
      await connection.#call("connecting", () => connection.#client.connect());
    } catch (error) {
      connection.#client.destroy();
      throw new Error(
        `Cannot connect to Redis at ${connection.#where}: ${failureReasonOf(error)}; start Redis there, or set url`,
        { cause: error },
      );
    }
    connection.#isOpen = true;
    return connection;
  }

  /**
   * Sends a command and returns the reply. Throws if the connection is down or no reply comes in time; Redis may have run the
   * command nevertheless. `onLate` is called with a reply that comes after that.
   */
  async send(args: string[], onLate?: (reply: unknown) => void): Promise<unknown> {
    try {
      return await this.#call(args[0] ?? "", () => this.#client.sendCommand(args), onLate);
    } catch (error) {
      if (error instanceof Error && this.#isOpen && this.#policy.noteError(error)) {
        this.#reportLoss(new Error(`Left Redis at ${this.#where}: ${error.message}`, { cause: error }));
        this.#renew();
      }
      throw error;
    }
  }

  /** Subscribes to a channel, also after each reconnect. */
  async subscribe(channel: string, listener: (message: string) => void): Promise<void> {
    this.#channels.set(channel, listener);
    try {
      await this.#call("SUBSCRIBE", () => this.#client.subscribe(channel, listener));
    } catch (error) {
      this.#channels.delete(channel);
      throw error;
    }
  }

  /** Unsubscribes from a channel. */
  async unsubscribe(channel: string): Promise<void> {
    if (!this.#channels.delete(channel) || !this.#isOpen) return;
    try {
      await this.#call("UNSUBSCRIBE", () => this.#client.unsubscribe(channel));
    } catch {
      // The connection is down, and with it the subscription. After a reconnect only `#channels` are subscribed.
    }
  }

  /** Sets the function that is called each time the connection is back and its channels are subscribed again. */
  onReady(listener: () => void): void {
    this.#onReady = listener;
  }

  // deno-lint-ignore require-await -- the contract is asynchronous
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#client.destroy();
  }

  #createClient(): Client {
    const client = createClient({
      url: this.#url,
      // A request should fail at once rather than wait for a connection.
      disableOfflineQueue: true,
      // This limits only the time until a command is written. `#call()` limits the time until its reply.
      commandOptions: { timeout: 0 },
      maintNotifications: "disabled",
      socket: {
        connectTimeout: 5_000,
        reconnectStrategy: (retries) => this.#isOpen && Math.min(FIRST_PAUSE * 2 ** retries, LONGEST_PAUSE),
      },
    });
    // Without a listener, an error would end the process. `open()` throws the first one.
    client.on("error", (error) => {
      if (!this.#isCurrent(client)) return;
      this.#reportLoss(
        new Error(`Lost the connection to Redis at ${this.#where}: ${failureReasonOf(error)}`, { cause: error }),
      );
    });
    client.on("ready", () => {
      if (!this.#isCurrent(client)) return;
      this.#isLossReported = false;
      this.#policy.noteReply();
      notify(() => this.#resubscribe(client), this.#onError);
    });
    return client;
  }

  #isCurrent(client: Client): boolean {
    return this.#isOpen && this.#client === client;
  }

  /** Subscribes to all channels. A client that reconnects does so itself, but a new client does not know the channels. */
  async #resubscribe(client: Client): Promise<void> {
    try {
      await Promise.all(Array.from(this.#channels, ([channel, listener]) => client.subscribe(channel, listener)));
    } catch (error) {
      // Lost again. The next reconnect subscribes.
      if (this.#isCurrent(client)) this.#reportLoss(error);
      return;
    }
    if (this.#isCurrent(client)) notify(this.#onReady, this.#onError);
  }

  async #call(
    command: string,
    run: () => Promise<unknown>,
    onLate?: (reply: unknown) => void,
  ): Promise<unknown> {
    const message = `Redis at ${this.#where} does not answer: ${command} took more than ${this.#timeoutSeconds} s`;
    const reply = async (): Promise<unknown> => {
      const value = await run();
      this.#policy.noteReply();
      return value;
    };
    try {
      return await callWithin(reply, this.#timeoutSeconds, { message, onLate });
    } catch (error) {
      // The system does not notice for a long time if the other end of a connection has disappeared.
      const isTimeout = isA(error, DeadlineError) && this.#isOpen;
      if (isTimeout && this.#policy.noteTimeout(1000 * this.#timeoutSeconds)) this.#renew();
      throw error;
    }
  }

  /** Replaces the connection by a new one to the same URL. */
  #renew(): void {
    this.#client.destroy();
    const client = this.#client = this.#createClient();
    // The client retries a failed attempt itself. It rejects when it is destroyed.
    notify(() => client.connect(), (error) => {
      if (this.#isCurrent(client)) this.#reportLoss(error);
    });
  }

  /** Reports a loss, once until the connection is back. */
  #reportLoss(error: unknown): void {
    if (this.#isLossReported) return;
    this.#isLossReported = true;
    // An error thrown in a listener of the client would keep the client from reconnecting.
    reportTo(this.#onError, error);
  }
}

/** Returns the reason of a failed connection. If every address of a host fails, the reasons are one level down. */
function failureReasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const [first]: unknown[] = error instanceof AggregateError ? error.errors : [];
  return error.message || (first instanceof Error ? first.message : "");
}
