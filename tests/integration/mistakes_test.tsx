/** Mistakes of developers. Each is an error that names the file and the remedy, on startup if it can be known then. */
import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import {
  action,
  createHandler,
  defineForm,
  Depends,
  DUrl,
  Field,
  field,
  Form,
  FormErrors,
  type LayoutProps,
  Toasts,
} from "../../mod.ts";
import { z } from "zod";
import { App, type Modules } from "../support/app.tsx";

const form = defineForm("note", { fields: { title: field.text() } });

/** Returns the error thrown on startup. */
async function startError(modules: Modules): Promise<Error> {
  const handler = createHandler({
    baseDir: "/srv/app",
    pages: Object.entries(modules).map(([path, exports]) => ({ path, load: () => Promise.resolve(exports) })),
  });
  return await assertRejects(() => handler.ready, TypeError);
}

/** Returns the error thrown when a page is rendered. */
async function drawError(modules: Modules, path = "/"): Promise<Error> {
  await using app = new App(modules);
  assertEquals((await app.open(path)).status, 500);
  return app.takeError();
}

const Page = (): string => "page";

for (
  const [what, modules, phrases] of [
    ["two actions with one name", {
      "/a": { default: Page, one: action("save", () => {}) },
      "/b": { default: Page, two: action("save", () => {}) },
    }, ['Cannot register action "save"', '"one" in pages/a/page.tsx', '"two" in pages/b/page.tsx', "namespace"]],
    ["a page without a body", { "/a": { save: action("save", () => {}) } }, [
      "pages/a/page.tsx",
      "no body",
      "export a default component or a render function",
    ]],
    ["a default export that is not a component", { "/a": { default: <p /> } }, [
      "pages/a/page.tsx",
      "export a component",
    ]],
    ["a layout without a default export", { "/a": { default: Page }, "pages/layout.tsx": {} }, [
      "pages/layout.tsx",
      "no default export",
    ]],
    ["an async layout", { "/a": { default: Page }, "pages/layout.tsx": { default: async () => {} } }, [
      "pages/layout.tsx",
      "async function",
    ]],
    ["an action exported from a layout", {
      "/a": { default: Page },
      "pages/layout.tsx": { default: ({ children }: LayoutProps) => children, save: action("save", () => {}) },
    }, ['"save"', "pages/layout.tsx", "pages/page.tsx", "_components"]],
    ["an action exported from a template", {
      "pages/a/template.tsx": { default: Page, save: action("save", () => {}) },
    }, ['"save"', "pages/a/template.tsx", "pages/a/page.tsx"]],
    ["a context that is not an object", { "/a": { default: Page, context: () => ({}) } }, [
      "pages/a/page.tsx",
      "context",
    ]],
    ["a provider that is not a function", { "/a": { default: Page, context: { user: "ada" } } }, [
      "pages/a/page.tsx",
      '"user"',
    ]],
    ["an action without an action function", { "/a": { default: Page, save: action("save", { form }) } }, [
      'Cannot register action "save"',
      '"save" from "pages/a/page.tsx"',
      "has no function",
    ]],
    ["a file field above the limit of the action", {
      "/a": {
        default: Page,
        save: action("save", {
          form: defineForm("file", { fields: { photo: field.file({ maxBytes: 5_000_000 }) } }),
        }, () => {}),
      },
    }, ['field "photo"', "5000000 bytes", 'limit "fileBytes" is 2097152', "limits: { fileBytes: 5000000 }"]],
    ["a render that is not a function", { "/a": { render: <p /> } }, ["pages/a/page.tsx", '"render"']],
  ] as const
) {
  Deno.test(`the handler does not start with ${what}`, async () => {
    const error = await startError(modules as Modules);
    for (const phrase of phrases) assertStringIncludes(error.message, phrase);
  });
}

Deno.test("a module that cannot be imported is an error on startup, with its file and its cause", async () => {
  const cause = new Error("no such database");
  const handler = createHandler({
    baseDir: "/srv/app",
    pages: [{ path: "/a", load: () => Promise.reject(cause) }],
  });
  const error = await assertRejects(() => handler.ready, Error, 'Cannot import "pages/a/page.tsx": no such database');
  assertEquals(error.cause, cause);
});

Deno.test("an action whose file field is within its limit starts", async () => {
  const large = defineForm("file", { fields: { photo: field.file({ maxBytes: 5_000_000 }) } });
  const save = action("save", { form: large, limits: { fileBytes: 5_000_000 } }, () => {});
  await using app = new App({ "/": { default: Page, save } });
  assertEquals((await app.open("/")).status, 200);
});

for (
  const [where, request] of [
    ["by the header", { headers: { "x-hyper-action": "add_tood" } }],
    ["by a field", { body: new URLSearchParams({ _action: "add_tood" }) }],
  ] as const
) {
  Deno.test(`the error for an unknown action ${where} suggests similar names, only in development`, async () => {
    for (const dev of [true, false]) {
      const handler = createHandler({
        dev,
        pages: [{ path: "/", load: () => Promise.resolve({ default: Page, add: action("add_todo", () => {}) }) }],
      });
      const response = await handler(new Request("http://localhost/", { method: "POST", ...request }));
      const text = await response.text();
      assertEquals(response.status, 404);
      assertEquals([text.includes("add_todo"), text.includes("add_tood")], [dev, dev]);
      await handler.close();
    }
  });
}

