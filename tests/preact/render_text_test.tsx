import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Component, type ComponentChildren, createContext, Fragment, h, options, type VNode } from "preact";
import { useContext, useId, useMemo, useState } from "preact/hooks";
import { jsxTemplate } from "preact/jsx-runtime";
import { renderToString } from "preact-render-to-string";
import { replaceNode } from "../../src/preact/on_node.ts";
import { renderText } from "../../src/preact/render_text.ts";

const Color = createContext("red");

class Titled
  extends Component<{ readonly title?: string; readonly children?: ComponentChildren }, { n: number; of: string }> {
  static override contextType = Color;
  override state = { n: 1, of: "3" };
  override componentWillMount(): void {
    this.setState({ n: 2 });
  }
  override render({ title, children }: Readonly<Titled["props"]>): ComponentChildren {
    return [<h2 key="h">{title} {this.state.n} of {this.state.of} {this.context}</h2>, children];
  }
}

class Derived extends Component<{ readonly children?: ComponentChildren }, { from: string }> {
  static override getDerivedStateFromProps({ children }: { children?: unknown }): { from: string } {
    return { from: typeof children };
  }
  override render(): ComponentChildren {
    return <em data-from={this.state.from}>{this.props.children}</em>;
  }
}

function WithHooks({ children }: { readonly children?: ComponentChildren }): VNode {
  const [count, setCount] = useState(0);
  if (count < 3) setCount(count + 1);
  const twice = useMemo(() => count * 2, [count]);
  return <label for={useId()}>{count} {twice} {useContext(Color)} {children}</label>;
}

function Bare({ children }: { readonly children?: ComponentChildren }): VNode {
  return <>{children}</>;
}

function Keyed({ children }: { readonly children?: ComponentChildren }): VNode {
  return <Fragment key="k">{children}</Fragment>;
}

function Blue({ children }: { readonly children?: ComponentChildren }): VNode {
  return <Color.Provider value="blue">{children}</Color.Provider>;
}

const COMPONENTS = [Titled, Derived, WithHooks, Bare, Keyed, Blue, Fragment];
const ELEMENTS = [
  "p",
  "td",
  "input",
  "br",
  "svg",
  "foreignObject",
  "text",
  "select",
  "option",
  "textarea",
  "x-y",
  "a:b",
];
const NAMES = [
  ...["id", "class", "className", "for", "htmlFor", "href", "title", "key", "ref", "value", "defaultValue", "checked"],
  ...[
    "defaultChecked",
    "selected",
    "defaultSelected",
    "hidden",
    "style",
    "data-x",
    "aria-busy",
    "draggable",
    "spellcheck",
  ],
  ...[
    "acceptCharset",
    "httpEquiv",
    "tabIndex",
    "maxLength",
    "viewBox",
    "strokeWidth",
    "clipPath",
    "xlinkHref",
    "xmlnsX",
  ],
  ...["panose1", "fillOpacity", "textLength", "onClick", "__self", "__source", "a b", 'x"y', "autoFocus", "srcSet"],
];

const text = fc.oneof(fc.string(), fc.constantFrom("", "<b>", '"&<', "ä\r\n"), fc.constantFrom("1", "2"));
const signal = fc.record({ value: fc.oneof(text, fc.integer()), peek: fc.constant(() => null) });
const style = fc.dictionary(
  fc.constantFrom("color", "marginTop", "borderTopWidth", "lineHeight", "--own", "-webkit-x", "zIndex"),
  fc.oneof(text, fc.integer(), fc.constant(null)),
);
const value = fc.oneof(
  text,
  fc.constantFrom(1, 2),
  fc.double(),
  fc.boolean(),
  fc.constantFrom(null, undefined),
  fc.constant(() => "no"),
  signal,
);
const props = fc.tuple(
  fc.dictionary(fc.constantFrom(...NAMES), value, { maxKeys: 5 }),
  fc.option(style, { freq: 5 }),
  fc.option(text, { freq: 8 }),
).map(([own, css, html]) => ({
  ...own,
  ...(css === null ? {} : { style: css }),
  ...(html === null ? {} : { dangerouslySetInnerHTML: { __html: html } }),
}));

