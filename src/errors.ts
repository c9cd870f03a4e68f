/**
 * The few classes that someone catches. A programmer's slip is a `TypeError` or `RangeError` where it is made; a
 * visitor's mistake is a value. What is left are refusals of a request, each with the status it is answered with.
 *
 * @module
 */
import { catalogueText, type UserText } from "./texts/catalogue.ts";

/** Options for every error of this library. */
export interface HyperErrorOptions extends ErrorOptions {
  /** Response headers the refusal needs, such as `Allow` or `Retry-After`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /**
   * Text for users, in place of `message`, which is then for the log alone. Default: none; users read `message` when the status
   * is below 500.
   */
  readonly userText?: UserText | undefined;
}

/**
 * A request that is refused with a status, the base of every error this library throws for one to catch.
 *
 * A handler, guard or dependency may throw one too. Users read its `userText`, else its `message` when the status is
 * below 500; above that, `onError` alone gets the message.
 *
 * @example Refusing from a dependency
 * ```ts
 * import { dependency, HyperError } from "@hyper/actions";
 *
 * const currentUser = dependency("user", ({ request }) => {
 *   const name = request.headers.get("x-user");
 *   if (name === null) throw new HyperError(401, "Sign in to go on");
 *   return name;
 * });
 * ```
 */
export class HyperError extends Error {
  /** The name of the class, for logs and for `switch`. */
  override readonly name: string = "HyperError";
  /** The HTTP status of the answer, 400 to 599. */
  readonly status: number;
  /** Response headers that belong to the refusal. */
  readonly headers: Readonly<Record<string, string>>;
  /** Text for users, in place of `message`; `null` where there is none. */
  readonly userText: UserText | null;

  /**
   * Creates an error.
   *
   * @param status The HTTP status of the answer, 400 to 599.
   * @param message The message; users read it when the status is below 500 and `userText` is not set.
   * @param options The origin as `cause`, and headers of the answer.
   * @throws {RangeError} When `status` is no error status.
   */
  constructor(status: number, message: string, options: HyperErrorOptions = {}) {
    super(message, options);
    if (!Number.isInteger(status) || status < 400 || status > 599) {
      throw new RangeError(`Cannot refuse with status ${status}: an error status is a whole number from 400 to 599`);
    }
    this.status = status;
    this.headers = options.headers ?? {};
    this.userText = options.userText ?? null;
  }
}

/**
 * Returns whether what was thrown is an instance of a class. Never throws: anything can be thrown, a proxy that throws when its
 * prototype is asked for too.
 *
 * @param thrown The value.
 * @param Class The class.
 */
export function isA<T>(thrown: unknown, Class: abstract new (...args: never) => T): thrown is T {
  try {
    return thrown instanceof Class;
  } catch {
    // None of ours does that.
    return false;
  }
}

/** Options for an {@linkcode InputError}. */
export interface InputErrorOptions extends HyperErrorOptions {
  /** The value of the limit that was exceeded. */
  readonly maximum?: number | undefined;
}

/** Input that breaks a rule or a limit of the protocol: 400, 408, 413, 415, 429, 431. `limit` names the limit that was hit. Its message is for the log; users read a text of the catalogue. */
export class InputError extends HyperError {
  /** The name of the class, for logs and for `switch`. */
  override readonly name: string = "InputError";
  /** The name of the option in `limits`, where one was hit. */
  readonly limit: string | null;

  /**
   * Makes a refusal.
   *
   * @param status The HTTP status of the answer.
   * @param message The message for the log.
   * @param limit The name of the option in `limits` that was hit, or `null`.
   * @param options The value of the limit, the origin as `cause`, and headers of the answer.
   */
  constructor(status: number, message: string, limit: string | null = null, options: InputErrorOptions = {}) {
    super(status, message, { userText: textOfInput(status, limit, options.maximum), ...options });
    this.limit = limit;
  }
}

/**
 * An uploaded file that this server has no room for: its disk failed, and the file is too large to be kept in memory. The message
 * is for the log; a user is told without the reason.
 */
export class StorageError extends HyperError {
  /** The name of the class, for logs and for `switch`. */
  override readonly name: string = "StorageError";

  /**
   * Makes the error.
   *
   * @param message The message for the log.
   * @param options The error of the disk as `cause`.
   */
  constructor(message: string, options: ErrorOptions = {}) {
    // RFC 4918, 11.5: 507 is for a server that is unable to store what the request needs.
    super(507, message, { ...options, userText: catalogueText("noRoom") });
  }
}

/** The text for users about input that is not accepted, by the limit that was exceeded, else by the status. */
function textOfInput(status: number, limit: string | null, maximum: number | undefined): UserText {
  if (limit === "fileBytes" && maximum !== undefined) return catalogueText("fileBytes", { bytes: maximum });
  if (limit === "files" && maximum !== undefined) return catalogueText("fileCount", { count: maximum });
  if (status === 408) return catalogueText("tooSlow");
  if (status === 413 || status === 431) return catalogueText("tooLong");
  return catalogueText(status === 429 ? "busy" : "invalidRequest");
}

/** Dependencies that wait for one another; `members` lists them in the order they were asked for. */
export class DependencyCycleError extends HyperError {
  /** The name of the class, for logs and for `switch`. */
  override readonly name: string = "DependencyCycleError";
  /** The names on the cycle, the first one again at the end. */
  readonly members: readonly string[];

  /**
   * Makes the error of a cycle.
   *
   * @param members The names on the cycle, the first one again at the end.
   */
  constructor(members: readonly string[]) {
    super(500, `Cannot resolve dependency "${members[0]}": it waits for itself, ${members.join(" -> ")}`);
    this.members = members;
  }
}

/** What a handler asked for and nothing provides. */
export class DependencyError extends HyperError {
  /** The name of the class, for logs and for `switch`. */
  override readonly name: string = "DependencyError";
}
