/**
 * The order of the steps: a step that rejects a request prevents all later steps. Every function of the application
 * records its call, the body records that it is read, and the validator, the store and the limiter belong to the test.
 */
import { assertEquals } from "@std/assert";
import {
  action,
  createMemoryStore,
  defineForm,
  dependency,
  field,
  formActionUrl,
  HyperError,
  type RateLimiter,
  type StandardSchemaV1,
  type Store,
} from "../../mod.ts";
import { App, EVENTS, JSON_TYPE } from "../support/app.tsx";

/** In the order of `product.md`, section 6, where the URL names the page. */
const STEPS = [
  "handler's guard",
  "action's guard",
  "principal",
  "rate",
  "body",
  "onFile",
  "dependency",
  "factory",
  "getInitial",
  "form's guard",
  "validator",
  "clean",
  "claim",
  "handler",
] as const;
type Step = typeof STEPS[number];
/** If only the body names the page: it is read first, within its limits, and its files are received at the usual step. */
const BODY_FIRST: readonly Step[] = ["body", ...STEPS.filter((step) => step !== "body")];

const BARE = formActionUrl("save");
const NAMED = `${BARE}?_next_form_origin=%2F`;

const AUDIENCES = ["text/html", EVENTS, JSON_TYPE];
const MULTIPART = { "content-type": "multipart/form-data; boundary=b" };
const ORIGIN_PARTS = '--b\r\nContent-Disposition: form-data; name="_next_form_page"\r\n\r\npages/page.tsx\r\n' +
  '--b\r\nContent-Disposition: form-data; name="_next_form_origin"\r\n\r\n/\r\n';
const BODY = '--b\r\nContent-Disposition: form-data; name="title"\r\n\r\nx\r\n' +
  '--b\r\nContent-Disposition: form-data; name="photo"; filename="a"\r\n\r\ny\r\n--b--';

interface Sent {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** An application that records its steps, one of which rejects. */
class Spied implements AsyncDisposable {
  readonly reached: Step[] = [];
  readonly app: App;

  constructor(refuse: Step | null = null, dev = false) {
    const at = (step: Step): void => {
      // Repeated steps count once, because `getInitial` and the guard may run again for the page.
      if (!this.reached.includes(step)) this.reached.push(step);
      if (step === refuse) throw new HyperError(418, step);
    };
    const spy = (step: Step) => (): void => at(step);
    const schema: StandardSchemaV1<unknown, { title: string }> = {
      "~standard": {
        version: 1,
        vendor: "spy",
        validate: (value) => {
          at("validator");
          return { value: value as { title: string } };
        },
      },
    };
    const form = defineForm("note", {
      schema,
      fields: { title: field.text() },
      getInitial: () => {
        at("getInitial");
        return {};
      },
      guard: spy("form's guard"),
      clean: spy("clean"),
    });
    const save = action("save", {
      form: () => {
        at("factory");
        return form;
      },
      guard: spy("action's guard"),
      inject: { user: dependency("user", spy("dependency")) },
      onFile: () => {
        at("onFile");
        return "key";
      },
    }, spy("handler"));
    const memory = createMemoryStore();
    const store: Store = {
      get: (key) => memory.get(key),
      put: (...args) => memory.put(...args),
      replace: (...args) => memory.replace(...args),
      deleteIf: (...args) => memory.deleteIf(...args),
      delete: (key) => memory.delete(key),
      putIfAbsent: (...args) => {
        at("claim");
        return memory.putIfAbsent(...args);
      },
    };
    const rateLimiter: RateLimiter = {
      take: () => {
        at("rate");
        return { allowed: true, remaining: 1, retryAfterSeconds: 0 };
      },
    };
    this.app = new App({ "/": { default: () => "home", save } }, {
      guard: spy("handler's guard"),
      principal: () => {
        at("principal");
        return "ada";
      },
      rate: { limit: 1, seconds: 1 },
      rateLimiter,
      store,
      dev,
      crossOrigin: { requireHeaders: false },
    });
  }

