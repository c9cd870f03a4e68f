// A context provider for a page that is rendered once.
import { Component, type ComponentChildren, type ComponentType, type Context } from "preact";

/** Props of a provider. */
export interface ProviderProps<T> {
  readonly value: T;
  readonly children?: ComponentChildren;
}

/**
 * Makes a component that provides a context as `Context.Provider` does, without updates: a server renders nothing again.
 *
 * Preact's own provider creates functions for each instance. V8 moves the objects that hold such functions to its old
 * generation, so that everything that a request has used is copied twice and then waits for a full collection: about a third of
 * the time of a small page.
 */
export function createProvider<T>(context: Context<T>): ComponentType<ProviderProps<T>> {
  // The name by which `useContext()` and the renderer find a provider; both packages are built with it. If a version has another
  // name, Preact's own provider is used: correct, but slower.
  const id: unknown = Reflect.get(context, "__c");
  if (typeof id !== "string") return context.Provider;
  return class extends Component<ProviderProps<T>> {
    override getChildContext(): object {
      return { [id]: this };
    }

    /** Called by Preact's `useContext()` to subscribe to changes of the value, which never changes. */
    sub(): void {}

    override render({ children }: ProviderProps<T>): ComponentChildren {
      return children;
    }
  };
}
