import { install } from "@sinonjs/fake-timers";
import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { Signal } from "../src/signal.ts";
import {
  type AccessDenied,
  accessDenied,
  actionDispatched,
  actionFailed,
  actionRegistered,
  createSignals,
  formValidationFailed,
  streamClosed,
  streamOpened,
} from "../src/signals.ts";

interface Note {
  readonly title: string;
}

const NOTE: Note = { title: "Hello" };

/** Returns a reporter that throws. Its error is logged; an unhandled one would fail the test. */
function neverCalled(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}

Deno.test("Signal.send() calls every receiver in the order of connection", () => {
  const signal = new Signal<Note>("saved");
  const received: string[] = [];
  signal.connect(({ title }) => void received.push(`one ${title}`));
  signal.connect(({ title }) => void received.push(`two ${title}`));
  signal.send({ ...NOTE }, neverCalled);
  assertEquals(received, ["one Hello", "two Hello"]);
});

Deno.test("Signal.send() without receivers does nothing", () => {
  new Signal<Note>("saved").send({ ...NOTE }, neverCalled);
});

Deno.test("Signal.connect() returns a Disposable that disconnects the receiver, also when disposed twice", () => {
  const signal = new Signal<Note>("saved");
  let received = 0;
  const connection = signal.connect(() => void received++);
  signal.send({ ...NOTE }, neverCalled);
  connection[Symbol.dispose]();
  connection[Symbol.dispose]();
  signal.send({ ...NOTE }, neverCalled);
  assertEquals(received, 1);
});

Deno.test("Signal.connect() calls a receiver twice if it is connected twice, and disconnects each separately", () => {
  const signal = new Signal<Note>("saved");
  let received = 0;
  const receiver = (): void => void received++;
  const first = signal.connect(receiver);
  signal.connect(receiver);
  signal.send({ ...NOTE }, neverCalled);
  first[Symbol.dispose]();
  signal.send({ ...NOTE }, neverCalled);
  assertEquals(received, 3);
});

Deno.test("Signal.send() reports a receiver that throws and calls the others", () => {
  const signal = new Signal<Note>("saved");
  const thrown = new Error("from a receiver");
  const errors: unknown[] = [];
  let received = 0;
  signal.connect(() => {
    throw thrown;
  });
  signal.connect(() => void received++);
  signal.send({ ...NOTE }, (error) => errors.push(error));
  assertEquals([errors, received], [[thrown], 1]);
});

Deno.test("Signal.send() reports a receiver that rejects later", async () => {
  const signal = new Signal<Note>("saved");
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const thrown = new Error("later");
  signal.connect(() => Promise.reject(thrown));
  signal.send({ ...NOTE }, resolve);
  assertEquals(await promise, thrown);
});

Deno.test("Signal.send() passes a payload that no receiver can change", () => {
  const signal = new Signal<{ title: string }>("saved");
  const errors: unknown[] = [];
  let seen = "";
  signal.connect((payload) => void (payload.title = "changed"));
  signal.connect(({ title }) => void (seen = title));
  signal.send({ title: "Hello" }, (error) => errors.push(error));
  assertEquals(seen, "Hello");
  assertInstanceOf(errors[0], TypeError);
});

Deno.test("Signal.send() skips a receiver that another one disconnected", () => {
  const signal = new Signal<Note>("saved");
  let received = 0;
  signal.connect(() => second[Symbol.dispose]());
  const second = signal.connect(() => void received++);
  signal.send({ ...NOTE }, neverCalled);
  assertEquals(received, 0);
});

Deno.test("Signal.send() does not call a receiver that another one connects before the next payload", () => {
  const signal = new Signal<Note>("saved");
  let received = 0;
  const first = signal.connect(() => void signal.connect(() => void received++));
  signal.send({ ...NOTE }, neverCalled);
  assertEquals(received, 0);
  first[Symbol.dispose]();
  signal.send({ ...NOTE }, neverCalled);
  assertEquals(received, 1);
});

Deno.test("Signal.sendAndWait() waits only for receivers connected with wait", async () => {
  const signal = new Signal<Note>("saved");
  const log: string[] = [];
  const slow = Promise.withResolvers<void>();
  const other = Promise.withResolvers<void>();
  signal.connect(async () => {
    await slow.promise;
    log.push("slow");
  }, { wait: true });
  signal.connect(() => other.promise);
  const sent = signal.sendAndWait({ ...NOTE }, neverCalled).then(() => log.push("sent"));
  slow.resolve();
  await sent;
  assertEquals(log, ["slow", "sent"]);
  other.resolve();
});

