/**
 * This library, written after its guides: requests without a script, validation while typing, predictions, layers, streams.
 */
import {
  action,
  ClientScript,
  close,
  createHandler,
  defineForm,
  Field,
  field,
  Form,
  html,
  HyperError,
  type LayoutProps,
  Optimistic,
  type PageEntry,
  type PageProps,
  region,
} from "@hyper/actions";
import type { VNode } from "preact";
import { Suspense } from "preact/compat";
import config from "../../../deno.json" with { type: "json" };
import type { Contender } from "./contender.ts";
import { DEBOUNCE_MS, errorOf, foundFor, PAGE_MS, sleep, SLOW_MS, type World } from "./world.ts";

const JoinForm = (world: World) =>
  defineForm("join", {
    fields: { email: field.text({ label: "Email" }), name: field.text({ label: "Name" }) },
    async clean({ email }, ctx) {
      const error = await world.answer(() => errorOf(email));
      if (error !== null) ctx.addError("email", error);
    },
  });

const PersonForm = defineForm("person", { fields: { name: field.text({ label: "Name" }) } });

function searchPage(world: World): Record<string, unknown> {
  const results = (query: string): VNode => (
    <ul id="results">{foundFor(query).map((found) => <li key={found}>{found}</li>)}</ul>
  );
  return {
    async default({ url }: PageProps) {
      const query = url.searchParams.get("q");
      const list = query === null ? results("") : await world.answer(() => results(query));
      return (
        <>
          <form hyper-nav hyper-on="input" hyper-delay={DEBOUNCE_MS}>
            <input type="search" id="q" name="q" value={query ?? ""} />
          </form>
          {list}
        </>
      );
    },
  };
}

function joinPage(world: World): Record<string, unknown> {
  const join = action("join", { form: JoinForm(world), validate: true }, () => {});
  return {
    join,
    default: () => (
      <Form action={join} validate="blur">
        <Field name="email" />
        <Field name="name" />
        <button>Join</button>
      </Form>
    ),
  };
}

function likePage(world: World): Record<string, unknown> {
  const button = (isLiked: boolean): VNode => <button id="like" aria-pressed={isLiked}>Like</button>;
  const like = action("like", async () => {
    if (!await world.like()) throw new HyperError(409, "It cannot be liked now");
    return html(button(world.isLiked), { target: "#like" });
  });
  return {
    like,
    default: () => (
      <Form action={like}>
        {button(world.isLiked)}
        <Optimistic target="#like">{() => button(true)}</Optimistic>
      </Form>
    ),
  };
}

function peoplePages(world: World): readonly [list: Record<string, unknown>, form: Record<string, unknown>] {
  const People = region(
    "people",
    { depends: "people" },
    () => <ul id="people">{world.people.map((name) => <li key={name}>{name}</li>)}</ul>,
  );
  const add = action("add", { form: PersonForm }, ({ form }) => {
    const error = world.add(form.values.name);
    if (error !== null) return form.addError("name", error);
    return close(form.values.name, { redirect: "/people" });
  });
  const list = (): VNode => (
    <>
      <a id="open" href="/people/new" hyper-layer hyper-layer-region="people">Add a person</a>
      <People />
    </>
  );
  const form = (): VNode => (
    <>
      <h1>Add a person</h1>
      <Form action={add}>
        <Field name="name" />
        <button>Save</button>
      </Form>
    </>
  );
  return [{ default: list, People }, { default: form, add }];
}

/** A component that is ready after the time of the slow part. */
function createPart(): () => VNode {
  let isReady = false;
  const promise = sleep(SLOW_MS).then(() => isReady = true);
  return () => {
    if (!isReady) throw promise;
    return <p id="part">Ready</p>;
  };
}

const slowPage = {
  default: () => {
    const Part = createPart();
    return (
      <main>
        <h1 id="shell">Report</h1>
        <Suspense fallback={<p>Loading</p>}>
          <Part />
        </Suspense>
      </main>
    );
  },
};

const Report = region("report", { depends: [], load: "lazy", fallback: () => <div /> }, () => {
  const Part = createPart();
  return (
    <div>
      <Suspense fallback={null}>
        <Part />
      </Suspense>
    </div>
  );
});

const apartPage = {
  Report,
  default: () => (
    <main>
      <h1 id="shell">Report</h1>
      <Report />
    </main>
  ),
};

const startPage = {
  default: () => (
    <>
      <a id="plain" href="/slow">Report</a>
      <a id="nav" href="/slow" hyper-nav>Report</a>
      <a id="apart" href="/apart" hyper-nav>Report</a>
      <a id="to-list" href="/list" hyper-nav>List</a>
    </>
  ),
};

const listPage = {
  async default() {
    await sleep(PAGE_MS);
    return (
      <>
        <h1 id="list">List</h1>
        <a id="item" href="/item" hyper-nav hyper-prefetch="hover">Item</a>
      </>
    );
  },
};

const itemPage = {
  async default() {
    await sleep(PAGE_MS);
    return <h1 id="detail">Item</h1>;
  },
};

const layout = {
  default: ({ children }: LayoutProps) => (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>Bench</title>
        <ClientScript />
      </head>
      <body>{children as VNode}</body>
    </html>
  ),
};

function entries(world: World): readonly PageEntry[] {
  const [list, form] = peoplePages(world);
  const modules = {
    "/search": searchPage(world),
    "/join": joinPage(world),
    "/like": likePage(world),
    "/people": list,
    "/people/new": form,
    "/start": startPage,
    "/slow": slowPage,
    "/apart": apartPage,
    "/list": listPage,
    "/item": itemPage,
    "pages/layout.tsx": layout,
  };
  return Object.entries(modules).map(([path, module]) => ({ path, load: () => Promise.resolve(module) }));
}

/** This library. */
export const hyperContender: Contender = {
  name: "hyper",
  version: config.version,
  written: {
    search: `\`hyper-nav hyper-on="input" hyper-delay="${DEBOUNCE_MS}"\``,
    validate: '`<Form validate="blur">`',
    toggle: "`<Optimistic>`",
    modal: "`hyper-layer` and `close()`",
    slow: '`<Suspense>` and `hyper-nav`; apart: a region with `load: "lazy"`',
    back: "`hyper-nav`",
    prefetch: '`hyper-prefetch="hover"`',
  },
  serve: (world) => {
    const handler = createHandler({
      baseDir: null,
      keys: ["a key of the benchmark, for its regions"],
      pages: entries(world),
    });
    return (request) => handler(request);
  },
};
