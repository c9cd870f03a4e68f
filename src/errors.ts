// Error classes for rejected requests, each with its HTTP status. A programming error is a `TypeError` or `RangeError`
// where it is made; invalid user input is a value.
import { catalogueText, type UserText } from "./texts/catalogue.ts";

/** Options for {@linkcode HyperError}. */
export interface HyperErrorOptions extends ErrorOptions {
  /** Response headers, such as `Allow` or `Retry-After`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /**
   * Text for users; `message` is then for developers only. Default: none; the user reads `message` if the status is below 500.
   */
  readonly userText?: UserText | undefined;
}

/**
 * Rejects a request with a status. Base class of all errors that this library throws for the application to catch.
 *
 * Action functions, guards and dependencies may throw one. The user reads its `userText`, else its `message` if the status is
 * below 500; otherwise only `onError` receives it.
 *
 * @example Rejecting a request in a dependency
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
  /** HTTP status of the response, 400 to 599. */
  readonly status: number;
  /** Headers of the response. */
  readonly headers: Readonly<Record<string, string>>;
  /** Text for users, in place of `message`; `null` where there is none. */
  readonly userText: UserText | null;

  /**
   * Creates an error.
   *
   * @param status HTTP status of the response, 400 to 599.
   * @param message The message; shown to the user if the status is below 500 and there is no `userText`.
   * @param options The `cause`, the text for users, and headers of the response.
   * @throws {RangeError} If `status` is not an error status.
   */
  constructor(status: number, message: string, options: HyperErrorOptions = {}) {
    super(message, options);
    if (!Number.isInteger(status) || status < 400 || status > 599) {
      throw new RangeError(
        `Cannot create an error with status ${status}: it is not an error status; use an integer from 400 to 599`,
      );
    }
    this.status = status;
    this.headers = options.headers ?? {};
    this.userText = options.userText ?? null;
  }
}

/**
 * Returns whether a thrown value is an instance of a class. Never throws, also for a proxy whose `getPrototypeOf` trap
 * throws.
 */
export function isA<T>(thrown: unknown, Class: abstract new (...args: never) => T): thrown is T {
  try {
    return thrown instanceof Class;
  } catch {
    // No error class of this library throws here, so the value is not an instance of one.
    return false;
  }
}

/** Options for {@linkcode InputError}. */
export interface InputErrorOptions extends HyperErrorOptions {
  /** The value of the limit that was exceeded. */
  readonly maximum?: number | undefined;
}

/**
 * Input that breaks a rule or a limit of the protocol: 400, 408, 413, 415, 429 or 431. Its message is for developers; users read a
 * message of the catalogue.
 */
export class InputError extends HyperError {
  /** The name of the class, for logs and for `switch`. */
  override readonly name: string = "InputError";
  /** The option in `limits` that was exceeded, or `null`. */
  readonly limit: string | null;

  /**
   * Creates an error.
   *
   * @param status HTTP status of the response.
   * @param message The message for developers.
   * @param limit The option in `limits` that was exceeded, or `null`.
   * @param options The value of the limit, the `cause`, and headers of the response.
   */
  constructor(status: number, message: string, limit: string | null = null, options: InputErrorOptions = {}) {
    super(status, message, { userText: textOfInput(status, limit, options.maximum), ...options });
    this.limit = limit;
  }
}

/**
 * An uploaded file that the server cannot store: its disk failed, and the file is too large for memory. The message is
 * for the log; the user reads one without the reason.
 */
export class StorageError extends HyperError {
  /** The name of the class, for logs and for `switch`. */
  override readonly name: string = "StorageError";

  constructor(message: string, options: ErrorOptions = {}) {
    // RFC 4918, 11.5: 507 is for a server that cannot store the representation.
    super(507, message, { ...options, userText: catalogueText("noRoom") });
  }
}

/** Returns the text for users about input that is not accepted, by the limit that was exceeded, else by the status. */
function textOfInput(status: number, limit: string | null, maximum: number | undefined): UserText {
  if (limit === "fileBytes" && maximum !== undefined) return catalogueText("fileBytes", { bytes: maximum });
  if (limit === "files" && maximum !== undefined) return catalogueText("fileCount", { count: maximum });
  if (status === 408) return catalogueText("tooSlow");
  if (status === 413 || status === 431) return catalogueText("tooLong");
  return catalogueText(status === 429 ? "busy" : "invalidRequest");
}

/** Dependencies that wait for each other. */
export class DependencyCycleError extends HyperError {
  /** The name of the class, for logs and for `switch`. */
  override readonly name: string = "DependencyCycleError";
  /** The names of the cycle, in the order of requests; the first one is repeated at the end. */
  readonly members: readonly string[];

  /**
   * Creates an error.
   *
   * @param members The names of the cycle; the first one is repeated at the end.
   */
  constructor(members: readonly string[]) {
    super(500, `Cannot resolve dependency "${members[0]}": it waits for itself, ${members.join(" -> ")}`);
    this.members = members;
  }
}

/** An injected value that no provider resolves. */
export class DependencyError extends HyperError {
  /** The name of the class, for logs and for `switch`. */
  override readonly name: string = "DependencyError";
}