Deno.test("Signal.sendAndWait() does not reject when a receiver rejects", async () => {
  const signal = new Signal<Note>("saved");
  const errors: unknown[] = [];
  const thrown = new Error("later");
  signal.connect(() => Promise.reject(thrown), { wait: true });
  await signal.sendAndWait({ ...NOTE }, (error) => errors.push(error));
  assertEquals(errors, [thrown]);
});

Deno.test("Signal.sendAndWait() stops waiting after 10 seconds and reports it", async () => {
  const clock = install({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    const signal = new Signal<Note>("saved");
    const errors: unknown[] = [];
    signal.connect(() => new Promise(() => {}), { wait: true });
    const sent = signal.sendAndWait({ ...NOTE }, (error) => errors.push(error));
    await clock.tickAsync(9_999);
    assertEquals(errors, []);
    await clock.tickAsync(1);
    await sent;
    assertInstanceOf(errors[0], Error);
    assertEquals(errors[0].message, "Cannot wait for receivers of saved: they did not finish within 10 seconds");
  } finally {
    clock.uninstall();
  }
});

Deno.test("Signal.sendAndWait() clears its timer", async () => {
  const clock = install({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    const signal = new Signal<Note>("saved");
    signal.connect(() => Promise.resolve(), { wait: true });
    await signal.sendAndWait({ ...NOTE }, neverCalled);
    assertEquals(clock.countTimers(), 0);
  } finally {
    clock.uninstall();
  }
});

Deno.test("Signal.sendAndWait() also waits for receivers of the parent", async () => {
  const parent = new Signal<Note>("saved");
  const signal = new Signal<Note>("saved", { parent });
  let isDone = false;
  parent.connect(async () => {
    await Promise.resolve();
    isDone = true;
  }, { wait: true });
  await signal.sendAndWait({ ...NOTE }, neverCalled);
  assert(isDone);
});

Deno.test("Signal calls its own receivers, then those of its parent; the parent calls only its own", () => {
  const parent = new Signal<Note>("saved");
  const signal = new Signal<Note>("saved", { parent });
  const received: string[] = [];
  parent.connect(() => void received.push("parent"));
  signal.connect(() => void received.push("child"));
  signal.send({ ...NOTE }, neverCalled);
  assertEquals(received, ["child", "parent"]);
  parent.send({ ...NOTE }, neverCalled);
  assertEquals(received, ["child", "parent", "parent"]);
});

Deno.test("Signal.hasReceivers includes the receivers of the parent", () => {
  const parent = new Signal<Note>("saved");
  const signal = new Signal<Note>("saved", { parent });
  assertEquals(signal.hasReceivers, false);
  const connection = parent.connect(() => {});
  assertEquals(signal.hasReceivers, true);
  connection[Symbol.dispose]();
  assertEquals(signal.hasReceivers, false);
});

const DENIED: AccessDenied = {
  actionName: "save",
  reason: "guard",
  responseStatus: 403,
  request: new Request("http://localhost/"),
};

Deno.test("createSignals() creates separate signals with one parent for two handlers", () => {
  const [one, two] = [createSignals(), createSignals()];
  const received: string[] = [];
  one.accessDenied.connect(() => void received.push("one"));
  two.accessDenied.connect(() => void received.push("two"));
  using _all = accessDenied.connect(({ actionName }) => void received.push(`all ${actionName}`));
  one.accessDenied.send({ ...DENIED }, neverCalled);
  assertEquals(received, ["one", "all save"]);
});

Deno.test("createSignals() uses the exported signal of the same name as parent", () => {
  const exported = {
    actionRegistered,
    actionDispatched,
    formValidationFailed,
    actionFailed,
    accessDenied,
    streamOpened,
    streamClosed,
  };
  const family = createSignals();
  assertEquals(Object.keys(family), Object.keys(exported));
  for (const [name, parent] of Object.entries(exported)) {
    const signal = Object.entries(family).find(([key]) => key === name)?.[1];
    assertEquals([signal?.name, signal?.hasReceivers], [name, false]);
    using _connection = parent.connect(() => {});
    assertEquals(signal?.hasReceivers, true);
  }
});

Deno.test("Signal.send() freezes the payload", () => {
  const signal = new Signal<{ title: string }>("saved");
  const payload = { title: "Hello" };
  signal.send(payload, neverCalled);
  assertThrows(() => payload.title = "changed", TypeError);
});
