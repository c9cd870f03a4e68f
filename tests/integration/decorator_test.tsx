/** `@action` on the methods of a page class, compared with the function form. */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  action,
  type ActionContext,
  createHandler,
  defineForm,
  field,
  Form,
  formActionUid,
  Page,
  type PageContext,
  toast,
} from "../../mod.ts";
import { App, eventsOf } from "../support/app.tsx";
import { findForm } from "../support/html.ts";

const CountForm = defineForm("count", { fields: { by: field.number({ required: true }) } });

class Counter extends Page {
  static total = 0;
  greeting = "Counted";

  override render(_ctx: PageContext) {
    return (
      <main>
        {Counter.total}
        <Form action={this.count} />
      </main>
    );
  }

  @action("count", { form: CountForm })
  count({ form }: ActionContext<typeof CountForm>) {
    Counter.total += form.values.by ?? 0;
    return toast(`${this.greeting} ${form.values.by}`);
  }

  @action("reset", { method: "POST", namespace: "counter" })
  reset(_ctx: ActionContext) {
    Counter.total = 0;
  }
}

Deno.test("@action registers the same action as the function form", async () => {
  const registered: string[][] = [];
  await using app = new App({ "/": { default: Counter } });
  using _watch = app.handler.signals.actionRegistered.connect(({ actionName, uid }) =>
    void registered.push([actionName, uid])
  );
  await app.handler.ready;
  assertEquals(registered, [["count", formActionUid("count")], ["counter:reset", formActionUid("counter:reset")]]);
});

Deno.test("@action runs the method with the instance of its class, its form and its options", async () => {
  await using app = new App({ "/": { default: Counter } });
  Counter.total = 0;
  const page = await app.open("/");
  const events = await eventsOf(await app.submitByRuntime(page, "count", { by: "3" }));
  assertEquals([events[0]?.data, Counter.total], [{ value: "Counted 3" }, 3]);
  const failed = await app.submit(page, "count", { by: "many" });
  assertEquals([failed.status, Counter.total], [200, 3]);
  assertEquals((await app.call("counter:reset")).status, 200);
  assertEquals(Counter.total, 0);
});

Deno.test("<Form> accepts a decorated method as its action", async () => {
  await using app = new App({ "/": { default: Counter } });
  findForm((await app.open("/")).root, "count");
});

Deno.test("the action and the page rendered after it share one instance per request", async () => {
  let made = 0;
  class Draft extends Page {
    readonly id = ++made;
    note = "";

    override render() {
      return (
        <main>
          <p>{`${this.id}: ${this.note}`}</p>
          <Form action={this.save} />
        </main>
      );
    }

    @action("save_draft", { form: CountForm })
    save({ form }: ActionContext<typeof CountForm>) {
      this.note = "seen by the handler";
      form.addError("", "Refused");
    }
  }
  await using app = new App({ "/": { default: Draft } });
  const page = await app.open("/");
  const answer = await app.submit(page, "save_draft", { by: "1" });
  assertEquals(answer.html.includes("<p>2: seen by the handler</p>"), true);
  assertEquals(made, 2);
});

Deno.test("actions are inherited, and a method that overrides one replaces it, decorated or not", async () => {
  class Base extends Page {
    override render(): string {
      return "base";
    }
    @action("inherited")
    inherited(_ctx: ActionContext): unknown {
      return { from: "base", by: this.constructor.name };
    }
    @action("overridden")
    overridden(_ctx: ActionContext): unknown {
      return { from: "base" };
    }
    @action("renamed")
    renamed(_ctx: ActionContext): unknown {
      return { from: "base" };
    }
  }
  class Child extends Base {
    override overridden(_ctx: ActionContext): unknown {
      return { from: "child" };
    }
    @action("renamed_by_child")
    override renamed(ctx: ActionContext): unknown {
      return { from: "child", base: super.renamed(ctx) };
    }
  }
  await using app = new App({ "/": { default: Child } });
  assertEquals(await app.data("inherited"), { ok: true, data: { from: "base", by: "Child" } });
  assertEquals(await app.data("overridden"), { ok: true, data: { from: "child" } });
  assertEquals(await app.data("renamed_by_child"), { ok: true, data: { from: "child", base: { from: "base" } } });
  assertEquals((await app.call("renamed")).status, 404);
});

Deno.test("two pages that inherit one action declare one name twice, which is an error on startup", async () => {
  class Base extends Page {
    override render(): string {
      return "base";
    }
    @action("shared")
    shared(_ctx: ActionContext): void {}
  }
  class One extends Base {}
  class Two extends Base {}
  const handler = createHandler({
    baseDir: null,
    pages: [
      { path: "/one", load: () => Promise.resolve({ default: One }) },
      { path: "/two", load: () => Promise.resolve({ default: Two }) },
    ],
  });
  const error = await assertRejects(() => handler.ready, TypeError, 'Cannot register action "shared"');
  for (const file of ["pages/one/page.tsx", "pages/two/page.tsx"]) assertEquals(error.message.includes(file), true);
});

Deno.test("a generator method streams", async () => {
  class Live extends Page {
    override render(): string {
      return "live";
    }
    @action("watch", { method: "GET" })
    async *watch(_ctx: ActionContext) {
      yield toast(1);
      await Promise.resolve();
      yield toast(2);
    }
  }
  await using app = new App({ "/": { default: Live } });
  const response = await app.call("watch", { method: "GET" });
  assertEquals((await eventsOf(response)).map(({ event }) => event), ["toast", "toast", "end"]);
});

Deno.test("@action throws when the name or the method cannot be an action", () => {
  assertThrows(() => action("2 many"), TypeError, 'Cannot declare action "2 many"');
  assertThrows(
    () => {
      class Wrong extends Page {
        override render(): string {
          return "";
        }
        @action("on_static")
        static make(_ctx: ActionContext): void {}
      }
      return Wrong;
    },
    TypeError,
    "decorate a public method of a page class",
  );
});
