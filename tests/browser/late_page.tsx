/** A page with late parts in places that a parser treats in their own ways, and with hostile HTML of users. */
import type { VNode } from "preact";
import { Suspense } from "preact/compat";

/** A component that waits until `show()` or `fail()` is called. */
export interface Slow {
  readonly Slow: () => VNode;
  show(): void;
  /** Renders an error. */
  fail(): void;
  /** Waits again. */
  again(): void;
}

/** Creates such a component. */
export function slow(content: () => VNode): Slow {
  let wait = Promise.withResolvers<void>();
  let state: "waits" | "ready" | "failed" = "waits";
  const Slow = (): VNode => {
    if (state === "failed") throw new Error("the password of the database");
    if (state === "ready") return content();
    throw wait.promise;
  };
  const settle = (to: typeof state) => () => {
    state = to;
    wait.resolve();
  };
  const again = () => {
    state = "waits";
    wait = Promise.withResolvers();
  };
  return { Slow, show: settle("ready"), fail: settle("failed"), again };
}

/** Creates a page with late parts in a section, in a table, and in another late part. */
export function nestedPage() {
  const text = slow(() => <b id="text">text</b>);
  const row = slow(() => <tr id="row" />);
  const inner = slow(() => <i id="inner" />);
  const outer = slow(() => (
    <p id="outer">
      <Suspense fallback="wait for inner">
        <inner.Slow />
      </Suspense>
    </p>
  ));
  const Page = () => (
    <main>
      <h1>Slow page</h1>
      <section>
        <Suspense fallback={<em>wait for text</em>}>
          <text.Slow />
        </Suspense>
      </section>
      <table>
        <tbody>
          <Suspense fallback={<tr id="wait" />}>
            <row.Slow />
          </Suspense>
        </tbody>
      </table>
      <Suspense fallback="wait for outer">
        <outer.Slow />
      </Suspense>
    </main>
  );
  return { parts: { text, row, inner, outer }, Page };
}

const MARKERS = '<?start name="1"><i>mine</i><?end><template for="1"><p id="forged">forged</p></template>' +
  '<?end><template for="2">forged</template><template><b>inert</b></template>';
const UNCLOSED = "<p>one<p>two<b>bold<ul><li>a<li>b<table><tr><td>cell";

const User = ({ html }: { readonly html: string }) => <div dangerouslySetInnerHTML={{ __html: html }} />;

/** The content of each part of {@linkcode HardPage}. */
const CONTENTS: readonly (() => VNode)[] = [
  () => <option value="late">Late option</option>,
  () => (
    <tr>
      <td>Late row</td>
    </tr>
  ),
  () => <td>Late cell</td>,
  () => (
    <svg viewBox="0 0 9 9">
      <circle r="3" />
      <foreignObject>
        <p>Late HTML in SVG</p>
      </foreignObject>
    </svg>
  ),
  () => <User html={MARKERS} />,
  () => <User html={UNCLOSED} />,
  () => <li>Late item</li>,
  () => (
    <>
      text and <b>two</b> <i>elements</i>
    </>
  ),
  () => <dialog open>Late dialog</dialog>,
];

/** Creates the page, with the components that wait. */
export function hardPage(): { readonly HardPage: () => VNode; readonly parts: readonly Slow[] } {
  const parts = CONTENTS.map(slow);
  const nested = slow(() => <em>inner part</em>);
  const part = (index: number, fallback: VNode | string) => {
    const { Slow } = parts[index]!;
    return (
      <Suspense fallback={fallback}>
        <Slow />
      </Suspense>
    );
  };
  const HardPage = () => (
    <main>
      <h1>Hard page</h1>
      <User html={MARKERS} />
      <select>
        <option>First</option>
        {part(0, <option>wait</option>)}
      </select>
      <table>
        <tbody>
          {part(
            1,
            (
              <tr>
                <td>wait</td>
              </tr>
            ),
          )}
          <tr>{part(2, <td>wait</td>)}</tr>
        </tbody>
      </table>
      <p>
        before {part(3, "wait")} after {part(7, "wait")}
      </p>
      <User html={UNCLOSED} />
      {part(4, "wait")}
      {part(5, "wait")}
      <ul>
        {part(6, "wait")}
        <li>Last</li>
      </ul>
      <Suspense
        fallback={
          <section>
            wait
            <Suspense fallback="wait for the fallback">
              <nested.Slow />
            </Suspense>
          </section>
        }
      >
        <section>
          {part(8, "wait")}
          <Suspense fallback="wait for inner">
            <nested.Slow />
          </Suspense>
        </section>
      </Suspense>
    </main>
  );
  return { HardPage, parts: [...parts, nested] };
}