Deno.test("the error for an unknown action in <Form> suggests similar names", async () => {
  const error = await drawError({
    "/": { default: () => <Form action="add_todos" />, addTodo: action("add_todo", { form }, () => {}) },
  });
  assertStringIncludes(error.message, 'Cannot render <Form> for action "add_todos"');
  assertStringIncludes(error.message, 'did you mean "add_todo"');
});

Deno.test("the error for an action in <Form> that no page exports names the places to export it from", async () => {
  const hidden = action("hidden", { form }, () => {});
  const error = await drawError({ "/": { default: () => <Form action={hidden} /> } });
  assertStringIncludes(error.message, 'action "hidden"');
  assertStringIncludes(error.message, "export one from a page or a component");
});

Deno.test("the error for an undefined action in <Form> mentions an import cycle", async () => {
  const error = await drawError({ "/": { default: () => <Form action={undefined as unknown as string} /> } });
  assertStringIncludes(error.message, "import cycle");
});

Deno.test("the error for a layout that does not render its children names the layout and the remedy", async () => {
  const error = await drawError({
    "/a": { default: Page },
    "pages/layout.tsx": { default: ({ children }: LayoutProps) => <main>{children}</main> },
    "pages/a/layout.tsx": { default: () => <aside>no children</aside> },
  }, "/a");
  assertStringIncludes(error.message, 'the layout "pages/a/layout.tsx" does not render its children');
  assertStringIncludes(error.message, "{children}");
});

Deno.test("the error for a page without content names the page", async () => {
  const error = await drawError({ "/": { render: () => undefined } });
  assertStringIncludes(error.message, "pages/page.tsx");
});

Deno.test("the error for an unknown field lists the fields of the form", async () => {
  const save = action("save", { form }, () => {});
  const error = await drawError({
    "/": {
      default: () => (
        <Form action={save}>
          <Field name="titel" />
        </Form>
      ),
      save,
    },
  });
  assertStringIncludes(error.message, '"titel"');
  assertStringIncludes(error.message, "title");
});

for (
  const [what, node] of [
    ["<Field>", () => <Field name="title" />],
    ["<FormErrors>", () => <FormErrors />],
  ] as const
) {
  Deno.test(`the error for ${what} outside a form names <Form>`, async () => {
    assertStringIncludes((await drawError({ "/": { default: node } })).message, "<Form>");
  });
}

Deno.test("the error for a component of this library outside a page names the problem", async () => {
  const { renderToString } = await import("preact-render-to-string");
  assertThrows(() => renderToString(<Toasts />), TypeError, "outside a page");
});

for (
  const [what, declare, phrase] of [
    ["an invalid name", () => action("add todo", () => {}), 'Cannot declare action "add todo"'],
    ["an empty name", () => action("", () => {}), 'Cannot declare action ""'],
    ["a name of 129 characters", () => action("x".repeat(129), () => {}), "up to 127"],
    ["an invalid namespace", () => action("a", { namespace: "a b" }, () => {}), 'namespace "a b"'],
    ["an invalid method", () => action("a", { method: "PUT" as "POST" }, () => {}), 'method "PUT"'],
    ["an invalid action function", () => action("a", {}, "x" as unknown as () => void), "pass a function"],
    [
      "form and input at once",
      () =>
        action(
          "a",
          { form, input: z.object({}) },
          () => {},
        ),
      "both form and input",
    ],
    [
      "an injected name that is reserved",
      () => action("a", { inject: { form: DUrl("id") } }, () => {}),
      'already has "form"',
    ],
    ["an injected setCookie", () => action("a", { inject: { setCookie: DUrl("id") } }, () => {}), "already has"],
    ["a value that is not a dependency", () => Depends((() => 1) as never), "Cannot depend on"],
  ] as const
) {
  Deno.test(`an invalid declaration throws immediately: ${what}`, () => {
    const error = assertThrows(declare, TypeError);
    assertStringIncludes(error.message, phrase);
  });
}

Deno.test("an action name may have 128 characters, and an action is frozen", () => {
  const longest = action(`x${"y".repeat(127)}`, () => {});
  assert(Object.isFrozen(longest));
  assertEquals(longest.name.length, 128);
});

for (
  const [what, options, phrase] of [
    ["an unknown limit", { limits: { bodybytes: 1 } }, 'limit "bodybytes"'],
    ["a negative limit", { limits: { files: -1 } }, '"files"'],
    ["heartbeatSeconds that is not a number", { heartbeatSeconds: NaN }, "heartbeatSeconds"],
    ["heartbeats that come too late for the browser runtime", { heartbeatSeconds: 30.1 }, "from 0 to 30"],
    [
      "a trusted origin with a path",
      { crossOrigin: { trustedOrigins: ["https://a.test/path"] } },
      "a.test/path",
    ],
    ["a provider without functions", { providers: [{}] }, "provider"],
  ] as const
) {
  Deno.test(`createHandler() throws immediately: ${what}`, () => {
    const error = assertThrows(() => createHandler({ baseDir: null, pages: [], ...options } as never));
    assert(error instanceof TypeError || error instanceof RangeError);
    assertStringIncludes(error.message, phrase);
  });
}
