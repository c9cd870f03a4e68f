import { HyperError, type PageProps } from "@hyper/actions";
import { type Element, findElement } from "../../../elements.ts";

export const head = ({ params }: PageProps<"/elements/[symbol]">) => <title>{mustFind(params.symbol).name}</title>;

/** One element. */
export default function ElementPage({ params }: PageProps<"/elements/[symbol]">) {
  const { number, symbol, name, kind } = mustFind(params.symbol);
  return (
    <>
      <h1>{name}</h1>
      <dl>
        <dt>Symbol</dt>
        <dd>{symbol}</dd>
        <dt>Number</dt>
        <dd>{number}</dd>
        <dt>Kind</dt>
        <dd>
          <a href={`/?${new URLSearchParams({ kind })}`}>{kind}</a>
        </dd>
      </dl>
      <p>
        <a href="/">All elements</a>
      </p>
    </>
  );
}

function mustFind(symbol: string): Element {
  const element = findElement(symbol);
  if (element === null) throw new HyperError(404, "This element does not exist");
  return element;
}
