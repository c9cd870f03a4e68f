/**
 * Every function that an application can pass to this library, with a call in which it fails, and the expected reports.
 * `callbacks_test.ts` finds the functions in the public types, so that the list is complete.
 */
import { h } from "preact";
import {
  action,
  type ActionContext,
  type Bus,
  changed,
  createHandler,
  createKvBus,
  createMemoryBus,
  createMemoryStore,
  createRateLimiter,
  defineForm,
  defineFormset,
  dependency,
  DependencyCache,
  Depends,
  DQuery,
  DUrl,
  field,
  type FieldDefinition,
  Form,
  type FormActionBackend,
  type Handler,
  type HandlerOptions,
  html,
  HyperError,
  type Injectable,
  live,
  local,
  type Marker,
  Optimistic,
  Page,
  type PageContext,
  type Provider,
  region,
  RegistryFormActionBackend,
  Rows,
  Signal,
  type StandardSchemaV1,
  type Store,
  toast,
  withFormsets,
} from "../../mod.ts";
import { REGION_ATTRIBUTE } from "../../src/protocol/names.ts";
import { createTestClient } from "../../src/testing/mod.ts";

/** Kinds of failure. */
export const WAYS = {
  "throws": (error: Error): unknown => {
    throw error;
  },
  "rejects": (error: Error): unknown => Promise.reject(error),
  "rejects later": (error: Error): unknown => new Promise((_, reject) => setTimeout(() => reject(error), 1)),
  "gives what throws when its then is read": (error: Error): unknown => ({
    get then() {
      throw error;
    },
  }),
  "gives what throws when its then is called": (error: Error): unknown => ({
    then() {
      throw error;
    },
  }),
} as const;
/** Name of a kind of failure. */
export type Way = keyof typeof WAYS;

/** The kinds of failure of a function whose type does not allow a promise. */
const AT_ONCE: readonly Way[] = ["throws"];

/** A function that fails in the tested way. It replaces functions of any type. */
type Fail = () => never;

/** Expected reports of a failing function. */
export interface Told {
  /** Number of calls of `onError` with the error. Default: 1. */
  readonly onError?: number;
  /** Number of lines in the log. Default: 1. */
  readonly console?: number;
  /** Status of the response, or `"rejected"` if the caller receives the error. Default: 500. */
  readonly answer?: number | "rejected";
}

/** One function, and its call. */
export interface Exercise {
  /** Calls it. Returns the status of the response, `"rejected"`, or nothing without a response. */
  readonly run: (app: Apps, fail: Fail) => Promise<number | "rejected" | void>;
  /** Default: all. */
  readonly ways?: readonly Way[];
  readonly told?: Told;
}

/** Creates applications, and records their errors. */
export class Apps {
  /** Arguments of `onError`. */
  readonly errors: unknown[] = [];
  readonly #handlers: Handler[] = [];

  make(exports: Readonly<Record<string, unknown>>, options: HandlerOptions = {}, path = "/"): Handler {
    const handler = createHandler({
      baseDir: null,
      pages: [{ path, load: () => Promise.resolve({ default: () => "page", ...exports }) }],
      onError: (error) => void this.errors.push(error),
      ...options,
    });
    this.#handlers.push(handler);
    return handler;
  }

  async close(): Promise<void> {
    for (const handler of this.#handlers) await handler.close();
  }
}

/** Options of a call. */
interface Call {
  readonly path?: string;
  readonly method?: string;
  readonly accept?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: BodyInit;
  readonly signal?: AbortSignal;
}

function ask(handler: Handler, call: Call = {}): Promise<Response> {
  const { path = "/", method = "POST", accept = "application/json", headers = {}, body, signal } = call;
  return handler(
    new Request(`http://localhost${path}`, {
      method,
      headers: { accept, ...headers },
      ...(body === undefined ? {} : { body }),
      ...(signal === undefined ? {} : { signal }),
    }),
  );
}

/** The status of a call of the action `run`. */
async function call(handler: Handler, options: Call = {}): Promise<number> {
  const { path = "/?_action=run" } = options;
  const response = await ask(handler, { ...options, path });
  try {
    await response.text();
  } catch {
    // The body is cut off, so the status is the one that was sent.
  }
  return response.status;
}

/** The status of a page. */
function open(handler: Handler, path = "/"): Promise<number> {
  return call(handler, { path, method: "GET", accept: "text/html" });
}

async function rejected(promise: () => unknown): Promise<"rejected" | void> {
  try {
    await promise();
  } catch {
    return "rejected";
  }
}

const fine = action("run", () => ({ done: true }));
const form = (options: object = {}) => defineForm("form", { fields: { title: field.text() }, ...options });
/** Returns the calls in which an option of a field fails, by the name of the option. */
function optionsOfFields(
  fields: Readonly<Record<string, (fail: Fail) => FieldDefinition>>,
): Readonly<Record<string, Exercise>> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, makeField]): [string, Exercise] => [name, {
      run: (apps, fail) =>
        call(apps.make({ run: action("run", { form: form({ fields: { title: makeField(fail) } }) }, () => {}) })),
      ways: AT_ONCE,
    }]),
  );
}
const withFile = (): FormData => {
  const body = new FormData();
  body.set("photo", new File(["x"], "a.txt"));
  return body;
};
const injecting = (it: Injectable<unknown>) => action("run", { inject: { it } }, ({ it }) => ({ it: String(it) }));

