// `useContext()` for components that are rendered once, on a server.
//
// Preact's own comes with all its hooks, which then look at every element of every page: about a twelfth of the time of a long
// table, on pages without a single hook. This one looks at components only. An application that imports the hooks has both.
import { type Context, options } from "preact";

/** The part of a component that is read here: the provider of each context, by the context's name. */
interface RenderedComponent {
  readonly context: Readonly<Record<string, { readonly props: { readonly value: unknown } } | undefined>>;
}

// Names on which Preact and its renderer agree in their builds: the option that is called before each component is rendered, the
// option that is set while the renderer runs, the component of a virtual node, and the name and default of a context.
const BEFORE_RENDER = "__r";
const IS_RENDERING = "__s";
const COMPONENT = "__c";
const CONTEXT_NAME = "__c";
const CONTEXT_DEFAULT = "__";

/** The component that is being rendered. Between renders it is the last one, of another request, and is not read. */
let current: RenderedComponent | null = null;

const next: unknown = Reflect.get(options, BEFORE_RENDER);
Reflect.set(options, BEFORE_RENDER, (vnode: object): void => {
  rejectAsync(vnode);
  // The renderer has just set it.
  current = Reflect.get(vnode, COMPONENT) as RenderedComponent;
  if (typeof next === "function") next(vnode);
});

const AsyncFunction = (async () => {}).constructor;

/**
 * Throws for an async component before it is called. The renderer renders nothing for its promise, and a rejection of that
 * promise would end the process.
 */
function rejectAsync(vnode: object): void {
  const type: unknown = "type" in vnode ? vnode.type : null;
  if (typeof type !== "function" || type.constructor !== AsyncFunction) return;
  const name = type.name || "Component";
  throw new TypeError(
    `Cannot render <${name}>: it is an async function inside a page; wait in the page's own component, in a context function ` +
      `or in the action function, and pass the value down`,
  );
}

/** Returns the value of the nearest provider of a context, or the context's default. It does not change during a render. */
export function useContext<T>(context: Context<T>): T {
  const component = Reflect.get(options, IS_RENDERING) === true ? current : null;
  const provider = component?.context[String(Reflect.get(context, CONTEXT_NAME))];
  // The value of a provider of this context has the context's type, and so has its default.
  return (provider === undefined ? Reflect.get(context, CONTEXT_DEFAULT) : provider.props.value) as T;
}
