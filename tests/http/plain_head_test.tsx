import { assert, assertEquals, assertFalse } from "@std/assert";
import { action, createHandler, defineForm, Field, field, Form, type Handler, toast } from "@hyper/actions";
import { hasPlainHead, notePlainHead } from "../../src/http/plain_head.ts";
import { sealResponse } from "../../src/http/sink.ts";
import { findForm, parseHtml, submitRequest } from "../support/html.ts";

const NoteForm = defineForm("note", { fields: { title: field.text({ required: true }) } });
const addNote = action("add_note", { form: NoteForm }, () => {});
const greet = action("greet", () => toast("Hello"));
const Page = () => (
  <Form action={addNote}>
    <Field name="title" />
  </Form>
);

function start(): Handler {
  const pages = [{ path: "/", load: () => Promise.resolve({ default: Page, addNote, greet }) }];
  return createHandler({ baseDir: "/srv/app", pages });
}

/** Returns the names of the properties of responses that are read while a handler answers. */
async function readWhile(answer: () => Promise<Response>): Promise<readonly string[]> {
  const read: string[] = [];
  const own = new Map<string, PropertyDescriptor>();
  for (const name of ["body", "headers"]) {
    const descriptor = Object.getOwnPropertyDescriptor(Response.prototype, name);
    assert(descriptor?.get !== undefined);
    own.set(name, descriptor);
    const { get } = descriptor;
    Object.defineProperty(Response.prototype, name, {
      ...descriptor,
      get(this: Response): unknown {
        read.push(name);
        return get.call(this);
      },
    });
  }
  try {
    await answer();
    return read;
  } finally {
    for (const [name, descriptor] of own) Object.defineProperty(Response.prototype, name, descriptor);
  }
}

// Deno.serve sends a body as a stream once `body` was read, and makes the head again once `headers` was read.
Deno.test("The handler reads neither headers nor body of its own responses", async () => {
  await using stack = new AsyncDisposableStack();
  const handler = start();
  stack.defer(() => handler.close());
  const url = "http://site.test/";
  const html = { headers: { accept: "text/html" } };
  const form = findForm(parseHtml(await (await handler(new Request(url, html))).text()), "add_note");
  const events = { accept: "text/event-stream", "x-hyper-action": "greet" };
  const requests: Readonly<Record<string, Request>> = {
    page: new Request(url, html),
    "invalid form": submitRequest(form, url, { title: "" }),
    "valid form": submitRequest(form, url, { title: "A" }),
    events: new Request(url, { method: "POST", headers: events }),
    "not found": new Request(`${url}none`, html),
  };
  for (const [name, request] of Object.entries(requests)) {
    assertEquals(await readWhile(() => handler(request)), [], name);
  }
});

Deno.test("hasPlainHead() is false for a response that the application has had", () => {
  const response = notePlainHead(new Response("x", { headers: { "content-type": "text/plain" } }));
  assert(hasPlainHead(response));
  sealResponse(response);
  assertFalse(hasPlainHead(response));
});
