import type { PageProps } from "@hyper/actions";
import type { RootContext } from "./page.tsx";

/** The page for addresses that do not exist. */
export default function NotFound({ context: { t } }: PageProps<string, RootContext>) {
  return (
    <>
      <h1>{t.notFound}</h1>
      <p>
        <a href="/">{t.home}</a>
      </p>
    </>
  );
}
