import { assertEquals, assertFalse, assertRejects, assertThrows } from "@std/assert";
import { type ComponentChildren, h, type VNode } from "preact";
import { isMarkupNode, renderHtml } from "../../src/preact/render_html.ts";

/** What stands around: a page is never without a component. */
const Shell = ({ children }: { readonly children: ComponentChildren }): VNode => <p>{children}</p>;

/** A component that waits once, as `<Form>` does for an asynchronous initial state. */
function waiting(content: () => VNode): { (): VNode; draws: number } {
  let ready: Promise<void> | null = null;
  let isReady = false;
  const Component = (): VNode => {
    Component.draws++;
    if (isReady) return content();
    ready ??= Promise.resolve().then(() => void (isReady = true));
    throw ready;
  };
  Component.draws = 0;
  return Component;
}

Deno.test("renderHtml() gives text at once where nothing waits", () => {
  assertEquals(renderHtml(<p title={`"`}>a &lt; b {"<"}</p>, null), '<p title="&quot;">a &lt; b &lt;</p>');
});

Deno.test("renderHtml() waits for what waits, and leaves no marks of it", async () => {
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

Deno.test("renderHtml() tries a root that has waited once asynchronously from then on", async () => {
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

Deno.test("renderHtml() passes on what a component throws, at once and after waiting", async () => {
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
    ["in a text", h("p", null, "a\rb"), "<p>a&#13;b</p>"],
    ["before a line feed", h("p", null, "a\r\nb"), "<p>a&#13;\nb</p>"],
    ["in an attribute", h("p", { title: "a\rb" }), '<p title="a&#13;b"></p>'],
    [
      "in a script, which holds no references",
      h("script", { dangerouslySetInnerHTML: { __html: "a\rb" } }),
      "<script>a\rb</script>",
    ],
    ["behind a script", h("p", null, h("script", null, "1"), "\r"), "<p><script>1</script>&#13;</p>"],
  ] as const
) {
  Deno.test(`renderHtml() keeps a carriage return: ${what}`, () =>
    assertEquals(renderHtml(<>{node}</>, null), expected));
}

for (
  const [what, value] of [
    ["JSON that looks like one", { type: "b", props: {}, key: null, constructor: undefined }],
    ["an object without a prototype", Object.assign(Object.create(null), { type: "b", props: {} })],
    ["a text", "<b>"],
    ["null", null],
    ["a list of nodes", [h("b", null)]],
  ] as const
) {
  Deno.test(`isMarkupNode() is false for ${what}`, () => assertFalse(isMarkupNode(value)));
}

Deno.test("isMarkupNode() is true for a JSX expression", () => assertEquals(isMarkupNode(<b />), true));
