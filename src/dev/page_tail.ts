// Adds errors and the panel to the end of a page.
import { DEV_BUILD_ATTRIBUTE, DEV_SCRIPT_PATH, type ErrorReport } from "../protocol/dev.ts";
import { errorMarkup, INVITATION } from "./error_markup.ts";

/** The error with which a page broke off; `null` for a complete page. */
type PageError = { readonly error: unknown } | null;

/** Makes the end of a page. */
type Tail = (broken: PageError) => string | Promise<string>;

const encoder = new TextEncoder();

/** Adds the errors of a page and the panel. If the page breaks off, it ends with them, and they show the reason. */
export function withPanel(response: Response, reports: readonly Promise<ErrorReport>[], build: string): Response {
  const nonce = /'nonce-([\w+/=-]+)'/.exec(response.headers.get("content-security-policy") ?? "")?.[1] ?? null;
  return withTail(
    response,
    async () => (await Promise.all(reports)).map(errorMarkup).join("") + scriptTag(build, nonce),
  );
}

/** Adds the invitation to open the link. */
export function withInvitation(response: Response): Response {
  return withTail(response, (broken) => {
    // As in production: a page that broke off must not look complete.
    if (broken !== null) throw broken.error;
    return INVITATION;
  });
}

/** Returns the script element of the panel, with the server start that the page belongs to. */
export function scriptTag(build: string, nonce: string | null): string {
  const allowed = nonce === null ? "" : ` nonce="${nonce}"`;
  return `<script type="module" src="${DEV_SCRIPT_PATH}" ${DEV_BUILD_ATTRIBUTE}="${build}"${allowed}></script>`;
}

function withTail(response: Response, tail: Tail): Response {
  const headers = new Headers(response.headers);
  // The page has changed: caches must not validate it by its old tag, nor share it.
  for (const name of ["content-length", "etag", "last-modified"]) headers.delete(name);
  if (!/\bno-store\b/.test(headers.get("cache-control") ?? "")) headers.set("cache-control", "private, no-cache");
  const { status, statusText, body } = response;
  return new Response(body && appendTail(body, tail), { status, statusText, headers });
}

function appendTail(body: ReadableStream<Uint8Array>, tail: Tail): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>({
    async pull(controller): Promise<void> {
      let broken: PageError = null;
      try {
        const { done, value } = await reader.read();
        if (!done) return controller.enqueue(value);
      } catch (error) {
        broken = { error };
      }
      controller.enqueue(encoder.encode(await tail(broken)));
      controller.close();
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}