/** A store in memory with one method replaced. */
function storeWith(method: Partial<Store>): Store {
  const memory = createMemoryStore();
  return {
    get: (key) => memory.get(key),
    put: (...args) => memory.put(...args),
    putIfAbsent: (...args) => memory.putIfAbsent(...args),
    replace: (...args) => memory.replace(...args),
    deleteIf: (...args) => memory.deleteIf(...args),
    delete: (key) => memory.delete(key),
    ...method,
  };
}
const once = { "x-hyper-request-id": "r1" };
const signingIn = action("run", ({ setCookie }) => {
  setCookie({ name: "session", value: "ada", httpOnly: true });
  return {};
});

/** A bus in memory with one method replaced. */
function busWith(method: Partial<Bus>): Bus {
  const memory = createMemoryBus();
  return {
    publish: (topic, message) => memory.publish(topic, message),
    subscribe: (...args) => memory.subscribe(...args),
    ...method,
  };
}

/** Opens a stream of a topic, reads its first event, and disconnects. */
async function watch(handler: Handler): Promise<number> {
  const response = await ask(handler, { path: "/?_action=watch", method: "GET", accept: "text/event-stream" });
  const reader = response.body?.getReader();
  await reader?.read();
  await reader?.cancel();
  return response.status;
}
const watching = (options: object = {}) =>
  action("watch", { method: "GET" }, () => live("topic", { refresh: () => toast("now"), ...options }));

function backendWith(overrides: Partial<FormActionBackend>): FormActionBackend {
  return Object.assign(new RegistryFormActionBackend(), overrides);
}

/** A schema that accepts any value. */
function schemaWith(validate: StandardSchemaV1["~standard"]["validate"]): StandardSchemaV1<unknown, { title: string }> {
  return { "~standard": { version: 1, vendor: "test", validate: validate as never } };
}

const STARTS: Told = { onError: 0, console: 0, answer: "rejected" };
/** A function that only tests of an application call. Its errors reach the test. */
const CALLER: Told = { onError: 0, console: 0, answer: "rejected" };
/** The response does not change. */
const BESIDE: Told = { answer: 200 };

