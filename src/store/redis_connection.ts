/**
 * A connection to Redis that fails fast, says where it leads, and finds its way back by itself.
 *
 * @module
 */
import { logError, notify, type Report, reportTo } from "../callback.ts";
// @ts-types="./redis_client.d.ts"
import { type Client, createClient } from "@redis/client";
import { isA } from "../errors.ts";
import { DeadlineError, within } from "./deadline.ts";

/** Where Redis is, and how it is used. */
export interface RedisOptions {
  /**
   * Where it is: `redis://[[user]:password@]host[:port][/database]`, or `rediss:` over TLS. A server that answers as a replica
   * does (`READONLY`), or as one that cannot be written to for now, is left for a new connection by the same URL: give a name
   * that leads to the primary. Default: `redis://127.0.0.1:6379`.
   */
  readonly url?: string | undefined;
  /** What every key and channel begins with; nothing else may use it. Default: `"hyper:"`. */
  readonly prefix?: string | undefined;
  /** Seconds after which a command that is not answered has failed, above 0. Default: 2. */
  readonly timeoutSeconds?: number | undefined;
  /**
   * Called when the connection is lost, once for each time, and with what goes wrong where no caller waits. What it throws itself
   * is logged to the console and changes nothing. Default: the console.
   */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** Milliseconds before the first attempt to connect again; doubled for each, up to the longest. */
const FIRST_PAUSE = 50;
const LONGEST_PAUSE = 1_000;
/** Milliseconds without any answer after which the connection is given up for a new one: its other end may be gone. */
const SILENCE = 10_000;
/**
 * What a server answers that is there, and is not the one to ask: a replica, one that loads its data or has lost its primary
 * or its replicas. After a failover the same URL leads to another. Redis before 7 puts the word behind the name of a script.
 */
const NOT_THE_ONE = /\b(?:READONLY|LOADING|MASTERDOWN|CLUSTERDOWN|NOREPLICAS)\b/;
/** Milliseconds between two connections that are made anew because of it; doubled for each, up to the longest. */
const FIRST_RENEWAL = 500;
const LONGEST_RENEWAL = 30_000;

/** A connection. It is made by {@linkcode RedisConnection.open}. */
export class RedisConnection implements AsyncDisposable {
  /** Host and port, without the password: for messages. */
  readonly where: string;
  /** What every key begins with. */
  readonly prefix: string;
  /** The number of the database: channels, unlike keys, are not apart by it. */
  readonly database: string;
  readonly #url: string;
  readonly #timeout: number;
  readonly #onError: Report;
  /** What is listened to, for a connection that is made anew. */
  readonly #channels = new Map<string, (message: string) => void>();
  /** Called when the connection is back. */
  readonly #onReady = new Set<() => void>();
  #client: Client;
  /** Whether it was up at least once: until then no attempt is made again. */
  #started = false;
  /** Whether its loss has been told; reset when it is back. */
  #isLossTold = false;
  /** Since when nothing has been answered; `null` while answers come. */
  #silentSince: number | null = null;
  /** Before this time the connection is not made anew for what its server answers; in the milliseconds of `performance.now()`. */
  #renewAfter = -Infinity;
  /** Milliseconds to the renewal after the next; begins anew when none was needed for twice the longest. */
  #renewalPause = FIRST_RENEWAL;
  #closed = false;

  private constructor(
    { url = "redis://127.0.0.1:6379", prefix = "hyper:", timeoutSeconds = 2, onError }: RedisOptions,
  ) {
    const parsed = URL.parse(url);
    if (parsed === null || !/^rediss?:$/.test(parsed.protocol)) {
      // The URL is not quoted: it may hold a password.
      throw new TypeError("Cannot connect to Redis: url takes the form redis://user:password@host:port/database");
    }
    if (!(timeoutSeconds > 0)) {
      throw new RangeError(`Cannot connect to Redis: timeoutSeconds is ${timeoutSeconds}, more than 0 are needed`);
    }
    this.where = `${parsed.protocol}//${parsed.host}`;
    this.prefix = prefix;
    this.database = parsed.pathname.slice(1) || "0";
    this.#url = url;
    this.#timeout = timeoutSeconds * 1000;
    this.#onError = onError ?? ((error) => logError(error, `Redis at ${this.where}`));
    this.#client = this.#createClient();
  }

  /**
   * Connects.
   *
   * @param options Where to.
   * @returns The connection, up.
   * @throws {Error} When Redis is not there, or does not answer in time.
   */
  static async open(options: RedisOptions): Promise<RedisConnection> {
    const connection = new RedisConnection(options);
    try {
      await connection.#within(connection.#client.connect(), "connecting");
    } catch (error) {
      connection.#closed = true;
      connection.#client.destroy();
      throw new Error(
        `Cannot connect to Redis at ${connection.where}: ${messageOf(error)}; start it there, or give its url`,
        { cause: error },
      );
    }
    connection.#started = true;
    return connection;
  }

  /**
   * Sends a command.
   *
   * @param args The command and its arguments.
   * @param onLate Told of an answer that came after the command had counted as failed.
   * @returns The answer.
   * @throws {Error} When the connection is down, or no answer comes in time. The command may have been carried out.
   */
  async send(args: string[], onLate?: (answer: unknown) => void): Promise<unknown> {
    try {
      return await this.#within(this.#client.sendCommand(args), args[0] ?? "", onLate);
    } catch (error) {
      this.#noteRefusal(error);
      throw error;
    }
  }

