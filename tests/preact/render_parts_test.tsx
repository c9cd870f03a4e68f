import { assertEquals, assertMatch, assertNotMatch, assertRejects } from "@std/assert";
import type { ComponentChildren, VNode } from "preact";
import { Component } from "preact";
import { lazy, Suspense } from "preact/compat";
import { useId } from "preact/hooks";
import { renderInParts } from "../../src/preact/render_parts.tsx";

/** A component that suspends until `resolve()` or `reject()` is called. */
function slow(content: () => VNode): { Slow: () => VNode; resolve: () => void; reject: (error: Error) => void } {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let isReady = false;
  promise.then(() => isReady = true, () => {});
  const Slow = (): VNode => {
    if (isReady) return content();
    throw promise;
  };
  return { Slow, resolve, reject };
}

const Shell = ({ children }: { readonly children: ComponentChildren }): VNode => <main>{children}</main>;

async function gather(node: VNode): Promise<string> {
  return (await Array.fromAsync(renderInParts(node))).join("");
}

Deno.test("renderInParts() yields one piece if no component suspends", async () => {
  assertEquals(await Array.fromAsync(renderInParts(<Shell>a</Shell>)), ["<main>a</main>"]);
});

Deno.test("renderInParts() yields the HTML before a part that waits, then that part with the rest", async () => {
  const { Slow, resolve } = slow(() => <b>later</b>);
  const parts = renderInParts(
    <Shell>
      <h1>now</h1>
      <Suspense fallback="…">
        <Slow />
      </Suspense>
      <p>after</p>
    </Shell>,
  );
  assertEquals(await parts.next(), { done: false, value: "<main><h1>now</h1>" });
  resolve();
  assertEquals(await parts.next(), { done: false, value: "<b>later</b><p>after</p></main>" });
  assertEquals(await parts.next(), { done: true, value: undefined });
});

Deno.test("renderInParts() keeps the document order if the second part is ready before the first", async () => {
  const first = slow(() => <i>1</i>);
  const second = slow(() => <i>2</i>);
  const parts = renderInParts(
    <Shell>
      <Suspense fallback="…">
        <first.Slow />
      </Suspense>
      -
      <Suspense fallback="…">
        <second.Slow />
      </Suspense>
    </Shell>,
  );
  assertEquals((await parts.next()).value, "<main>");
  second.resolve();
  first.resolve();
  assertEquals(await Array.fromAsync(parts), ["<i>1</i>-", "<i>2</i></main>"]);
});

Deno.test("renderInParts() waits for a part inside a part that waited", async () => {
  const inner = slow(() => <i>in</i>);
  const outer = slow(() => (
    <Shell>
      <u>out</u>
      <Suspense fallback="…">
        <inner.Slow />
      </Suspense>
    </Shell>
  ));
  const parts = renderInParts(
    <Shell>
      <Suspense fallback="…">
        <outer.Slow />
      </Suspense>
    </Shell>,
  );
  assertEquals((await parts.next()).value, "<main>");
  outer.resolve();
  assertEquals((await parts.next()).value, "<main><u>out</u>");
  inner.resolve();
  assertEquals(await Array.fromAsync(parts), ["<i>in</i></main></main>"]);
});

Deno.test("renderInParts() renders lazy components", async () => {
  const Late = lazy(() => Promise.resolve({ default: () => <b>lazy</b> }));
  assertEquals(
    await gather(
      <Shell>
        <Suspense fallback="…">
          <Late />
        </Suspense>
      </Shell>,
    ),
    "<main><b>lazy</b></main>",
  );
});

Deno.test("renderInParts() renders unique ids of useId() before and after the wait", async () => {
  const Named = (): VNode => <b id={useId()} />;
  const { Slow, resolve } = slow(() => <Named />);
  resolve();
  const html = await gather(
    <Shell>
      <Named />
      <Suspense fallback="…">
        <Slow />
      </Suspense>
      <Named />
    </Shell>,
  );
  const ids = Array.from(html.matchAll(/id="([^"]+)"/g), ([, id]) => id);
  assertEquals(ids.length, 3);
  assertEquals(new Set(ids).size, 3);
});

Deno.test("renderInParts() removes the marks of the renderer", async () => {
  const { Slow, resolve } = slow(() => <b>x</b>);
  resolve();
  const html = await gather(
    <Shell>
      <Slow />
    </Shell>,
  );
  assertNotMatch(html, /<!--/);
  assertMatch(html, /<b>x<\/b>/);
});

Deno.test("renderInParts() throws the error of a component that does not suspend in place of the first piece", async () => {
  const { Slow } = slow(() => <b>x</b>);
  const Broken = (): VNode => {
    throw new Error("broken");
  };
  const parts = renderInParts(
    <Shell>
      <Suspense fallback="…">
        <Slow />
      </Suspense>
      <Broken />
    </Shell>,
  );
  await assertRejects(() => parts.next(), Error, "broken");
});

Deno.test("renderInParts() throws the error of a part in its place, and handles the rejections of later parts", async () => {
  const first = slow(() => <b>1</b>);
  const second = slow(() => <b>2</b>);
  const parts = renderInParts(
    <Shell>
      <Suspense fallback="…">
        <first.Slow />
      </Suspense>
      <Suspense fallback="…">
        <second.Slow />
      </Suspense>
    </Shell>,
  );
  assertEquals((await parts.next()).value, "<main>");
  second.reject(new Error("second"));
  first.reject(new Error("first"));
  await assertRejects(() => parts.next(), Error, "first");
  // An unhandled rejection fails the test in the next turn of the event loop.
  await new Promise((resolve) => setTimeout(resolve));
});

Deno.test("renderInParts() handles rejections inside a part after one that failed", async () => {
  const first = slow(() => <b>1</b>);
  const inner = slow(() => <i>in</i>);
  const second = slow(() => (
    <Shell>
      <Suspense fallback="…">
        <inner.Slow />
      </Suspense>
    </Shell>
  ));
  const parts = renderInParts(
    <Shell>
      <Suspense fallback="…">
        <first.Slow />
      </Suspense>
      <Suspense fallback="…">
        <second.Slow />
      </Suspense>
    </Shell>,
  );
  await parts.next();
  first.reject(new Error("first"));
  await assertRejects(() => parts.next(), Error, "first");
  second.resolve();
  await new Promise((resolve) => setTimeout(resolve));
  inner.reject(new Error("inner"));
  await new Promise((resolve) => setTimeout(resolve));
});

Deno.test("renderInParts() renders class components after a wait", async () => {
  const { Slow, resolve } = slow(() => <b>x</b>);
  class Box extends Component<{ readonly children: ComponentChildren }> {
    override render(): VNode {
      return <section>{this.props.children}</section>;
    }
  }
  resolve();
  assertEquals(
    await gather(
      <Box>
        <Slow />
      </Box>,
    ),
    "<section><b>x</b></section>",
  );
});