/** Cases by the names that `publicCallbacks()` returns. */
export const EXERCISES: Readonly<Record<string, Exercise>> = {
  // createHandler()
  "HandlerOptions.principal": { run: (apps, fail) => call(apps.make({ fine }, { principal: fail })) },
  "HandlerOptions.messages": {
    run: (apps, fail) => call(apps.make({}, { messages: fail }), { path: "/nowhere", method: "GET" }),
    ways: AT_ONCE,
    told: { answer: 404 },
  },
  "HandlerOptions.guard": { run: (apps, fail) => call(apps.make({ fine }, { guard: fail })) },
  "HandlerOptions.headers": { run: (apps, fail) => call(apps.make({ fine }, { headers: fail })) },
  "HandlerOptions.onError": {
    run: (apps, fail) => {
      const crash = action("run", () => {
        throw new Error("what onError is called with");
      });
      return call(apps.make({ crash }, { onError: fail }));
    },
    told: { onError: 0 },
  },
  "PageEntry.load": {
    run: (apps, fail) => {
      const handler = apps.make({}, { pages: [{ path: "/", load: fail }] });
      return rejected(() => handler.ready);
    },
    told: STARTS,
  },
  "RateLimiter.take": {
    run: (apps, fail) => call(apps.make({ fine }, { rate: { limit: 9, seconds: 9 }, rateLimiter: { take: fail } })),
  },
  "RateLimiterOptions.now": {
    run: (apps, fail) =>
      call(apps.make({ fine }, { rate: { limit: 9, seconds: 9 }, rateLimiter: createRateLimiter({ now: fail }) })),
    ways: AT_ONCE,
  },

  // action()
  "action(handler)": { run: (apps, fail) => call(apps.make({ run: action("run", fail) })) },
  "action(optionsOrHandler)": {
    run: (apps, fail) => call(apps.make({ run: action("run", {}, fail) }), { accept: "text/event-stream" }),
  },
  "ActionDecorator(method)": {
    run: (apps, fail) => {
      class Home extends Page {
        override render() {
          return "home";
        }
        @action("run")
        run(_ctx: ActionContext): never {
          return fail();
        }
      }
      return call(apps.make({ default: Home }));
    },
  },
  "ActionOptions.form": { run: (apps, fail) => call(apps.make({ run: action("run", { form: fail }, () => {}) })) },
  "ActionOptions.guard": { run: (apps, fail) => call(apps.make({ run: action("run", { guard: fail }, () => {}) })) },
  "ActionOptions.onFile": {
    run: (apps, fail) => call(apps.make({ run: action("run", { onFile: fail }, () => {}) }), { body: withFile() }),
  },
  "UploadResult.discard": {
    run: (apps, fail) => {
      const run = action("run", { onFile: () => ({ key: "a", discard: fail }), guard: () => {} }, () => {
        throw new HyperError(409, "so that the file is discarded");
      });
      return call(apps.make({ run }), { body: withFile() });
    },
    told: { answer: 409 },
  },
  "ActionOptions.verify": {
    run: (apps, fail) =>
      call(apps.make({ run: action("run", { webhook: true, verify: fail }, () => {}) }), { body: "{}" }),
  },

  // Dependencies
  "dependency(factory)": { run: (apps, fail) => call(apps.make({ run: injecting(dependency("it", fail)) })) },
  "Dependency.create": {
    run: (apps, fail) => call(apps.make({ run: injecting({ kind: "dependency", name: "it", create: fail }) })),
  },
  "Provider.canHandle": {
    run: (apps, fail) => {
      const provider: Provider = { priority: 1, canHandle: fail, resolve: () => "it" };
      return call(
        apps.make({ run: injecting({ kind: "marker", source: "own", options: {} }) }, { providers: [provider] }),
      );
    },
    // A promise is rejected with an error of this library, which has its own test.
    ways: AT_ONCE,
  },
  "Provider.resolve": {
    run: (apps, fail) => {
      const provider: Provider = { canHandle: ({ source }: Marker<unknown>) => source === "own", resolve: fail };
      return call(
        apps.make({ run: injecting({ kind: "marker", source: "own", options: {} }) }, { providers: [provider] }),
      );
    },
  },
  "DQuery(type)": {
    // 400, because a conversion function that throws rejects the value.
    run: (apps, fail) => call(apps.make({ run: injecting(DQuery("q", fail)) }), { path: "/?_action=run&q=1" }),
    told: { onError: 0, console: 0, answer: 400 },
  },
  "DUrl(type)": {
    run: (apps, fail) => call(apps.make({ run: injecting(DUrl("id", fail)) }, {}, "/[id]"), { path: "/7?_action=run" }),
    told: { onError: 0, console: 0, answer: 400 },
  },
  "new DependencyCache(onError)": {
    run: async (_apps, fail) => {
      const cache = new DependencyCache(fail);
      await cache.resolve({}, null, {
        label: "it",
        dispose: "always",
        create: () => ({
          [Symbol.dispose]: () => {
            throw new RangeError("what onError is called with");
          },
        }),
      });
      await cache[Symbol.asyncDispose]();
    },
    told: { onError: 0 },
  },

  // Forms
  "FormOptionsBase.getInitial": {
    run: (apps, fail) => {
      const run = action("run", { form: form({ getInitial: fail }) }, () => {});
      return open(apps.make({ default: () => <Form action={run} />, run }));
    },
  },
  ...optionsOfFields({
    "FieldOptions.required": (required) => field.text({ required }),
    "FieldOptions.visible": (visible) => field.text({ visible }),
    "TextFieldOptions.minlength": (minlength) => field.text({ minlength }),
    "TextFieldOptions.maxlength": (maxlength) => field.text({ maxlength }),
    "TextFieldOptions.pattern": (pattern) => field.text({ pattern }),
    "NumberFieldOptions.min": (min) => field.number({ min }),
    "NumberFieldOptions.max": (max) => field.number({ max }),
    "DateTimeFieldOptions.min": (min) => field.date({ min }),
    "DateTimeFieldOptions.max": (max) => field.date({ max }),
    "ChoiceFieldOptions.choices": (choices) => field.select({ choices }),
    "MultiSelectFieldOptions.choices": (choices) => field.multiSelect({ choices }),
    // The same options, in the type of all of them.
    "AnyFieldOptions.required": (required) => field.checkbox({ required }),
    "AnyFieldOptions.min": (min) => field.time({ min }),
    "AnyFieldOptions.max": (max) => field.datetime({ max }),
    "AnyFieldOptions.choices": (choices) => field.radio({ choices }),
  }),
  "FormOptionsBase.clean": {
    run: (apps, fail) => call(apps.make({ run: action("run", { form: form({ clean: fail }) }, () => {}) })),
  },
  "FormOptionsBase.guard": {
    run: (apps, fail) => call(apps.make({ run: action("run", { form: form({ guard: fail }) }, () => {}) })),
  },
  "SuccessFeedback.toast": {
    run: (apps, fail) =>
      call(apps.make({ run: action("run", { form: form({ success: { toast: fail } }) }, () => {}) })),
    ways: AT_ONCE,
  },
  "SuccessFeedback.redirect": {
    run: (apps, fail) =>
      call(apps.make({ run: action("run", { form: form({ success: { redirect: fail } }) }, () => {}) })),
    ways: AT_ONCE,
  },
  "FormsetOptions.getInitial": {
    run: (apps, fail) => {
      const run = action("run", { form: defineFormset(form(), { getInitial: fail }) }, () => {});
      return open(apps.make({ default: () => <Form action={run} />, run }));
    },
  },
  "FormsetOptions.clean": {
    run: (apps, fail) =>
      call(apps.make({ run: action("run", { form: defineFormset(form(), { clean: fail }) }, () => {}) })),
  },
  "FormsetOptions.guard": {
    run: (apps, fail) =>
      call(apps.make({ run: action("run", { form: defineFormset(form(), { guard: fail }) }, () => {}) })),
  },
  "WithFormsetsOptions.clean": {
    run: (apps, fail) => {
      const whole = withFormsets(form(), { rows: defineFormset(form()) }, { clean: fail });
      return call(apps.make({ run: action("run", { form: whole }, () => {}) }));
    },
  },
  "StandardSchemaV1.Props.validate": {
    run: (apps, fail) => {
      const run = action("run", {
        form: defineForm("form", { schema: schemaWith(fail), fields: { title: field.text() } }),
      }, () => {});
      return call(apps.make({ run }), { body: new URLSearchParams({ title: "x" }) });
    },
  },

  // Pages
  "Page.render": {
    run: (apps, fail) => {
      class Home extends Page {
        override render(_ctx: PageContext): never {
          return fail();
        }
      }
      return open(apps.make({ default: Home }));
    },
  },
  "PageModule.default": { run: (apps, fail) => open(apps.make({ default: async () => await fail() })) },
  "PageModule.render": { run: (apps, fail) => open(apps.make({ render: fail })) },
  "PageModule.context": { run: (apps, fail) => open(apps.make({ context: { it: fail } })) },
  "PageModule.head": { run: (apps, fail) => open(apps.make({ head: fail })), ways: AT_ONCE },
  "RowsProps.children": {
    run: (apps, fail) => {
      const run = action("run", { form: defineFormset(form()) }, () => {});
      return open(apps.make({
        default: () => (
          <Form action={run}>
            <Rows>{fail}</Rows>
          </Form>
        ),
        run,
      }));
    },
    ways: AT_ONCE,
  },
  "OptimisticProps.children": {
    run: (apps, fail) => {
      const run = action("run", () => {});
      return open(apps.make({
        default: () => (
          <Form action={run}>
            <Optimistic target="#list">{fail}</Optimistic>
          </Form>
        ),
        run,
      }));
    },
    ways: AT_ONCE,
  },
  "local(provider)": { run: (apps, fail) => open(apps.make({ context: { it: local(fail) } })) },
  "LocalContextFunction.provider": {
    run: (apps, fail) => open(apps.make({ context: { it: { kind: "local", provider: fail } } })),
  },

  // Regions
  "region(render)": {
    run: (apps, fail) => {
      const Box = region("box", { depends: "topic", guard: () => true }, fail);
      return open(apps.make({ default: () => <Box />, Box }));
    },
  },
  "RegionOptions.guard": {
    run: (apps, fail) => {
      const Box = region("box", { depends: "topic", guard: fail }, () => <p>box</p>);
      return open(apps.make({ default: () => <Box />, Box }));
    },
  },
  "RegionOptions.error": {
    run: (apps, fail) => {
      const throwing = () => {
        throw new HyperError(409, "what error is called for");
      };
      const Box = region("box", { depends: "topic", guard: () => true, error: fail }, throwing);
      return open(apps.make({ default: () => <Box />, Box }));
    },
  },
  "RegionOptions.fallback": {
    run: async (apps, fail) => {
      const Box = region(
        "box",
        { depends: "topic", guard: () => true, load: "lazy", fallback: fail },
        () => <p>box</p>,
      );
      const handler = apps.make({ default: () => <Box />, Box });
      return (await ask(handler, { method: "GET", accept: "text/html", headers: { cookie: "hyper_scripts=1" } }))
        .status;
    },
  },
  "RegionOptions.depends": {
    run: async (apps, fail) => {
      const Box = region("box", { depends: fail, guard: () => true }, () => <p>box</p>);
      const run = action("run", () => changed("topic"));
      const handler = apps.make({ default: () => <Box />, Box, run });
      const page = await (await ask(handler, { method: "GET", accept: "text/html" })).text();
      const [, shown = ""] = new RegExp(`${REGION_ATTRIBUTE}="([^"]+)"`).exec(page) ?? [];
      return await call(handler, { accept: "text/event-stream", headers: { "x-hyper-regions": shown } });
    },
    told: BESIDE,
  },

  // Live topics
  "LiveOptions.guard": {
    run: async (apps, fail) => await watch(apps.make({ watch: watching({ guard: fail }) })),
  },
  "LiveOptions.refresh": {
    run: async (apps, fail) => await watch(apps.make({ watch: watching({ refresh: fail }) })),
  },
  "Bus.publish": {
    run: async (apps, fail) => {
      const run = action("run", async ({ publish }) => {
        await publish("topic", toast("x"));
        return {};
      });
      return await call(apps.make({ run }, { bus: busWith({ publish: fail }) }));
    },
    told: BESIDE,
  },
  "Bus.subscribe": {
    // The cause of the 503; the client retries. Errors of sign-outs, which belong to no request, are only logged.
    run: async (apps, fail) => await watch(apps.make({ watch: watching() }, { bus: busWith({ subscribe: fail }) })),
    told: { console: 2, answer: 503 },
  },
  "Bus.subscribe(listener)": {
    run: async (_apps, fail) => {
      const bus = createMemoryBus();
      await using _subscription = await bus.subscribe("topic", fail);
      await bus.publish("topic", 1);
    },
    told: { onError: 0 },
  },
  "MemoryBusOptions.onError": {
    run: async (_apps, fail) => {
      const bus = createMemoryBus({ onError: fail });
      await using _subscription = await bus.subscribe("topic", () => {
        throw new RangeError("what onError is called with");
      });
      await bus.publish("topic", 1);
    },
    told: { onError: 0 },
  },
  "KvBusOptions.onError": {
    run: async (_apps, fail) => {
      using kv = await Deno.openKv(":memory:");
      const { promise: called, resolve } = Promise.withResolvers<void>();
      const onError = (): void => {
        resolve();
        return fail();
      };
      const bus = createKvBus(kv, { onError });
      await using _subscription = await bus.subscribe("topic", () => {
        throw new RangeError("what onError is called with");
      });
      await bus.publish("topic", 1);
      await called;
    },
    told: { onError: 0 },
  },

  // Stores
  "Store.putIfAbsent": {
    run: (apps, fail) => call(apps.make({ fine }, { store: storeWith({ putIfAbsent: fail }) }), { headers: once }),
    told: { answer: 503 },
  },
  "Store.get": {
    run: async (apps, fail) => {
      const store = storeWith({ get: fail, putIfAbsent: () => Promise.resolve(false) });
      return await call(apps.make({ fine }, { store, idempotency: { waitSeconds: 0 } }), { headers: once });
    },
    told: { answer: 503 },
  },
  "Store.replace": {
    // The outcome could not be stored. The response is sent unchanged.
    run: (apps, fail) =>
      call(apps.make({ fine }, { store: storeWith({ replace: fail }), idempotency: { leaseSeconds: 0.1 } }), {
        headers: once,
      }),
    told: BESIDE,
  },
  "Store.deleteIf": {
    run: (apps, fail) => {
      const crash = action("run", () => {
        throw new RangeError("so that the claim is given up");
      });
      return call(apps.make({ crash }, { store: storeWith({ deleteIf: fail }) }), { headers: once });
    },
  },
  "Store.put": {
    // The name of the cookie is kept, for other instances.
    run: (apps, fail) => call(apps.make({ run: signingIn }, { store: storeWith({ put: fail }) })),
    told: BESIDE,
  },
  "Store.delete": {
    run: async (apps, fail) => {
      const handler = apps.make({ run: signingIn }, {
        store: storeWith({ delete: fail }),
        idempotency: { cookies: ["session"] },
      });
      await call(handler, { headers: once });
      // The client has received the response, so that its stored outcome is dropped.
      return await call(handler, { headers: { cookie: "session=ada" } });
    },
    told: BESIDE,
  },
  "MemoryStoreOptions.now": {
    run: (apps, fail) => call(apps.make({ fine }, { store: createMemoryStore({ now: fail }) }), { headers: once }),
    ways: AT_ONCE,
    told: { answer: 503 },
  },

  // Backends
  "FormActionBackend.accepts": {
    run: (apps, fail) => rejected(() => apps.make({ fine }, { backends: [backendWith({ accepts: fail })] }).ready),
    ways: AT_ONCE,
    told: STARTS,
  },
  "FormActionBackend.registerAction": {
    run: (apps, fail) =>
      rejected(() => apps.make({ fine }, { backends: [backendWith({ registerAction: fail })] }).ready),
    ways: AT_ONCE,
    told: STARTS,
  },
  "FormActionBackend.getByUid": {
    run: async (apps, fail) => {
      const backend = backendWith({});
      const handler = apps.make({ fine }, { backends: [backend] });
      await handler.ready;
      Object.assign(backend, { getByUid: fail });
      // It also runs first for a request from another site.
      const path = `/_next/form/${fine.uid}/`;
      const status = await call(handler, { path, headers: { origin: "http://elsewhere.test" } });
      return status;
    },
    ways: AT_ONCE,
  },
  "FormActionBackend.getByName": {
    run: async (apps, fail) => {
      const backend = backendWith({});
      const handler = apps.make({ fine }, { backends: [backend] });
      await handler.ready;
      Object.assign(backend, { getByName: fail });
      return await call(handler);
    },
    ways: AT_ONCE,
  },
  "FormActionBackend.actions": {
    run: (apps, fail) => rejected(() => apps.make({ fine }, { backends: [backendWith({ actions: fail })] }).actions()),
    ways: AT_ONCE,
    told: CALLER,
  },
  "FormActionBackend.getActionUrl": {
    run: (apps, fail) => {
      const backends = [backendWith({ getActionUrl: fail })];
      return open(apps.make({ default: () => <Form action={fine} />, fine }, { backends }));
    },
    ways: AT_ONCE,
  },
  "FormActionBackend.dispatch": {
    run: (apps, fail) => call(apps.make({ fine }, { backends: [backendWith({ dispatch: fail })] })),
  },
  "BackendSpec.backend": {
    run: (apps, fail) => {
      class Broken extends RegistryFormActionBackend {
        constructor() {
          super();
          fail();
        }
      }
      return rejected(() => Promise.resolve(apps.make({ fine }, { backends: [{ backend: Broken }] })));
    },
    ways: AT_ONCE,
    told: STARTS,
  },

  // Signals
  "Signal.connect(receiver)": {
    run: async (apps, fail) => {
      const handler = apps.make({ fine });
      handler.signals.actionDispatched.connect(fail);
      return await call(handler);
    },
    told: BESIDE,
  },
  "Signal.send(onError)": {
    run: (_apps, fail) => {
      const signal = new Signal<{ value: number }>("own");
      signal.connect(() => {
        throw new RangeError("what onError is called with");
      });
      signal.send({ value: 1 }, fail);
      return Promise.resolve();
    },
    told: { onError: 0 },
  },
  "Signal.sendAndWait(onError)": {
    run: async (_apps, fail) => {
      const signal = new Signal<{ value: number }>("own");
      signal.connect(() => Promise.reject(new RangeError("what onError is called with")), { wait: true });
      await signal.sendAndWait({ value: 1 }, fail);
    },
    told: { onError: 0 },
  },

  // Testing
  "TestClient.override(value)": {
    run: async (_apps, fail) => {
      const it = dependency("it", () => "it");
      const pages = [{ path: "/", load: () => Promise.resolve({ default: () => "home", run: injecting(it) }) }];
      await using client = createTestClient({ pages });
      client.override(it, fail);
      await client.open("/");
      return (await client.action("run")).status;
    },
    told: { onError: 0 },
  },
};

