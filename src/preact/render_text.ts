// Virtual nodes → HTML as one string, for a render in which nothing waits.
//
// The result is that of `renderToString()` of `preact-render-to-string`, which this file replaces because most of the time of a page
// was spent there: it is about twice as fast. `render_parts.tsx` still uses that package for a render that waits.
// `tests/preact/render_text_test.tsx` compares both.
import { Fragment, h, isValidElement, options, type VNode } from "preact";
import { type NodeProps, type OnNode, restoreNode } from "./on_node.ts";
import { type ElementContent, escapeHtml, isSafeName, startTag } from "./start_tag.ts";

/** A virtual node, with the properties that Preact and its renderers share. Their names are those of its builds. */
interface RenderedNode extends VNode<NodeProps> {
  /** The node around it. */
  __: RenderedNode | null;
  /** Its component. */
  __c: RenderedComponent | null;
  /** Its children. */
  __k: unknown;
}

/** A component in a render. */
interface RenderedComponent {
  readonly render?: (props: object, state: object, context: unknown) => unknown;
  readonly getChildContext?: () => object;
  readonly componentWillMount?: () => void;
  readonly componentWillUpdate?: () => void;
  readonly componentDidCatch?: (error: unknown, info: object) => void;
  props: object;
  context: unknown;
  state?: object;
  /** The state after the calls of `setState()`. */
  __s?: object;
  /** Its node. */
  __v: RenderedNode;
  /** `true` if it must be rendered again. */
  __d?: boolean;
  /** The same of an instance of Preact's class, as a bit. */
  __g?: number;
  /** The hooks of a function. */
  readonly __h?: readonly unknown[];
  readonly setState?: () => void;
  readonly forceUpdate?: () => void;
}

/** The type of a component, with its optional parts. */
interface ComponentCode {
  new (props: object, context: unknown): RenderedComponent;
  (this: RenderedComponent, props: object, context: unknown): unknown;
  readonly contextType?: { readonly __c: string; readonly __: unknown };
  readonly getDerivedStateFromProps?: (props: object, state: object) => object;
  readonly getDerivedStateFromError?: (error: unknown) => object;
}

/** The functions of Preact's `options` that a render calls: the hooks of an application are among them. */
interface RenderHooks {
  readonly __?: (vnode: VNode, parent: object) => void;
  readonly __b?: (vnode: RenderedNode) => void;
  readonly __r?: (vnode: RenderedNode) => void;
  readonly __c?: (vnode: VNode, queue: readonly unknown[]) => void;
  readonly diffed?: (vnode: RenderedNode) => void;
  readonly unmount?: (vnode: RenderedNode) => void;
  readonly errorBoundaries?: boolean;
}

/** The values of the contexts around a node: the provider of each, by the name of the context. */
type Providers = Readonly<Record<string, { readonly props: { readonly value: unknown } } | undefined>>;

/** The place of a node: what its ancestors decide. */
interface Place {
  readonly providers: Providers;
  readonly isSvg: boolean;
  /** The value of the nearest `<select>`. */
  readonly select: unknown;
}

const NO_PLACE: Place = { providers: {}, isSvg: false, select: undefined };

/** The bit of `__g` by which Preact marks a component that must be rendered again. */
const DIRTY = 8;

/** Maximum number of renders of a component that changes its state while it is rendered. */
const MAX_RENDERS = 25;

/**
 * Renders a node.
 *
 * @param onNode Called with each node.
 * @returns The HTML, with its carriage returns.
 * @throws {unknown} The error of a component; the promise that it has thrown if it waits.
 */
export function renderText(node: VNode, onNode: OnNode | null): string {
  // Preact's type does not list them.
  const hooks = options as RenderHooks;
  const wasSkipping: unknown = Reflect.get(options, SKIP_EFFECTS);
  Reflect.set(options, SKIP_EFFECTS, true);
  try {
    // As above: a node that Preact has created.
    const root = h(Fragment, null) as RenderedNode;
    root.__k = [node];
    hooks.__?.(node, { __k: root, nodeType: 1 });
    return new TextRender(hooks, onNode).write(node, NO_PLACE, root);
  } finally {
    hooks.__c?.(node, []);
    Reflect.set(options, SKIP_EFFECTS, wasSkipping);
  }
}

/** The option that is set while a renderer runs. */
const SKIP_EFFECTS = "__s";

