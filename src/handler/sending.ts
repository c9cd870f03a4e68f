// From a request to its complete response: waits for the pages, dispatches, adds the headers of the application, learns cookies.
import { notify } from "../callback.ts";
import type { App } from "../dispatch/app.ts";
import type { FormActionDispatch } from "../dispatch/dispatch.ts";
import type { Trace } from "../dispatch/trace.ts";
import { isSafeMethod } from "../http/cross_origin.ts";
import { hasPlainHead } from "../http/plain_head.ts";
import { addHeaders } from "../http/sink.ts";
import { catalogueText } from "../texts/catalogue.ts";
import type { ConnectionInfo, HandlerOptions } from "./options.ts";
import { Sender, type SenderOptions } from "./sender.ts";
import type { Started } from "./start.ts";

/** Responds to a request, and records its trace. */
export type Send = (request: Request, info: ConnectionInfo | undefined, trace: Trace | null) => Promise<Response>;

/** The parts of an application that sending needs. */
type SendingApp = Pick<App, "crossOrigin" | "once" | "report" | "userTexts">;

/** Options for {@linkcode createSend}. */
export interface SendOptions {
  readonly started: Promise<Pick<Started, "dispatch">>;
  /** Fulfilled when requests can be answered. Its rejection rejects every request. */
  readonly ready: Promise<void>;
  /** The headers of every response. An error in headers that are always the same is thrown at once. */
  readonly headers: HandlerOptions["headers"];
  /** Called with a request whose client cannot be identified by its address. */
  readonly noticeProxy: SenderOptions["noticeProxy"];
}

/** Creates the function that responds to requests. */
export function createSend({ started, ready, headers, noticeProxy }: SendOptions, app: SendingApp): Send {
  const { crossOrigin, once, report } = app;
  const senders: SenderOptions = { crossOrigin, noticeProxy, report };
  // Set when the pages have been loaded, and never reset: later requests do not wait.
  let pipeline: FormActionDispatch | null = null;
  const send: Send = async (request, info, trace) => {
    if (pipeline === null) {
      await ready;
      pipeline = (await started).dispatch;
    }
    const received = once.seen(request, (error) => report(error, request, null));
    if (received !== null) await received;
    return await pipeline.answerTraced(request, new Sender(request, info, senders), trace);
  };
  return withHeaders(send, headers, app);
}

/** Adds the headers of every response. */
function withHeaders(send: Send, headers: HandlerOptions["headers"], app: SendingApp): Send {
  if (headers === undefined) {
    return async (request, info, trace) => {
      const response = await send(request, info, trace);
      return hasPlainHead(response) ? response : await learnCookies(request, response, app);
    };
  }
  if (typeof headers !== "function") addHeaders(new Response(), headers);
  return async (request, info, trace) => {
    const response = await send(request, info, trace);
    try {
      const own = typeof headers === "function" ? await headers(request) : headers;
      return await learnCookies(request, addHeaders(response, own), app);
    } catch (error) {
      app.report(error, request, null);
      await notify(() => response.body?.cancel(), (failure) => app.report(failure, request, null));
      return new Response(app.userTexts.of({ request }).write(catalogueText("serverError")), {
        status: 500,
        headers: { "cache-control": "no-store" },
      });
    }
  };
}

/** Records the cookies of a complete response: those of the option `headers` may be session cookies too. */
function learnCookies(
  request: Request,
  response: Response,
  { once, report }: SendingApp,
): Response | Promise<Response> {
  const learned = once.answered(request, response, (error) => report(error, request, null));
  // A page does not wait for a store that may not respond. A mutation has waited for it already, and the store must know that its
  // session has ended before the client sends the next request, perhaps to another instance.
  if (learned === null || isSafeMethod(request.method)) return response;
  return learned.then(() => response);
}