  /** Sends a request whose body records that it is read. Returns the status of the response. */
  async send({ path = NAMED, method = "POST", headers = {}, body = BODY }: Sent = {}): Promise<number> {
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        if (!this.reached.includes("body")) this.reached.push("body");
        controller.enqueue(new TextEncoder().encode(body));
        controller.close();
      },
    }, { highWaterMark: 0 });
    const response = await this.app.request(path, {
      method,
      headers: { ...MULTIPART, "x-hyper-request-id": "r1", ...headers },
      ...(method === "GET" || method === "HEAD" ? {} : { body: stream }),
    });
    await response.body?.cancel();
    return response.status;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.app[Symbol.asyncDispose]();
  }
}

Deno.test("an accepted request runs every step, in one order", async () => {
  for (const accept of AUDIENCES) {
    await using spied = new Spied();
    await spied.send({ headers: { accept } });
    assertEquals(spied.reached, [...STEPS], accept);
  }
});

for (const [index, step] of STEPS.entries()) {
  if (step === "body") continue;
  Deno.test(`a rejection by the ${step} prevents all later steps`, async () => {
    for (const accept of AUDIENCES) {
      await using spied = new Spied(step);
      assertEquals(
        [await spied.send({ headers: { accept } }), spied.reached],
        [418, STEPS.slice(0, index + 1)],
        accept,
      );
    }
  });
}

Deno.test("a body that alone names the page is read first, and all guards run before a file is accepted", async () => {
  for (const accept of AUDIENCES) {
    await using spied = new Spied();
    await spied.send({ path: BARE, body: ORIGIN_PARTS + BODY, headers: { accept } });
    assertEquals(spied.reached, [...BODY_FIRST], accept);
  }
});

for (const step of ["handler's guard", "action's guard", "principal", "rate", "onFile", "dependency"] as const) {
  Deno.test(`a rejection by the ${step} prevents all later steps, when only the body names the page`, async () => {
    for (const body of [BODY, ORIGIN_PARTS + BODY]) {
      await using spied = new Spied(step);
      assertEquals(
        [await spied.send({ path: BARE, body }), spied.reached],
        [418, BODY_FIRST.slice(0, BODY_FIRST.indexOf(step) + 1)],
      );
    }
  });
}

const AFTER_BODY = STEPS.slice(0, STEPS.indexOf("body") + 1);

const BAD_BODIES = [
  ["is cut off", 400, { body: BODY.slice(0, -6) }],
  ["has two names in one part", 400, { body: BODY.replace('"title"', '"title"; name="x"') }],
  ["is no UTF-8 where it is a form", 400, {
    body: "a=%ff",
    headers: { "content-type": "application/x-www-form-urlencoded" },
  }],
  ["is JSON that is cut off", 400, { body: '{"a":', headers: { "content-type": JSON_TYPE } }],
  ["contains the name of a prototype", 400, { body: '{"__proto__":{}}', headers: { "content-type": JSON_TYPE } }],
  ["is not an object", 400, { body: "[]", headers: { "content-type": JSON_TYPE } }],
  ["is of another type", 415, { headers: { "content-type": "text/plain" } }],
  ["is larger than a limit", 413, {
    body: `a=${"x".repeat(1_100_000)}`,
    headers: {
      "content-type": "application/x-www-form-urlencoded",
    },
  }],
  ["has more fields than a limit", 413, {
    body: "a&".repeat(2000),
    headers: {
      "content-type": "application/x-www-form-urlencoded",
    },
  }],
] satisfies readonly (readonly [string, number, Sent])[];

for (const [what, status, sent] of BAD_BODIES) {
  const headersOf = (accept: string) => ({ accept, ...("headers" in sent ? sent.headers : {}) });

  Deno.test(`a body that ${what} keeps no file and runs no later step, except the page of the form`, async () => {
    for (const accept of AUDIENCES) {
      await using spied = new Spied();
      assertEquals(await spied.send({ ...sent, headers: headersOf(accept) }), status, accept);
      // A document shows the form again, blank, as a GET of its page does. A file that was whole has been taken, and is discarded.
      // JSON that is not an object was read, and is denied as input.
      const shown = accept === "text/html" && what !== "is not an object" ? ["factory", "getInitial"] : [];
      assertEquals(spied.reached.filter((step) => step !== "onFile"), [...AFTER_BODY, ...shown], accept);
    }
  });
}

