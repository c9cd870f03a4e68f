import { action, close, Form, HyperError, type PageProps } from "@hyper/actions";
import { z } from "zod";

const TEAS = ["Assam", "Bancha", "Ceylon", "Darjeeling"];

export const chooseInLayer = action(
  "choose_in_layer",
  { input: z.object({ tea: z.enum(TEAS) }) },
  ({ data: { tea } }) => close(tea, { redirect: `/show/layers?${new URLSearchParams({ tea })}` }),
);

export const head = ({ params }: PageProps) => <title>{`${TITLES.get(String(params.part))} · @hyper/actions`}</title>;

const TITLES = new Map([["choose", "Choose a tea"], ["help", "Why tea?"]]);

/** Pages of their own: a layer shows them without the layout of the site. */
export default function Part({ params }: PageProps<"/show/layers/[part]">) {
  const title = TITLES.get(params.part);
  if (title === undefined) throw new HyperError(404, "This page does not exist");
  return (
    <article>
      <h1>{title}</h1>
      {params.part === "help" ? <p>Tea is the most popular drink after water.</p> : (
        <>
          <Form action={chooseInLayer}>
            <div class="buttons">
              {TEAS.map((tea) => <button key={tea} name="tea" value={tea} class="quiet">{tea}</button>)}
            </div>
          </Form>
          <p>
            <a href="/show/layers/help" hyper-layer>Why tea?</a>
          </p>
        </>
      )}
    </article>
  );
}
