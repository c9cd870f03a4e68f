/**
 * `useContext()` for components that are drawn once, on a server.
 *
 * Preact's own comes with all its hooks, which look at every element of every page from then on: about a twelfth of the time of
 * a long table, on pages without a single hook. This one looks at components alone, and an application that imports the hooks
 * has both.
 *
 * @module
 */
import { type Context, options } from "preact";

/** What is read of the component that is being drawn: who provides each context, by the context's name. */
interface Drawn {
  readonly context: Readonly<Record<string, { readonly props: { readonly value: unknown } } | undefined>>;
}

// The names that Preact and its renderer have agreed on in their builds: the option that is told of each component before it is
// drawn, the one that is set while the renderer is at work, the component of a virtual node, and a context's name and default.
const BEFORE_RENDER = "__r";
const IS_RENDERING = "__s";
const COMPONENT = "__c";
const CONTEXT_NAME = "__c";
const CONTEXT_DEFAULT = "__";

/** The component that is being drawn; while none is, the last one, which is of another request then and is not looked at. */
let drawn: Drawn | null = null;

const next: unknown = Reflect.get(options, BEFORE_RENDER);
Reflect.set(options, BEFORE_RENDER, (vnode: object): void => {
  refuseAsync(vnode);
  // What the renderer has just put there.
  drawn = Reflect.get(vnode, COMPONENT) as Drawn;
  if (typeof next === "function") next(vnode);
});

const AsyncFunction = (async () => {}).constructor;

/**
 * Refuses an async component inside a page before it is called. The renderer draws nothing for the promise that it gives, and a
 * rejection of that promise would end the process.
 */
function refuseAsync(vnode: object): void {
  const type: unknown = "type" in vnode ? vnode.type : null;
  if (typeof type !== "function" || type.constructor !== AsyncFunction) return;
  throw new TypeError(
    `Cannot render <${
      type.name || "Component"
    }>: it is an async function inside a page; wait in the page's own component, in a ` +
      `context function or in the action function, and pass down what came`,
  );
}

/**
 * The value that the nearest provider of a context gives, or the context's default.
 *
 * @param context The context.
 * @returns The value; it is not told of later ones, which a server does not have.
 */
export function useContext<T>(context: Context<T>): T {
  const current = Reflect.get(options, IS_RENDERING) === true ? drawn : null;
  const provider = current?.context[String(Reflect.get(context, CONTEXT_NAME))];
  // What a provider of this context was given is of the type it says, and so is its default.
  return (provider === undefined ? Reflect.get(context, CONTEXT_DEFAULT) : provider.props.value) as T;
}
