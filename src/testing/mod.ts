/**
 * Tests of an application without a browser and without a port: {@linkcode createTestClient} visits it as a browser with
 * scripts off would, calls its actions as the browser runtime would, and shows what became of the page.
 *
 * @module
 */

export { createTestClient } from "./client.ts";
export type {
  TestCall,
  TestCallOptions,
  TestCalls,
  TestChanges,
  TestClient,
  TestClientOptions,
} from "./test_client.ts";
export type { TestElement, TestField, TestForm, TestLayer, TestPage, TestScope, TestToast } from "./test_page.ts";
export type { FieldInput, FormEntry } from "./controls.ts";
export type { TestAborted, TestEvent, TestFailure, TestOutcome, TestOutcomeBase, TestSuccess } from "./outcome.ts";
export type { TestPrediction } from "./predictions.ts";
export type { TestStream } from "./stream.ts";
export type { TestCookies } from "./cookies.ts";
export { ConnectionError, type Fault } from "./faults.ts";
export { recordSignals, type SignalEntry, type SignalName, type SignalPayload, type SignalRecord } from "./signals.ts";
export { createTestClock, type TestClock } from "./clock.ts";
