// `<ClientScript>`: loads the browser runtime.
import { Fragment } from "preact";
import { usePageState } from "./page_state.ts";
import { LATE_ATTRIBUTE } from "../protocol/late_names.ts";
import type { MarkupNode } from "../results/markup.ts";

/** Props of `<ClientScript>`. */
export interface ClientScriptProps {
  /** The nonce of the page's content security policy. Default: none. */
  readonly nonce?: string | undefined;
  /**
   * The URL of the runtime, such as one on a host for static files, which must serve the files of `/_hyper/` of this version with
   * `Access-Control-Allow-Origin`. Default: `/_hyper/client.js`.
   */
  readonly src?: string | undefined;
}

/**
 * Loads the browser runtime. Put it into the `<head>` of a layout that renders `<html>`; a page without such a layout
 * loads the runtime automatically.
 *
 * @example
 * ```tsx
 * import { ClientScript, createHandler } from "@hyper/actions";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const page = () => <html lang="en"><head><ClientScript /></head><body /></html>;
 * const handler = createHandler({ pages: [{ path: "/", load: () => Promise.resolve({ default: page }) }] });
 * const response = await handler(new Request("http://localhost/"));
 * assertStringIncludes(await response.text(), '<script type="module" src="/_hyper/client.js">');
 * ```
 */
export function ClientScript({ nonce, src }: ClientScriptProps): MarkupNode {
  const { clientPath, latePrefix, texts: { replaced } } = usePageState("ClientScript");
  const messages = Object.keys(replaced).length === 0 ? {} : { "data-hyper-messages": JSON.stringify(replaced) };
  const script = { type: "module", src: src ?? clientPath, ...(nonce === undefined ? {} : { nonce }) };
  if (latePrefix === null) return <script {...script} {...messages} />;
  const late = { [LATE_ATTRIBUTE]: latePrefix };
  if (latePrefix === "") return <script {...script} {...messages} {...late} />;
  // The first runs while the page arrives. A module runs once: with the second, it has run before scripts that follow it.
  return (
    <Fragment>
      <script async {...script} {...messages} {...late} />
      <script {...script} />
    </Fragment>
  );
}
