import { install } from "@sinonjs/fake-timers";
import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import {
  type AccessDenied,
  accessDenied,
  actionDispatched,
  actionFailed,
  actionRegistered,
  createSignals,
  formValidationFailed,
  Signal,
  streamClosed,
  streamOpened,
} from "../src/signals.ts";

interface Note {
  readonly title: string;
}

const NOTE: Note = { title: "Hello" };

/** What a reporter throws is logged and no more; thrown behind it, it fails the test. */
function neverCalled(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}

Deno.test("Signal.send() tells every receiver, in the order they were connected", () => {
  const signal = new Signal<Note>("saved");
  const told: string[] = [];
  signal.connect(({ title }) => void told.push(`one ${title}`));
  signal.connect(({ title }) => void told.push(`two ${title}`));
  signal.send({ ...NOTE }, neverCalled);
  assertEquals(told, ["one Hello", "two Hello"]);
});

Deno.test("Signal.send() without receivers does nothing", () => {
  new Signal<Note>("saved").send({ ...NOTE }, neverCalled);
});

Deno.test("Signal.connect() gives a Disposable that disconnects, once and again", () => {
  const signal = new Signal<Note>("saved");
  let told = 0;
  const connection = signal.connect(() => void told++);
  signal.send({ ...NOTE }, neverCalled);
  connection[Symbol.dispose]();
  connection[Symbol.dispose]();
  signal.send({ ...NOTE }, neverCalled);
  assertEquals(told, 1);
});

Deno.test("Signal.connect() of one receiver twice tells it twice, and each goes by itself", () => {
  const signal = new Signal<Note>("saved");
  let told = 0;
  const receiver = (): void => void told++;
  const first = signal.connect(receiver);
  signal.connect(receiver);
  signal.send({ ...NOTE }, neverCalled);
  first[Symbol.dispose]();
  signal.send({ ...NOTE }, neverCalled);
  assertEquals(told, 3);
});

Deno.test("Signal.send() reports a receiver that throws, and tells the others", () => {
  const signal = new Signal<Note>("saved");
  const thrown = new Error("from a receiver");
  const errors: unknown[] = [];
  let told = 0;
  signal.connect(() => {
    throw thrown;
  });
  signal.connect(() => void told++);
  signal.send({ ...NOTE }, (error) => errors.push(error));
  assertEquals([errors, told], [[thrown], 1]);
});

Deno.test("Signal.send() reports a receiver that rejects later, and leaves nothing unhandled", async () => {
  const signal = new Signal<Note>("saved");
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const thrown = new Error("later");
  signal.connect(() => Promise.reject(thrown));
  signal.send({ ...NOTE }, resolve);
  assertEquals(await promise, thrown);
});

Deno.test("Signal.send() gives a payload that no receiver can change", () => {
  const signal = new Signal<{ title: string }>("saved");
  const errors: unknown[] = [];
  let seen = "";
  signal.connect((payload) => void (payload.title = "changed"));
  signal.connect(({ title }) => void (seen = title));
  signal.send({ title: "Hello" }, (error) => errors.push(error));
  assertEquals(seen, "Hello");
  assertInstanceOf(errors[0], TypeError);
});

Deno.test("Signal.send() passes by a receiver that another one disconnects", () => {
  const signal = new Signal<Note>("saved");
  let told = 0;
  signal.connect(() => second[Symbol.dispose]());
  const second = signal.connect(() => void told++);
  signal.send({ ...NOTE }, neverCalled);
  assertEquals(told, 0);
});

Deno.test("Signal.send() tells a receiver that another one connects from the next time on", () => {
  const signal = new Signal<Note>("saved");
  let told = 0;
  const first = signal.connect(() => void signal.connect(() => void told++));
  signal.send({ ...NOTE }, neverCalled);
  assertEquals(told, 0);
  first[Symbol.dispose]();
  signal.send({ ...NOTE }, neverCalled);
  assertEquals(told, 1);
});

Deno.test("Signal.sendAndWait() waits for a receiver that was connected with wait, and for no other", async () => {
  const signal = new Signal<Note>("saved");
  const log: string[] = [];
  const slow = Promise.withResolvers<void>();
  const beside = Promise.withResolvers<void>();
  signal.connect(async () => {
    await slow.promise;
    log.push("slow");
  }, { wait: true });
  signal.connect(() => beside.promise);
  const sent = signal.sendAndWait({ ...NOTE }, neverCalled).then(() => log.push("sent"));
  slow.resolve();
  await sent;
  assertEquals(log, ["slow", "sent"]);
  beside.resolve();
});

Deno.test("Signal.sendAndWait() does not reject where a receiver it waits for does", async () => {
  const signal = new Signal<Note>("saved");
  const errors: unknown[] = [];
  const thrown = new Error("later");
  signal.connect(() => Promise.reject(thrown), { wait: true });
  await signal.sendAndWait({ ...NOTE }, (error) => errors.push(error));
  assertEquals(errors, [thrown]);
});

Deno.test("Signal.sendAndWait() gives up after ten seconds on a receiver that is not done, and reports it", async () => {
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
    assertEquals(errors[0].message, "Cannot wait for receivers of saved: not done after 10 seconds");
  } finally {
    clock.uninstall();
  }
});

Deno.test("Signal.sendAndWait() leaves no timer behind", async () => {
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

Deno.test("Signal.sendAndWait() waits for a parent's receivers too", async () => {
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

Deno.test("Signal tells its own receivers, then its parent's; the parent tells only its own", () => {
  const parent = new Signal<Note>("saved");
  const signal = new Signal<Note>("saved", { parent });
  const told: string[] = [];
  parent.connect(() => void told.push("parent"));
  signal.connect(() => void told.push("child"));
  signal.send({ ...NOTE }, neverCalled);
  assertEquals(told, ["child", "parent"]);
  parent.send({ ...NOTE }, neverCalled);
  assertEquals(told, ["child", "parent", "parent"]);
});

Deno.test("Signal.hasReceivers counts those of the parent", () => {
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

Deno.test("createSignals() gives two handlers signals of their own, and one parent", () => {
  const [one, two] = [createSignals(), createSignals()];
  const told: string[] = [];
  one.accessDenied.connect(() => void told.push("one"));
  two.accessDenied.connect(() => void told.push("two"));
  using _all = accessDenied.connect(({ actionName }) => void told.push(`all ${actionName}`));
  one.accessDenied.send({ ...DENIED }, neverCalled);
  assertEquals(told, ["one", "all save"]);
});

Deno.test("createSignals() gives each signal the exported one of its name as parent", () => {
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

Deno.test("Signal.send() freezes the payload it was given", () => {
  const signal = new Signal<{ title: string }>("saved");
  const payload = { title: "Hello" };
  signal.send(payload, neverCalled);
  assertThrows(() => payload.title = "changed", TypeError);
});