  /** Listens to a channel, over lost connections too. */
  async subscribe(channel: string, listener: (message: string) => void): Promise<void> {
    this.#channels.set(channel, listener);
    try {
      await this.#within(this.#client.subscribe(channel, listener), "SUBSCRIBE");
    } catch (error) {
      this.#channels.delete(channel);
      throw error;
    }
  }

  /** Listens no more. */
  async unsubscribe(channel: string): Promise<void> {
    if (!this.#channels.delete(channel) || this.#closed) return;
    try {
      await this.#within(this.#client.unsubscribe(channel), "UNSUBSCRIBE");
    } catch {
      // A connection that is down has no subscriptions, and makes only those anew that are still wanted.
    }
  }

  /** Calls a function each time the connection is back and its channels are listened to again. */
  onReady(listener: () => void): void {
    this.#onReady.add(listener);
  }

  // deno-lint-ignore require-await -- the contract is asynchronous
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#client.destroy();
  }

  #createClient(): Client {
    const client = createClient({
      url: this.#url,
      // Waiting for a connection would hold a request open that is better refused at once.
      disableOfflineQueue: true,
      // Ours bounds the answer too, not only the time until a command is written.
      commandOptions: { timeout: 0 },
      maintNotifications: "disabled",
      socket: {
        connectTimeout: 5_000,
        reconnectStrategy: (retries) => this.#started && Math.min(FIRST_PAUSE * 2 ** retries, LONGEST_PAUSE),
      },
    });
    client.on("error", (error) => {
      // Without a listener it would end the process. The first one is told by `open()` itself.
      if (!this.#started || this.#closed || this.#client !== client) return;
      this.#tellLoss(new Error(`Lost the connection to Redis at ${this.where}: ${messageOf(error)}`, { cause: error }));
    });
    client.on("ready", () => {
      if (!this.#started || this.#client !== client) return;
      this.#isLossTold = false;
      this.#silentSince = null;
      notify(() => this.#listenAgain(client), this.#onError);
    });
    return client;
  }

  /** Listens to what is still listened to: a client that lost its connection does so itself, a new one has to be told. */
  async #listenAgain(client: Client): Promise<void> {
    try {
      await Promise.all(Array.from(this.#channels, ([channel, listener]) => client.subscribe(channel, listener)));
    } catch (error) {
      // Lost once more: done again when the connection is back.
      if (!this.#closed && this.#client === client) this.#tellLoss(error);
      return;
    }
    if (this.#client === client) { for (const listener of this.#onReady) notify(listener, this.#onError); }
  }

  async #within(answer: Promise<unknown>, command: string, onLate?: (answer: unknown) => void): Promise<unknown> {
    answer.then(() => this.#silentSince = null, () => {}); // Thrown below.
    const seconds = this.#timeout / 1000;
    const message = `Redis at ${this.where} does not answer: ${command} took more than ${seconds} s`;
    try {
      return await within(answer, seconds, { message, onLate });
    } catch (error) {
      if (isA(error, DeadlineError)) this.#noteSilence();
      throw error;
    }
  }

  /** A connection whose other end has gone without a word is silent for as long as the system takes it for alive. */
  #noteSilence(): void {
    this.#silentSince ??= performance.now() - this.#timeout;
    if (!this.#started || this.#closed || performance.now() - this.#silentSince < SILENCE) return;
    this.#silentSince = null;
    this.#renew();
  }

  /** A connection to a server that is not the one to ask any more stays up for as long as that server does. */
  #noteRefusal(error: unknown): void {
    if (!(error instanceof Error) || !NOT_THE_ONE.test(error.message)) return;
    const now = performance.now();
    if (!this.#started || this.#closed || now < this.#renewAfter) return;
    if (now - this.#renewAfter > 2 * LONGEST_RENEWAL) this.#renewalPause = FIRST_RENEWAL;
    this.#renewAfter = now + this.#renewalPause;
    this.#renewalPause = Math.min(2 * this.#renewalPause, LONGEST_RENEWAL);
    this.#tellLoss(new Error(`Left Redis at ${this.where}: ${error.message}`, { cause: error }));
    this.#renew();
  }

  /** Leaves the connection for a new one by the same URL. */
  #renew(): void {
    this.#client.destroy();
    const client = this.#client = this.#createClient();
    // A connection that fails is tried again by the client itself, and ends here when this is closed or left as well.
    notify(() => client.connect(), (error) => {
      if (!this.#closed && this.#client === client) this.#tellLoss(error);
    });
  }

  /** Tells of a loss, once until the connection is back. */
  #tellLoss(error: unknown): void {
    if (this.#isLossTold) return;
    this.#isLossTold = true;
    // Thrown out of a listener of the client, it would keep that from connecting again.
    reportTo(this.#onError, error);
  }
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Where each address of a host fails, the reasons are one level down.
  const [first]: unknown[] = error instanceof AggregateError ? error.errors : [];
  return error.message || (first instanceof Error ? first.message : "") || error.name;
}
