// The texts that the users of one handler read, in the language of each request.
import { createTexts, ENGLISH_TEXTS, type MessageOptions, type Texts } from "../texts/texts.ts";
import type { Failure } from "./outcome.ts";
import { atOnce } from "../callback.ts";

/** The texts of a handler. */
export interface UserTexts {
  /** Returns the texts for a request: the same object each time. The request is looked at only where texts depend on it. */
  of(holder: RequestHolder): Texts;
  /** Makes the text of a failure. In development the reason for developers follows it. */
  ofFailure(failure: Failure, holder: RequestHolder): string;
}

/** Anything that has a request, such as a call or a page render. */
export interface RequestHolder {
  /** The request. */
  readonly request: Request;
}

/** Options for {@linkcode createUserTexts}. */
export interface UserTextOptions {
  /** The texts that the application sets, for all requests or for each. */
  readonly messages: MessageOptions | ((request: Request) => MessageOptions) | undefined;
  /** If `true`, failures give their reasons. */
  readonly dev: boolean;
  /** Called with what a function of the application throws; English texts are then used. */
  readonly report: (error: unknown, request: Request) => void;
}

/**
 * Creates the texts of a handler.
 *
 * @throws {TypeError | RangeError} When `messages` is a record with a wrong key, text or language.
 */
export function createUserTexts({ messages, dev, report }: UserTextOptions): UserTexts {
  const of = typeof messages === "function"
    ? perRequest(
      (request) => createTexts(atOnce(messages(request), "messages"), (error) => report(error, request)),
      report,
    )
    : forAll(messages);
  return {
    of,
    ofFailure: ({ message, reason }, holder) => {
      const text = of(holder).write(message);
      return dev && reason !== null ? `${text} (${reason})` : text;
    },
  };
}

function forAll(messages: MessageOptions | undefined): UserTexts["of"] {
  const texts = messages === undefined ? ENGLISH_TEXTS : createTexts(messages);
  return () => texts;
}

function perRequest(
  make: (request: Request) => Texts,
  report: (error: unknown, request: Request) => void,
): UserTexts["of"] {
  // By the request, for as long as it lives: the function of the application is called once for each.
  const made = new WeakMap<Request, Texts>();
  return ({ request }) => {
    let texts = made.get(request);
    if (texts !== undefined) return texts;
    try {
      texts = make(request);
    } catch (error) {
      report(error, request);
      texts = ENGLISH_TEXTS;
    }
    made.set(request, texts);
    return texts;
  };
}