for (const [what, status, sent] of BAD_BODIES) {
  const type = "headers" in sent ? sent.headers["content-type"] : MULTIPART["content-type"];
  if (!/form/.test(type)) continue;
  Deno.test(`a body that alone names the page and ${what} runs no code of the application`, async () => {
    for (const accept of AUDIENCES) {
      await using spied = new Spied();
      const headers = { accept, "content-type": type };
      assertEquals([await spied.send({ ...sent, path: BARE, headers }), spied.reached], [status, ["body"]], accept);
    }
  });
}

for (
  const [what, status, sent] of [
    ["an ambiguous path", 400, { path: "/a/%252e%252e/b?_action=save" }],
    ["an encoded slash", 400, { path: "/a%2fb?_action=save" }],
    ["an invalid Host", 400, { headers: { host: "site.test/x?" } }],
    ["a Host that is not that of the URL", 400, { headers: { host: "other.test" } }],
    ["an unknown method", 501, { path: "/?_action=save", method: "BREW" }],
    ["a method other than POST at the endpoint of a form", 405, { method: "PUT" }],
    ["a method that the action does not accept", 405, { path: "/?_action=save", method: "PUT" }],
    ["a GET that names the action", 405, { path: "/?_action=save", method: "GET" }],
    ["another site", 403, { headers: { "sec-fetch-site": "cross-site" } }],
    ["a sibling domain of the site", 403, { headers: { "sec-fetch-site": "same-site" } }],
    ["an Origin of another site", 403, { headers: { origin: "http://other.test" } }],
    ["an Origin of null", 403, { headers: { origin: "null" } }],
    ["an unknown UID", 404, { path: "/_next/form/0123456789abcdef/" }],
    ["an unknown name", 404, { path: "/?_action=nope" }],
    ["the name of a prototype property", 404, { path: "/?_action=constructor" }],
    ["a malformed request ID", 400, { headers: { "x-hyper-request-id": "a b" } }],
    ["a malformed target", 400, { headers: { "x-hyper-target": "%ff" } }],
    ["a target that is too long", 431, { headers: { "x-hyper-target": "a".repeat(1025) } }],
    ["an Accept that is too long", 431, { headers: { accept: "application/json,".repeat(200) } }],
    ["a switch depth above the maximum", 400, { headers: { "x-hyper-switch-depth": "5" } }],
  ] satisfies readonly (readonly [string, number, Sent])[]
) {
  Deno.test(`${what} is rejected before the body is parsed and before code of the application runs`, async () => {
    for (const dev of [false, true]) {
      await using spied = new Spied(null, dev);
      assertEquals([await spied.send(sent), spied.reached], [status, []]);
    }
  });
}

for (
  const [what, status, data] of [
    ["is not JSON", 400, "{"],
    ["is not an object", 400, "[1]"],
    ["contains the name of a prototype", 400, '{"constructor":{"prototype":{"a":1}}}'],
    ["is longer than the limit", 431, JSON.stringify({ a: "x".repeat(8192) })],
  ] as const
) {
  Deno.test(`X-Hyper-Data that ${what} prevents all steps after the body`, async () => {
    await using spied = new Spied();
    assertEquals(await spied.send({ headers: { "x-hyper-data": data } }), status);
    assertEquals(spied.reached.filter((step) => step !== "onFile"), AFTER_BODY);
  });
}

Deno.test("a repeat of a finished mutation runs all steps before the action function, and not the action function", async () => {
  await using spied = new Spied();
  assertEquals(await spied.send({ headers: { accept: JSON_TYPE } }), 200);
  spied.reached.length = 0;
  assertEquals([await spied.send({ headers: { accept: JSON_TYPE } }), spied.reached], [200, STEPS.slice(0, -1)]);
});

Deno.test("the body of an action that a field names is read first, and its guard runs before the body is used", async () => {
  await using spied = new Spied("handler's guard");
  const body = `--b\r\nContent-Disposition: form-data; name="_action"\r\n\r\nsave\r\n${BODY}`;
  assertEquals([await spied.send({ path: "/", body }), spied.reached], [418, ["body", "handler's guard"]]);
});
