import { assertEquals } from "@std/assert";
import { createContext, options, type VNode } from "preact";
import { renderToString, renderToStringAsync } from "preact-render-to-string";
import { createProvider } from "../../src/preact/provider.ts";
import { useContext } from "../../src/preact/use_context.ts";

const Name = createContext("nobody");
const Named = createProvider(Name);
const Say = (): VNode => <b>{useContext(Name)}</b>;

Deno.test("useContext() gives what the nearest provider gives, Preact's own as ours, else the default", () => {
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

Deno.test("useContext() outside of a rendering gives the default, never what the last page was given", () => {
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

Deno.test("useContext() of a component that waits gives what is around it, and nothing to whoever asks meanwhile", async () => {
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

Deno.test("useContext() leaves Preact's hooks unloaded, which would look at each element of each page", () => {
  // The option that hooks are told of every element by.
  assertEquals(Reflect.get(options, "__b"), undefined);
});
