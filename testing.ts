/**
 * Tests of an application without a browser and without a port: {@linkcode createTestClient} visits it as a browser with
 * scripts off would, calls its actions as the browser runtime would, and shows what became of the page.
 *
 * @module
 */

export {
  createTestClient,
  type TestCall,
  type TestCallOptions,
  type TestCalls,
  type TestClient,
  type TestClientOptions,
} from "./src/testing/client.ts";
export type { TestElement, TestField, TestForm, TestPage, TestScope } from "./src/testing/page.ts";
export type { Entry, FieldInput } from "./src/testing/controls.ts";
export type { TestAborted, TestFailure, TestOutcome, TestOutcomeBase, TestSuccess } from "./src/testing/outcome.ts";
export type { TestEvent } from "./src/testing/events.ts";
export type { TestStream } from "./src/testing/stream.ts";
export type { TestCookies } from "./src/testing/cookies.ts";
export { ConnectionError, type Fault } from "./src/testing/faults.ts";
export {
  recordSignals,
  type SignalEntry,
  type SignalName,
  type SignalPayload,
  type SignalRecord,
} from "./src/testing/signals.ts";
export { createTestClock, type TestClock } from "./src/testing/clock.ts";
