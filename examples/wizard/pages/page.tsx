import { action, Form, type PageContext } from "@hyper/actions";
import { setCookie } from "@std/http/cookie";
import { currentDraft, DRAFT_SECONDS, drafts, firstOpen } from "../drafts.ts";
import { STEPS, urlOf } from "../steps.ts";

export const begin = action(
  "begin",
  { skipHandlerGuard: true, inject: { drafts, current: currentDraft } },
  async ({ drafts, current, url }) => {
    if (current !== null) await drafts.drop(current.id);
    // A `Response`, because it sets a cookie.
    const response = new Response(null, { status: 303, headers: { location: urlOf(STEPS[0]) } });
    setCookie(response.headers, {
      name: "draft",
      value: await drafts.begin(),
      path: "/",
      httpOnly: true,
      sameSite: "Lax",
      maxAge: DRAFT_SECONDS,
      // Without TLS, browsers accept a secure cookie only from `localhost`.
      secure: url.protocol === "https:",
    });
    return response;
  },
);

/** The home page: starts or continues a registration. */
export async function render({ deps }: PageContext) {
  const current = await deps.get(currentDraft);
  return (
    <>
      <h1>Workshops</h1>
      <p>Three steps and a summary. Your answers are saved for a week, and only this browser can see them.</p>
      {current !== null && (
        <p>
          <a class="button" href={urlOf(firstOpen(current.draft))}>Continue your registration</a>
        </p>
      )}
      <Form action={begin}>
        <button class={current === null ? undefined : "quiet"}>{current === null ? "Register" : "Start again"}</button>
      </Form>
    </>
  );
}