/** Functions without a named type: functions that the platform calls, and untyped values. */
export const BEYOND_TYPES: Readonly<Record<string, Exercise>> = {
  "overrides: a function": {
    run: (apps, fail) => {
      const it = dependency("it", () => "it");
      return call(apps.make({ run: injecting(Depends(it)) }, { overrides: new Map([[it, fail]]) }));
    },
  },
  "a dependency's disposer": {
    run: (apps, fail) =>
      call(
        apps.make({ run: injecting(dependency("it", () => ({ [Symbol.asyncDispose]: fail, toString: () => "it" }))) }),
      ),
    told: BESIDE,
  },
  "a dependency's disposer, after its request": {
    run: async (apps, fail) => {
      const late = Promise.withResolvers<object>();
      const it = dependency("it", () => late.promise);
      const run = action("run", ({ deps }) => void deps.get(it));
      const status = await call(apps.make({ run }));
      late.resolve({ [Symbol.asyncDispose]: fail });
      return status;
    },
    told: BESIDE,
  },
  "a subscription's disposer": {
    run: async (apps, fail) => {
      const memory = createMemoryBus();
      const bus = busWith({
        subscribe: async (...args) => ({ ...await memory.subscribe(...args), [Symbol.asyncDispose]: fail }),
      });
      const handler = apps.make({ watch: watching() }, { bus });
      const status = await watch(handler);
      await handler.close();
      return status;
    },
    // Once for the topic, once for sign-outs, which end with the handler.
    told: { onError: 0, console: 2, answer: 200 },
  },
  "bus.publish of disconnect()": {
    run: (apps, fail) => {
      apps.make({}, { bus: busWith({ publish: fail }) }).disconnect("ada");
      return Promise.resolve();
    },
    told: { onError: 0 },
  },
  "a generator's return()": {
    run: async (apps, fail) => {
      const run = action("run", { method: "GET" }, () => ({
        [Symbol.asyncIterator]: () => ({
          next: () => Promise.resolve({ done: false as const, value: toast("one") }),
          return: fail,
        }),
      }));
      const response = await ask(apps.make({ run }), {
        path: "/?_action=run",
        method: "GET",
        accept: "text/event-stream",
      });
      const reader = response.body?.getReader();
      await reader?.read();
      await reader?.cancel();
      return response.status;
    },
    told: BESIDE,
  },
  "a generator whose reader has left": {
    run: async (apps, fail) => {
      const run = action("run", async function* () {
        yield toast("one");
        await new Promise((resolve) => setTimeout(resolve, 1));
        await fail();
      });
      const response = await ask(apps.make({ run }), { path: "/?_action=run", accept: "text/event-stream" });
      await response.body?.cancel();
      return response.status;
    },
    told: BESIDE,
  },
  "a generator that is waited for no longer": {
    run: (apps, fail) => {
      const run = action("run", { limits: { documentSeconds: 0.001 } }, async function* () {
        await new Promise((resolve) => setTimeout(resolve, 5));
        yield toast("one");
        await fail();
      });
      return call(apps.make({ run }));
    },
    told: BESIDE,
  },
  "a listener of ctx.signal": {
    run: async (apps, fail) => {
      const run = action("run", { method: "GET" }, async function* ({ signal }) {
        signal.addEventListener("abort", () => void fail());
        yield toast("one");
        await new Promise((resolve) => setTimeout(resolve, 5));
        yield toast("two");
      });
      const response = await ask(apps.make({ run }), {
        path: "/?_action=run",
        method: "GET",
        accept: "text/event-stream",
      });
      const reader = response.body?.getReader();
      await reader?.read();
      await reader?.cancel();
      return response.status;
    },
    // An event target ignores the promise that a listener returns.
    ways: AT_ONCE,
    told: BESIDE,
  },
  "a listener of ctx.signal, where the connection ends": {
    run: async (apps, fail) => {
      const gone = Promise.withResolvers<void>();
      const run = action("run", { method: "GET" }, ({ signal }) => {
        signal.addEventListener("abort", () => void fail());
        return {};
      });
      const handler = apps.make({ run });
      const request = new Request("http://localhost/?_action=run", { headers: { accept: "application/json" } });
      const response = await handler(request, { completed: gone.promise });
      gone.reject(new Error("the connection has ended"));
      await response.text();
      return response.status;
    },
    ways: AT_ONCE,
    told: BESIDE,
  },
  "a listener of ctx.signal, where a stream without a reader has reached a limit": {
    run: (apps, fail) => {
      const run = action("run", { limits: { unreadEvents: 1 } }, async function* ({ signal }) {
        signal.addEventListener("abort", () => void fail());
        yield toast("one");
        yield toast("two");
        await Promise.resolve();
      });
      return call(apps.make({ run }));
    },
    ways: AT_ONCE,
    told: BESIDE,
  },
  "principal, asked for the identity that an answer makes": {
    run: (apps, fail) => {
      const principal = ({ headers }: Request): string | null => headers.has("cookie") ? fail() : null;
      return call(apps.make({ run: signingIn }, { principal }), { headers: once });
    },
    told: BESIDE,
  },
  "deleteIf() of a store whose claim came after its deadline": {
    run: (apps, fail) => {
      const putIfAbsent = () => new Promise<boolean>((resolve) => setTimeout(() => resolve(true), 3));
      const store = storeWith({ putIfAbsent, deleteIf: fail });
      return call(apps.make({ fine }, { store, storeSeconds: 0.001 }), { headers: once });
    },
    // The failure of the store is reported. The claim that it does not delete expires.
    told: { onError: 0, console: 0, answer: 503 },
  },
  "the disposer of a subscription that came after its deadline": {
    run: (apps, fail) => {
      const subscription = { isComplete: true, [Symbol.asyncDispose]: fail };
      const subscribe = () => new Promise<typeof subscription>((resolve) => setTimeout(() => resolve(subscription), 6));
      // The disposer has the same deadline: it fails before that.
      return watch(apps.make({ watch: watching() }, { bus: busWith({ subscribe }), storeSeconds: 0.004 }));
    },
    // Once for the topic, once for sign-outs.
    told: { onError: 0, console: 2, answer: 503 },
  },
  "a kept body that fails when its reader has left": {
    run: async (apps, fail) => {
      const run = action("run", () => new Response(new ReadableStream({ pull: fail }, { highWaterMark: 0 })));
      const response = await ask(apps.make({ run }), { path: "/?_action=run", headers: once });
      await response.body?.cancel();
      return response.status;
    },
    told: BESIDE,
  },
  "cancel() of a kept body that is too large without a reader": {
    run: async (apps, fail) => {
      const body = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(2)), cancel: fail });
      const run = action("run", { limits: { unreadBytes: 1 } }, () => new Response(body));
      const response = await ask(apps.make({ run }), { path: "/?_action=run", headers: once });
      await response.body?.cancel();
      return response.status;
    },
    told: BESIDE,
  },
  "cancel() of a page's own body": {
    run: (apps, fail) => {
      const render = () => new Response(new ReadableStream({ cancel: fail }));
      return call(apps.make({ render }), { path: "/", method: "HEAD", accept: "text/html" });
    },
    told: BESIDE,
  },
  "cancel() of the body of an action's redirect": {
    run: (apps, fail) => {
      const headers = { location: "/" };
      const run = action("run", () => new Response(new ReadableStream({ cancel: fail }), { status: 303, headers }));
      return call(apps.make({ run }), { accept: "text/event-stream" });
    },
    told: BESIDE,
  },
  "cancel() of a body whose headers could not be made": {
    run: (apps, fail) => {
      const run = action("run", () => new Response(new ReadableStream({ cancel: fail })));
      const headers = () => {
        throw new RangeError("no headers");
      };
      return call(apps.make({ run }, { headers }));
    },
  },
  "a component of an item": {
    run: (apps, fail) => call(apps.make({ run: action("run", () => html(h(() => fail(), {}), { target: "#a" })) })),
    ways: AT_ONCE,
  },
  "a form's initial values, when its reader has left the page": {
    run: async (apps, fail) => {
      const late = Promise.withResolvers<never>();
      const run = action("run", { form: form({ getInitial: () => late.promise }) }, () => {});
      // A component around the form: the markup before it is sent.
      const Box = () => (
        <section>
          <Form action={run} />
        </section>
      );
      const Waiting = () => (
        <main>
          before<Box />
        </main>
      );
      const response = await ask(apps.make({ default: Waiting, run }), { method: "GET", accept: "text/html" });
      const reader = response.body?.getReader();
      await reader?.read();
      await reader?.cancel();
      late.resolve(new Promise((resolve) => setTimeout(resolve)).then(fail) as never);
      return response.status;
    },
    told: BESIDE,
  },
  "a receiver that is waited for": {
    run: async (apps, fail) => {
      const handler = apps.make({ fine });
      handler.signals.actionDispatched.connect(fail, { wait: true });
      return await call(handler);
    },
    told: BESIDE,
  },
  "a page's guard that is asked for its context": {
    run: (apps, fail) => {
      const read = action("run", async ({ deps }) => {
        await deps.get({ kind: "marker", source: "context", options: { name: "it" } });
      });
      return call(apps.make({ render: fail, context: { it: () => "it" }, read }));
    },
  },
};
