/** A small application with sessions, and browsers that use it. */
import { action, createHandler, type Handler, HyperError, type Store, toast } from "@hyper/actions";
import { sessions, type SessionsOptions } from "@hyper/actions/session";
import { createKvStore, createMemoryStore, createSqliteStore } from "@hyper/actions";
import { createRedisStore } from "@hyper/actions/redis";
import { z } from "zod";
import { isLeftOut, startRedis } from "../support/redis.ts";
import { captureConsole } from "../support/app.tsx";

export const ORIGIN = "https://site.test";

/** A store of a test. */
export interface TestStore extends AsyncDisposable {
  readonly store: Store;
}

/** The four stores, by name: each test opens an empty one. */
export const STORES: readonly {
  readonly name: string;
  readonly ignore: boolean;
  readonly open: () => Promise<TestStore>;
}[] = [
  { name: "memory", ignore: false, open: () => Promise.resolve(disposable(createMemoryStore(), () => {})) },
  {
    name: "SQLite",
    ignore: false,
    open: async () => {
      const path = await Deno.makeTempFile({ suffix: ".db" });
      const store = await createSqliteStore(path);
      return disposable(store, async () => {
        await store[Symbol.asyncDispose]();
        await Deno.remove(path);
      });
    },
  },
  {
    name: "KV",
    ignore: typeof Deno.openKv !== "function",
    open: async () => {
      const kv = await Deno.openKv(":memory:");
      return disposable(createKvStore(kv), () => kv.close());
    },
  },
  {
    name: "Redis",
    ignore: isLeftOut,
    open: async () => {
      const server = await startRedis();
      const store = await createRedisStore({ url: server.url });
      return disposable(store, async () => {
        await store[Symbol.asyncDispose]();
        await server.stop();
      });
    },
  },
];

/** Registers a test for each store. */
export function testOverStores(behavior: string, fn: (store: Store) => Promise<void>): void {
  for (const { name, ignore, open } of STORES) {
    Deno.test({
      name: `over ${name}: ${behavior}`,
      ignore,
      fn: async () => {
        await using opened = await open();
        await fn(opened.store);
      },
    });
  }
}

/** A store that can fail. */
export function breakable(store: Store): { readonly store: Store; isDown: boolean } {
  const state = {
    isDown: false,
    store: new Proxy(store, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== "function") return value;
        return (...args: unknown[]) =>
          state.isDown ? Promise.reject(new Error("The store is down")) : value.apply(target, args);
      },
    }),
  };
  return state;
}

function disposable(store: Store, end: () => void | Promise<void>): TestStore {
  return { store, [Symbol.asyncDispose]: async () => await end() };
}

export const VALUES = { count: z.number(), names: z.array(z.string()), name: z.string() };

/** An application whose actions use the session. */
export class Site implements AsyncDisposable {
  readonly session: ReturnType<typeof makeSessions>;
  readonly handler: Handler;
  /** Number of calls of the store. */
  calls = 0;
  /** Errors that `onError` received. */
  readonly errors: unknown[] = [];
  readonly console: string[] = [];
  /** Resolved by a test that has received the head of a response of `late`. */
  readonly isReceived: PromiseWithResolvers<void> = Promise.withResolvers<void>();
  readonly #restore: () => void;

