import { assertEquals } from "@std/assert";
import { createContext, type VNode } from "preact";
import { useContext } from "preact/hooks";
import { renderToString } from "preact-render-to-string";
import { createProvider } from "../../src/preact/provider.ts";

const Name = createContext("nobody");
const NameProvider = createProvider(Name);
const Show = (): VNode => <b>{useContext(Name)}</b>;

Deno.test("createProvider() provides its value to the components inside it only", () => {
  const page = (
    <p>
      <NameProvider value="Ada">
        <Show />
      </NameProvider>
      <Show />
    </p>
  );
  assertEquals(renderToString(page), "<p><b>Ada</b><b>nobody</b></p>");
});

Deno.test("createProvider() provides the value of the nearest provider, also to a Consumer", () => {
  const page = (
    <NameProvider value="Ada">
      <Show />
      <NameProvider value="Grace">
        <Name.Consumer>{(name) => <i>{name}</i>}</Name.Consumer>
      </NameProvider>
    </NameProvider>
  );
  assertEquals(renderToString(page), "<b>Ada</b><i>Grace</i>");
});

Deno.test("createProvider() does not return Preact's own provider, which keeps memory", () => {
  // Fails if a version of Preact names its contexts differently; a page would then take half as long again.
  assertEquals(NameProvider === Name.Provider, false);
});
