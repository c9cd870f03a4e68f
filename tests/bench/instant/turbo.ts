/**
 * Turbo 8, written after its handbook: frames for parts of a page, Drive for navigation. It has no pause for typing, so that is
 * one line of script, as in its guides.
 */
import { type Contender, postedField, type Route, scriptOf, serveRoutes } from "./contender.ts";
import {
  DEBOUNCE_MS,
  documentOf,
  errorOf,
  htmlResponse,
  likeButton,
  PAGE_MS,
  peopleOf,
  resultsOf,
  sleep,
  SLOW_MS,
  slowDocument,
  type World,
} from "./world.ts";

const HEAD = `<script type="module" src="/lib.js"></script>`;

const page = (body: string, status = 200): Response => htmlResponse(documentOf(HEAD, body), status);

const frame = (id: string, content: string, attributes = ""): string =>
  `<turbo-frame id="${id}" ${attributes}>${content}</turbo-frame>`;

const searchPage = (query: string): string =>
  `<form action="/search" data-turbo-frame="found"><input type="search" id="q" name="q" value="${query}" ` +
  `oninput="clearTimeout(this.wait); this.wait = setTimeout(() => this.form.requestSubmit(), ${DEBOUNCE_MS})">` +
  `</form>${frame("found", resultsOf(query))}`;

const joinPage = (email: string): string =>
  `<form method="post" action="/check" data-turbo-frame="message"><input name="email" value="${email}" ` +
  `onchange="this.form.requestSubmit()"><input name="name"></form>` +
  frame("message", `<span>${errorOf(email) ?? ""}</span>`);

const likePage = (world: World): string =>
  frame("likes", `<form method="post" action="/like">${likeButton(world.isLiked)}</form>`);

const listOf = (world: World): string =>
  `<a id="open" href="/people/new" data-turbo-frame="modal">Add a person</a>${peopleOf(world)}` +
  `<dialog id="dialog">${frame("modal", "")}</dialog><script>${MODAL}</script>`;

/** The dialog opens when its frame has loaded, and closes when its form is accepted. */
const MODAL = `{
  const dialog = document.querySelector("#dialog");
  dialog.addEventListener("turbo:frame-load", () => dialog.open || dialog.showModal());
  dialog.addEventListener("turbo:submit-end", ({ detail }) => detail.success && dialog.close());
}`;

const formOf = (error: string | null): string =>
  frame(
    "modal",
    `<form method="post" action="/people/new"><h1>Add a person</h1><label>Name <input name="name"></label>` +
      `<p class="error">${error ?? ""}</p><button>Save</button></form>`,
  );

const ROUTES: Readonly<Record<string, Route>> = {
  "GET /search": (_request, world, url) => {
    const query = url.searchParams.get("q");
    return query === null ? page(searchPage("")) : world.answer(() => page(searchPage(query)));
  },
  "GET /join": () => page(joinPage("")),
  "POST /check": async (request, world) => {
    const email = await postedField(request, "email");
    return world.answer(() => page(joinPage(email), 422));
  },
  "GET /like": (_request, world) => page(likePage(world)),
  "POST /like": async (_request, world) => {
    const isAccepted = await world.like();
    return isAccepted ? redirectTo("/like") : page(likePage(world), 422);
  },
  "GET /people": (_request, world) => page(listOf(world)),
  "GET /people/new": () => page(formOf(null)),
  "POST /people/new": async (request, world) => {
    const error = world.add(await postedField(request, "name"));
    if (error !== null) return page(formOf(error), 422);
    if (!request.headers.get("accept")?.includes("turbo-stream")) return redirectTo("/people");
    const stream = `<turbo-stream action="replace" target="people"><template>${
      peopleOf(world)
    }</template></turbo-stream>`;
    return htmlResponse(stream, 200, "text/vnd.turbo-stream.html");
  },
  "GET /start": () =>
    page(
      `<a id="plain" href="/slow" data-turbo="false">Report</a> <a id="nav" href="/slow">Report</a> ` +
        `<a id="apart" href="/apart">Report</a> <a id="to-list" href="/list">List</a>`,
    ),
  "GET /slow": () => slowDocument(HEAD),
  "GET /apart": () => page(`<main><h1 id="shell">Report</h1>${frame("report", "", `src="/part"`)}</main>`),
  "GET /part": async () => {
    await sleep(SLOW_MS);
    return page(frame("report", `<p id="part">Ready</p>`));
  },
  "GET /list": async () => {
    await sleep(PAGE_MS);
    return page(`<h1 id="list">List</h1><a id="item" href="/item">Item</a>`);
  },
  "GET /item": async () => {
    await sleep(PAGE_MS);
    return page(`<h1 id="detail">Item</h1>`);
  },
};

function redirectTo(location: string): Response {
  return new Response(null, { status: 303, headers: { location } });
}

/** Turbo. */
export async function turboContender(): Promise<Contender> {
  return {
    name: "turbo",
    version: "8.0.23",
    written: {
      search: "a form with `data-turbo-frame`, and one line of script for the pause",
      validate: "a form with `data-turbo-frame` that `onchange` submits, and the message in a frame",
      toggle: "a form in a frame; the handbook has nothing optimistic",
      modal: "a frame in a native `<dialog>`, two lines of script that open and close it, and a stream for the list",
      slow: "Drive; apart: `<turbo-frame src>`",
      back: "Drive, with its cache",
      prefetch: "Drive: it prefetches on hover by default",
    },
    serve: serveRoutes(ROUTES, { "/lib.js": await scriptOf("@hotwired/turbo") }),
  };
}
