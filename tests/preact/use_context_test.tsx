import { assertEquals } from "@std/assert";
import { createContext, options, type VNode } from "preact";
import { renderToString, renderToStringAsync } from "preact-render-to-string";
import { createProvider } from "../../src/preact/provider.ts";
import { useContext } from "../../src/preact/use_context.ts";

const Name = createContext("nobody");
const Named = createProvider(Name);
const Say = (): VNode => <b>{useContext(Name)}</b>;

Deno.test("useContext() returns the value of the nearest provider, ours or Preact's own, else the default", () => {
  const page = (
    <p>
      <Say />
      <Named value="Ada">
        <Say />
        <Name.Provider value="Grace">
          <Say />
        </Name.Provider>
        <Say />
      </Named>
      <Say />
    </p>
  );
  assertEquals(renderToString(page), "<p><b>nobody</b><b>Ada</b><b>Grace</b><b>Ada</b><b>nobody</b></p>");
});

Deno.test("useContext() returns the default outside a render, and never a value of the previous page", () => {
  assertEquals(
    renderToString(
      <Named value="Ada">
        <Say />
      </Named>,
    ),
    "<b>Ada</b>",
  );
  assertEquals(useContext(Name), "nobody");
});

Deno.test("useContext() returns the value around a component that suspended, and the default to code that runs meanwhile", async () => {
  const waiting = Promise.withResolvers<void>();
  let isThere = false;
  const Slow = (): VNode => {
    if (!isThere) throw waiting.promise;
    return <b>{useContext(Name)}</b>;
  };
  const rendering = renderToStringAsync(
    <Named value="Ada">
      <Slow />
    </Named>,
  );
  assertEquals(useContext(Name), "nobody");
  assertEquals(
    renderToString(
      <Named value="Grace">
        <Say />
      </Named>,
    ),
    "<b>Grace</b>",
  );
  isThere = true;
  waiting.resolve();
  assertEquals((await rendering).replace(/<!--.*?-->/g, ""), "<b>Ada</b>");
});

Deno.test("useContext() does not load Preact's hooks, which look at each element of each page", () => {
  // The option that hooks set, called for every element.
  assertEquals(Reflect.get(options, "__b"), undefined);
});