  constructor(store: Store, options: Partial<SessionsOptions> = {}) {
    this.#restore = captureConsole(this.console);
    this.session = makeSessions(counted(store, () => void this.calls++), options);
    const { session } = this;
    // deno-lint-ignore no-this-alias -- a generator has no arrow function
    const site = this;
    const modules = {
      "/": {
        default: () => <p>Public</p>,
        read: action("read", { inject: { session } }, ({ session }) => ({
          user: session.user,
          count: session.get("count"),
          names: session.get("names"),
          name: session.get("name"),
        })),
        set: action("set", { inject: { session }, input: z.object({ name: z.string() }) }, ({ session, data }) => {
          session.set("name", data.name);
          return { name: session.get("name") };
        }),
        add: action("add", { inject: { session }, input: z.object({ name: z.string() }) }, ({ session, data }) => {
          session.update("count", (count) => (count ?? 0) + 1);
          session.update("names", (names) => [...names ?? [], data.name]);
          return { ok: true };
        }),
        signIn: action("sign_in", { inject: { session }, input: z.object({ user: z.string() }) }, (ctx) => {
          ctx.session.signIn(ctx.data.user);
          return { user: ctx.session.user };
        }),
        signOut: action("sign_out", { inject: { session } }, ({ session }) => {
          session.destroy();
          return { user: session.user };
        }),
        handOver: action("hand_over", { inject: { session }, input: z.object({ user: z.string() }) }, (ctx) => {
          ctx.session.set("name", "of the first");
          ctx.session.signIn(ctx.data.user);
          return { name: ctx.session.get("name") };
        }),
        deny: action("deny", { inject: { session } }, ({ session }) => {
          session.set("name", "of a denied call");
          throw new HyperError(409, "Not now");
        }),
        late: action("late", { inject: { session } }, async function* ({ session }) {
          yield toast("First");
          await site.isReceived.promise;
          session.set("name", "late");
        }),
      },
      "/mine": { default: () => <p>Mine</p>, context: { user: async (ctx: never) => await userOf(ctx, session) } },
    };
    this.handler = createHandler({
      pages: Object.entries(modules).map(([path, exports]) => ({ path, load: () => Promise.resolve(exports) })),
      principal: session.principal,
      onError: (error) => void this.errors.push(error),
    });
  }

  browser(): Browser {
    return new Browser(this.handler);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.handler.close();
    this.#restore();
  }
}

function makeSessions(store: Store, options: Partial<SessionsOptions>) {
  return sessions({ ...options, store, values: VALUES });
}

async function userOf({ deps }: { deps: { get(d: unknown): Promise<{ user: string | null }> } }, session: unknown) {
  return (await deps.get(session)).user;
}

function counted(store: Store, count: () => void): Store {
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        count();
        return value.apply(target, args);
      };
    },
  });
}

/** A browser with its cookies. */
export class Browser {
  readonly cookies = new Map<string, string>();
  readonly #handler: Handler;

  constructor(handler: Handler) {
    this.#handler = handler;
  }

  /** Returns another browser with the same cookies, as they are now. */
  copy(): Browser {
    const other = new Browser(this.#handler);
    for (const [name, value] of this.cookies) other.cookies.set(name, value);
    return other;
  }

  async request(path: string, init: RequestInit = {}, origin: string = ORIGIN): Promise<Response> {
    const headers = new Headers(init.headers);
    if (this.cookies.size > 0 && !headers.has("cookie")) {
      headers.set("cookie", Array.from(this.cookies, ([name, value]) => `${name}=${value}`).join("; "));
    }
    const response = await this.#handler(new Request(new URL(path, origin), { ...init, headers }));
    for (const text of response.headers.getSetCookie()) {
      const [pair = "", ...attributes] = text.split("; ");
      const [name = "", value = ""] = pair.split("=");
      if (attributes.includes("Max-Age=0")) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return response;
  }

  /** Calls an action as a program. Returns its status and its data. */
  async call(name: string, data: unknown = {}, headers: Record<string, string> = {}): Promise<CallResult> {
    const response = await this.request("/", {
      method: "POST",
      headers: { accept: "application/json", "content-type": "application/json", "x-hyper-action": name, ...headers },
      body: JSON.stringify(data),
    });
    const body = await response.json();
    return { status: response.status, data: body.data ?? null, headers: response.headers };
  }
}

/** The result of a call. */
export interface CallResult {
  readonly status: number;
  // deno-lint-ignore no-explicit-any -- tests compare it
  readonly data: any;
  readonly headers: Headers;
}

/** Returns a store that calls a function before each `put()`. */
export function beforePut(store: Store, before: (key: string, value: unknown) => void | Promise<void>): Store {
  return {
    get: (key) => store.get(key),
    put: async (key, value, seconds) => {
      await before(key, value);
      await store.put(key, value, seconds);
    },
    putIfAbsent: (key, value, seconds) => store.putIfAbsent(key, value, seconds),
    replace: (key, expected, value, seconds) => store.replace(key, expected, value, seconds),
    deleteIf: (key, expected) => store.deleteIf(key, expected),
    delete: (key) => store.delete(key),
  };
}
