import { assertEquals, assertThrows } from "@std/assert";
import { options } from "preact";
import { renderToStringAsync } from "preact-render-to-string";
import { appendChild, elementAround, type OnNode, replaceNode, withOnNode } from "../../src/preact/on_node.ts";
import { renderAtOnce } from "../../src/preact/render_html.ts";

Deno.test("withOnNode() lets a function see and replace the nodes of one render", () => {
  const seen: unknown[] = [];
  const html = renderAtOnce(
    <p>
      <b>x</b>
      <i>y</i>
    </p>,
    null,
    (vnode) => {
      seen.push(vnode.type);
      if (vnode.type === "b") replaceNode(vnode, ["z", vnode.props.children]);
    },
  );
  assertEquals(html, "<p>zx<i>y</i></p>");
  assertEquals(seen, ["p", "b", "i"]);
});

Deno.test("withOnNode() sees the nodes of its own render only, also after that render has waited", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  let isReady = false;
  const Slow = () => {
    if (!isReady) throw promise;
    return <i>late</i>;
  };
  const Page = () => (
    <p>
      <Slow />
    </p>
  );
  const seen: unknown[] = [];
  const rendering = withOnNode((vnode) => {
    if (typeof vnode.type === "string") seen.push(vnode.type);
  }, () => renderToStringAsync(<Page />));
  assertEquals(renderAtOnce(<b />, null), "<b></b>");
  isReady = true;
  resolve();
  assertEquals(await rendering, "<p><!--$s--><i>late</i><!--/$s--></p>");
  assertEquals(seen.includes("i"), true);
  assertEquals(seen.includes("b"), false);
});

Deno.test("withOnNode() restores the option if the render throws, and calls the one before it", () => {
  const before: unknown = Reflect.get(options, "__b");
  const seen: unknown[] = [];
  Reflect.set(options, "__b", (vnode: { readonly type: unknown }) => seen.push(vnode.type));
  const mine: unknown = Reflect.get(options, "__b");
  try {
    assertThrows(() =>
      withOnNode(() => {}, () => {
        throw new Error("no");
      })
    );
    assertEquals(Reflect.get(options, "__b"), mine);
    renderAtOnce(<p />, null, () => {});
    assertEquals(seen, ["p"]);
  } finally {
    Reflect.set(options, "__b", before);
  }
});

Deno.test("elementAround() skips components, and is null for a root", () => {
  const Through = () => <b />;
  const around = new Map<unknown, unknown>();
  renderAtOnce(
    <p>
      <Through />
    </p>,
    null,
    (vnode) => {
      around.set(vnode.type, elementAround(vnode)?.type ?? null);
    },
  );
  assertEquals([around.get("b"), around.get("p")], ["p", null]);
});

Deno.test("replaceNode() has effect once: a node that a module holds is rendered unchanged afterwards", () => {
  const held = (
    <p>
      <b>x</b>
    </p>
  );
  const isB: OnNode = (vnode) => {
    if (vnode.type === "b") replaceNode(vnode, null);
  };
  assertEquals(renderAtOnce(held, null, isB), "<p></p>");
  assertEquals(renderAtOnce(held, null), "<p><b>x</b></p>");
  assertEquals(renderAtOnce(held, null, isB), "<p></p>");
});

Deno.test("appendChild() adds a child once for each render", () => {
  const held = (
    <p>
      <b>x</b>
    </p>
  );
  for (let count = 0; count < 2; count++) {
    const html = renderAtOnce(held, null, (vnode) => {
      if (vnode.type === "p") appendChild(vnode, "y");
    });
    assertEquals(html, "<p><b>x</b>y</p>");
  }
});