class TextRender {
  readonly #onNode: OnNode | null;
  readonly #before: RenderHooks["__b"];
  readonly #render: RenderHooks["__r"];
  readonly #after: RenderHooks["diffed"];
  readonly #unmount: RenderHooks["unmount"];
  readonly #hasBoundaries: boolean;

  constructor({ __b, __r, diffed, unmount, errorBoundaries }: RenderHooks, onNode: OnNode | null) {
    this.#onNode = onNode;
    this.#before = __b;
    this.#render = __r;
    this.#after = diffed;
    this.#unmount = unmount;
    this.#hasBoundaries = errorBoundaries === true;
  }

  /** Writes whatever a component may return. */
  write(content: unknown, place: Place, parent: RenderedNode): string {
    if (typeof content === "string") return escapeHtml(content);
    if (typeof content === "object" && content !== null) {
      if (Array.isArray(content)) return this.#list(content, place, parent);
      return isValidElement(content) ? this.#node(content as RenderedNode, place, parent) : "";
    }
    return content === null || content === undefined || typeof content === "boolean" || typeof content === "function"
      ? ""
      : `${content}`;
  }

  #list(contents: readonly unknown[], place: Place, parent: RenderedNode): string {
    parent.__k = contents;
    let text = "";
    for (let at = 0; at < contents.length; at++) text += this.write(contents[at], place, parent);
    return text;
  }

  #node(node: RenderedNode, place: Place, parent: RenderedNode): string {
    node.__ = parent;
    this.#before?.(node);
    this.#onNode?.(node);
    const { type, props } = node;
    // `onNode` may have changed it for this render; a module may hold the node and render it again.
    restoreNode();
    if (typeof type === "string") return this.#element(node, type, props, place);
    if (type === Fragment) return this.#fragment(node, props, place);
    // A component: Preact's types know two kinds.
    return this.#component(node, type as unknown as ComponentCode, props, place);
  }

  #element(node: RenderedNode, type: string, props: NodeProps, place: Place): string {
    const { open, close, isVoid } = tagOf(type);
    const content: ElementContent = { children: undefined, html: "", select: place.select };
    const start = startTag(open, type, props, place.isSvg, content);
    const { children } = content;
    const html = content.html !== ""
      ? content.html
      : typeof children === "string"
      ? escapeHtml(children)
      : this.write(children, placeIn(type, place, content.select), node);
    this.#leave(node);
    return html === "" && isVoid ? `${start}/>` : `${start}>${html}${close}`;
  }

  #fragment(node: RenderedNode, props: NodeProps, place: Place): string {
    const { tpl, exprs } = props;
    if (Array.isArray(tpl)) return this.#template(tpl, Array.isArray(exprs) ? exprs : [], place, node);
    if ("UNSTABLE_comment" in props) return `<!--${escapeHtml(`${props.UNSTABLE_comment}`)}-->`;
    return this.#rendered(node, props.children, place);
  }

  /** Writes a template that the compiler has made of JSX: its texts and its values are escaped already. */
  #template(texts: readonly unknown[], values: readonly unknown[], place: Place, node: RenderedNode): string {
    let text = "";
    for (const [at, literal] of texts.entries()) {
      const value = values[at];
      const isContent = Array.isArray(value) || isValidElement(value);
      text += `${literal}${isContent ? this.write(value, place, node) : value ?? ""}`;
    }
    return text;
  }

  #component(node: RenderedNode, code: ComponentCode, props: NodeProps, place: Place): string {
    const context = contextValueOf(code, place.providers);
    const isClass = typeof code.prototype?.render === "function";
    const content = isClass ? this.#renderClass(node, code, props, context) : this.#call(node, code, props, context);
    const component = node.__c;
    const inner = withProvider(place, component);
    const isBoundary = this.#hasBoundaries && isClass &&
      (code.getDerivedStateFromError !== undefined || component?.componentDidCatch !== undefined);
    if (!isBoundary) return this.#rendered(node, content, inner);
    try {
      return this.#rendered(node, content, inner);
    } catch (error) {
      return this.#recovered(node, code, props, context, error, inner);
    }
  }

  /** Writes what an error boundary renders after an error. */
  #recovered(
    node: RenderedNode,
    code: ComponentCode,
    props: NodeProps,
    context: unknown,
    error: unknown,
    place: Place,
  ): string {
    const component = node.__c;
    if (component === null) return "";
    if (code.getDerivedStateFromError !== undefined) component.__s = code.getDerivedStateFromError(error);
    component.componentDidCatch?.(error, {});
    if (!isDirty(component)) return "";
    return this.#rendered(node, this.#renderClass(node, code, props, context), withProvider(place, component));
  }

  #call(node: RenderedNode, code: ComponentCode, props: NodeProps, context: unknown): unknown {
    const component: RenderedComponent = {
      __v: node,
      context,
      props,
      setState: askForRender,
      forceUpdate: askForRender,
      __d: true,
      __h: [],
    };
    node.__c = component;
    let content: unknown;
    // A hook that changes the state while the component is rendered has it rendered again.
    for (let renders = 0; isDirty(component) && renders < MAX_RENDERS; renders++) {
      setDirty(component, false);
      this.#render?.(node);
      content = code.call(component, props, context);
    }
    setDirty(component, true);
    return content;
  }

  #renderClass(node: RenderedNode, code: ComponentCode, props: NodeProps, context: unknown): unknown {
    const isFirst = node.__c === null;
    const component = node.__c ??= new code(props, context);
    if (!isFirst) component.state = component.__s ?? {};
    component.__v = node;
    component.props = props;
    component.context = context;
    setDirty(component, false);
    component.state ??= {};
    component.__s ??= component.state;
    if (code.getDerivedStateFromProps !== undefined) {
      component.state = { ...component.state, ...code.getDerivedStateFromProps(component.props, component.state) };
    } else if (isFirst && component.componentWillMount !== undefined) {
      component.componentWillMount();
      component.state = component.__s;
    } else if (!isFirst) {
      component.componentWillUpdate?.();
    }
    this.#render?.(node);
    return component.render?.(component.props, component.state, context);
  }

  /** Writes the result of a component, whose outermost fragment is not a node of its own. */
  #rendered(node: RenderedNode, content: unknown, place: Place): string {
    const text = this.write(isBareFragment(content) ? content.props.children : content, place, node);
    this.#leave(node);
    return text;
  }

  #leave(node: RenderedNode): void {
    this.#after?.(node);
    this.#unmount?.(node);
  }
}

