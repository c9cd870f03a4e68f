// One call of an action, as the browser runtime makes it: the request, and the effect of its answer. Requests, answers and
// switches are read by the code of the runtime, in `protocol/`.
import { isLost, isStream } from "../protocol/answer.ts";
import { LAST_EVENT_ID_HEADER, LOCATION_HEADER, LOCATION_HEADER_BYTES, VALIDATE_HEADER } from "../protocol/names.ts";
import { buildPayload } from "../protocol/payload.ts";
import {
  ABORTED,
  AnswerReader,
  type Call,
  type CallSource,
  type CallTab,
  lostCall,
  type Opened,
  type Received,
} from "./answer.ts";
import { withhold } from "./controls.ts";
import { ConnectionError } from "./faults.ts";
import type { Ask } from "./network.ts";
import type { TestEvent, TestOutcome } from "./outcome.ts";

/** Number of consecutive retries, as in the runtime. */
const MAX_RETRIES = 10;

/**
 * Builds the request of a call.
 *
 * @throws {RangeError} When a GET cannot carry the data.
 */
export function prepareCall(source: CallSource): Call {
  const { fields, sent, extraHeaders } = source;
  if (fields !== null && sent && extraHeaders[VALIDATE_HEADER] !== undefined) withhold(sent.form, fields);
  return { ...source, ...buildPayload(source), checkpoint: "", failures: 0, wasOpen: false };
}

/**
 * Returns the request of a call from a page.
 *
 * @param call The call.
 * @param from The URL of the page.
 * @param about Headers that describe the page.
 */
export function askOf(call: Call, from: URL, about: Readonly<Record<string, string>>): Ask {
  const { url, method, headers, body, signal, checkpoint, extraHeaders } = call;
  const fetched: Record<string, string> = { "sec-fetch-mode": "cors", "sec-fetch-dest": "empty" };
  const resumed: Record<string, string> = checkpoint === "" ? {} : { [LAST_EVENT_ID_HEADER]: checkpoint };
  const address = from.pathname + from.search;
  const shown: Record<string, string> = address.length > LOCATION_HEADER_BYTES ? {} : { [LOCATION_HEADER]: address };
  const all = { ...headers, ...shown, ...about, ...fetched, ...resumed, ...extraHeaders };
  return { url: new URL(url), method, headers: all, body: body ?? null, signal, from };
}

/**
 * Sends a call, again when the connection is lost and the call is retried.
 *
 * @throws {ConnectionError} When no response arrives.
 */
export async function sendCall(call: Call, tab: CallTab): Promise<Opened> {
  for (;;) {
    const place = tab.nextPlace();
    try {
      const response = await tab.fetch(call);
      // The network follows redirects of this site. A browser cannot read the answer of another one.
      if (isLost(response, call.url, call.wasOpen) || response.headers.has("location")) throw lostCall(call);
      call.wasOpen ||= isStream(response);
      return { response, place };
    } catch (error) {
      if (!isRetried(call, error)) throw error;
    }
  }
}

/**
 * Reads an answer to its end, and yields each event after it has been applied. Resumes a stream that breaks, and follows
 * switches, without delay.
 *
 * @param first The answer to the first request.
 * @param firstCall The call.
 * @param tab The tab.
 * @returns The outcome.
 * @throws {ConnectionError} When the answer breaks off and is not resumed.
 */
export async function* readAnswers(
  first: Promise<Opened>,
  firstCall: Call,
  tab: CallTab,
): AsyncGenerator<TestEvent, TestOutcome, void> {
  let call = firstCall;
  let opening = first;
  for (;;) {
    let received: Received;
    try {
      received = yield* new AnswerReader(await opening, call, tab).read();
    } catch (error) {
      if (call.signal.aborted) return ABORTED;
      if (!isRetried(call, error)) throw error;
      opening = sendCall(call, tab);
      continue;
    }
    if (received.kind === "exception") throw received.error;
    if (received.kind !== "switch") return received;
    call = prepareCall({ ...call, ...received.to, id: tab.newId() });
    opening = sendCall(call, tab);
  }
}

/** Returns whether a call is retried after an error, and counts the attempt. */
function isRetried(call: Call, error: unknown): boolean {
  if (!(error instanceof ConnectionError) || call.signal.aborted) return false;
  return (call.retry ?? (call.wasOpen && call.method === "GET")) && call.failures++ < MAX_RETRIES;
}
