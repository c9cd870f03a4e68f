import { assertEquals, assertFalse, assertRejects, assertThrows } from "@std/assert";
import { type ComponentChildren, h, type VNode } from "preact";
import { isMarkupNode, renderHtml } from "../../src/preact/render_html.ts";

/** A component around the content: every page has one. */
const Shell = ({ children }: { readonly children: ComponentChildren }): VNode => <p>{children}</p>;

/** A component that suspends once, as `<Form>` does for an asynchronous initial state. */
function waiting(content: () => VNode): { (): VNode; renders: number } {
  let ready: Promise<void> | null = null;
  let isReady = false;
  const Component = (): VNode => {
    Component.renders++;
    if (isReady) return content();
    ready ??= Promise.resolve().then(() => void (isReady = true));
    throw ready;
  };
  Component.renders = 0;
  return Component;
}

Deno.test("renderHtml() returns a string if no component suspends", () => {
  assertEquals(renderHtml(<p title={`"`}>a &lt; b {"<"}</p>, null), '<p title="&quot;">a &lt; b &lt;</p>');
});

Deno.test("renderHtml() waits for a component that suspends, and removes the marks of the renderer", async () => {
  const Slow = waiting(() => <b>later</b>);
  assertEquals(
    await renderHtml(
      <Shell>
        a<Slow />
      </Shell>,
      null,
    ),
    "<p>a<b>later</b></p>",
  );
});

Deno.test("renderHtml() renders a root that has suspended once asynchronously from then on", async () => {
  const root = {};
  const Once = waiting(() => <b>x</b>);
  await renderHtml(
    <Shell>
      <Once />
    </Shell>,
    root,
  );
  const drawn = renderHtml(<p>plain</p>, root);
  assertEquals(drawn instanceof Promise, true);
  assertEquals(await drawn, "<p>plain</p>");
});

Deno.test("renderHtml() throws the error of a component, before and after a wait", async () => {
  const Broken = (): VNode => {
    throw new Error("broken");
  };
  assertThrows(() => renderHtml(<Broken />, null), Error, "broken");
  const SlowBroken = waiting(() => <Broken />);
  await assertRejects(
    async () =>
      await renderHtml(
        <Shell>
          <SlowBroken />
        </Shell>,
        null,
      ),
    Error,
    "broken",
  );
});

for (
  const [what, node, expected] of [
    ["in text", h("p", null, "a\rb"), "<p>a&#13;b</p>"],
    ["before a line feed", h("p", null, "a\r\nb"), "<p>a&#13;\nb</p>"],
    ["in an attribute", h("p", { title: "a\rb" }), '<p title="a&#13;b"></p>'],
    [
      "in a script, which has no references",
      h("script", { dangerouslySetInnerHTML: { __html: "a\rb" } }),
      "<script>a\rb</script>",
    ],
    ["after a script", h("p", null, h("script", null, "1"), "\r"), "<p><script>1</script>&#13;</p>"],
  ] as const
) {
  Deno.test(`renderHtml() keeps a carriage return: ${what}`, () =>
    assertEquals(renderHtml(<>{node}</>, null), expected));
}

for (
  const [what, value] of [
    ["JSON that resembles a vnode", { type: "b", props: {}, key: null, constructor: undefined }],
    ["an object without a prototype", Object.assign(Object.create(null), { type: "b", props: {} })],
    ["a text", "<b>"],
    ["null", null],
    ["a list of nodes", [h("b", null)]],
  ] as const
) {
  Deno.test(`isMarkupNode() is false for ${what}`, () => assertFalse(isMarkupNode(value)));
}

Deno.test("isMarkupNode() is true for a JSX expression", () => assertEquals(isMarkupNode(<b />), true));