/** An element, as its tags are written. */
interface Tags {
  readonly open: string;
  readonly close: string;
  readonly isVoid: boolean;
}

/** Elements without an end tag. */
const VOID: readonly string[] = [
  "area",
  "base",
  "br",
  "col",
  "command",
  "embed",
  "hr",
  "img",
  "input",
  "keygen",
  "link",
  "meta",
  "param",
  "source",
  "track",
  "wbr",
];

const knownTags = new Map<string, Tags>();
/** Maximum number of elements whose tags are kept: an application may take the names of elements from its users. */
const MAX_TAGS = 1_000;

/** @throws {Error} When the name is not allowed. */
function tagOf(type: string): Tags {
  const known = knownTags.get(type);
  if (known !== undefined) return known;
  if (!isSafeName(type)) throw new Error(`${type} is not a valid HTML tag name in <${type}>`);
  const tags = { open: `<${type}`, close: `</${type}>`, isVoid: VOID.includes(type) };
  if (knownTags.size < MAX_TAGS) knownTags.set(type, tags);
  return tags;
}

function placeIn(type: string, place: Place, select: unknown): Place {
  const isSvg = type === "svg" || type !== "foreignObject" && place.isSvg;
  return isSvg === place.isSvg && select === place.select ? place : { ...place, isSvg, select };
}

function withProvider(place: Place, component: RenderedComponent | null): Place {
  if (component?.getChildContext === undefined) return place;
  return { ...place, providers: { ...place.providers, ...component.getChildContext() } };
}

function contextValueOf({ contextType }: ComponentCode, providers: Providers): unknown {
  if (contextType === undefined || contextType === null) return providers;
  const provider = providers[contextType.__c];
  return provider === undefined ? contextType.__ : provider.props.value;
}

function isBareFragment(content: unknown): content is VNode<NodeProps> {
  return isValidElement(content) && content.type === Fragment && content.key == null && !("tpl" in content.props);
}

function isDirty({ __g, __d }: RenderedComponent): boolean {
  return __g === undefined ? __d === true : (__g & DIRTY) !== 0;
}

function setDirty(component: RenderedComponent, isDirty: boolean): void {
  if (component.__g === undefined) component.__d = isDirty;
  else if (isDirty) component.__g |= DIRTY;
  else component.__g &= ~DIRTY;
}

function askForRender(this: RenderedComponent): void {
  this.__d = true;
}