const { node } = fc.letrec<{ node: unknown; children: unknown }>((tie) => ({
  children: fc.oneof({ maxDepth: 5 }, value, tie("node"), fc.array(tie("node"), { maxLength: 4 })),
  node: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    value,
    fc.record({ type: fc.constantFrom(...ELEMENTS), props, children: tie("children") }),
    fc.record({ type: fc.constantFrom(...COMPONENTS), props: fc.record({ title: text }), children: tie("children") }),
    fc.record({ texts: fc.tuple(text, text), children: tie("children") }),
  ),
}));

/** Creates the nodes of a description. Each render gets nodes of its own. */
function build(of: unknown): ComponentChildren {
  if (Array.isArray(of)) return of.map(build);
  if (typeof of !== "object" || of === null) return of as ComponentChildren;
  if ("texts" in of) return jsxTemplate(of.texts as string[], build("children" in of ? of.children : null));
  if (!("type" in of)) return of as ComponentChildren;
  const { type, props, children } = of as { type: string; props: object; children: unknown };
  return h(type, props, build(children));
}

Deno.test("renderText() renders what renderToString() renders, of random nodes", () => {
  fc.assert(
    fc.property(node, (of) => {
      const [expected, actual] = [renderToString, (page: VNode) => renderText(page, null)].map((render) => {
        try {
          return render(<main>{build(of)}</main>);
        } catch (error) {
          return `${error}`.slice(0, 20);
        }
      });
      assertEquals(actual, expected);
    }),
    { numRuns: 3_000 },
  );
});

Deno.test("renderText() renders an error boundary where the application has enabled them", () => {
  class Boundary extends Component<{ readonly children?: ComponentChildren }, { failed: boolean }> {
    override state = { failed: false };
    static override getDerivedStateFromError = () => ({ failed: true });
    override componentDidCatch(): void {
      this.setState({});
    }
    override render(): ComponentChildren {
      return this.state.failed ? <b>failed</b> : this.props.children;
    }
  }
  const Failing = (): VNode => {
    throw new Error("no");
  };
  const page = () => (
    <p>
      <Boundary>
        <Failing />
      </Boundary>
    </p>
  );
  assertThrows(() => renderText(page(), null), Error, "no");
  Reflect.set(options, "errorBoundaries", true);
  try {
    assertEquals(renderText(page(), null), "<p><b>failed</b></p>");
    assertEquals(renderText(page(), null), renderToString(page()));
  } finally {
    Reflect.deleteProperty(options, "errorBoundaries");
  }
});

Deno.test("renderText() throws what a component throws, a promise too, and restores the options", () => {
  const promise = Promise.resolve();
  const Waiting = (): VNode => {
    throw promise;
  };
  let thrown: unknown;
  try {
    renderText(
      <p>
        <Waiting />
      </p>,
      null,
    );
  } catch (error) {
    thrown = error;
  }
  assertEquals(thrown === promise, true);
  assertEquals(Reflect.get(options, "__s") ?? false, false);
});

Deno.test("renderText() rejects a name that ends a tag", () => {
  const name: string = "p><script>";
  assertThrows(() => renderText(h(name, { id: "x" }), null), Error, "is not a valid HTML tag name");
  const props: object = { 'x"><script>': "1", id: "y" };
  assertEquals(renderText(h("p", props), null), '<p id="y"></p>');
});

Deno.test("renderText() renders a node that is replaced once, and then as it was", () => {
  const bold = <b>x</b>;
  const page = () => <p>{bold}</p>;
  const replaced = renderText(page(), (vnode) => {
    if (vnode.type === "b") replaceNode(vnode, ["z", vnode.props.children]);
  });
  assertEquals(replaced, "<p>zx</p>");
  assertEquals(renderText(page(), () => {}), "<p><b>x</b></p>");
});

Deno.test("renderText() keeps a thousand names of attributes and elements, and renders others too", () => {
  for (let at = 0; at < 1_100; at++) {
    assertEquals(renderText(h(`x-${at}`, { [`data-${at}`]: "" }), null), `<x-${at} data-${at}></x-${at}>`);
  }
  assertEquals(renderText(h("x-last", { tabIndex: 1 }), null), '<x-last tabindex="1"></x-last>');
});
