/**
 * Unpoly 3, written after its guides: autosubmit, validation, optimistic rendering, overlays, deferred fragments.
 */
import unpoly from "unpoly/package.json" with { type: "json" };
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

const PREVIEW = `up.preview("like", (preview) => preview.setAttrs("#like", { "aria-pressed": "true" }))`;
const HEAD = `<link rel="stylesheet" href="/lib.css"><script src="/lib.js"></script><script>${PREVIEW}</script>`;

const page = (body: string, status = 200): Response => htmlResponse(documentOf(HEAD, `<main>${body}</main>`), status);

const searchPage = (query: string): string =>
  `<form action="/search" up-autosubmit up-watch-delay="${DEBOUNCE_MS}" up-target="#results">` +
  `<input type="search" id="q" name="q" value="${query}"></form>${resultsOf(query)}`;

const joinPage = (email: string, keep: string): string =>
  `<form method="post" action="/check" up-submit><fieldset id="email-group"><input name="email" ` +
  `value="${email}" up-validate ${keep}><span>${errorOf(email) ?? ""}</span></fieldset><input name="name"></form>`;

const likePage = (world: World): string =>
  `<form method="post" action="/like" up-submit up-target="#like" up-fail-target="#like" up-preview="like">` +
  `${likeButton(world.isLiked)}</form>`;

const listOf = (world: World): string =>
  `<a id="open" href="/people/new" up-layer="new" up-accept-location="/people" ` +
  `up-on-accepted="up.reload('#people')">Add a person</a>${peopleOf(world)}`;

const formOf = (error: string | null): string =>
  `<form method="post" action="/people/new" up-submit><h1>Add a person</h1>` +
  `<label>Name <input name="name"></label><p class="error">${error ?? ""}</p><button>Save</button></form>`;

/** The routes, with an attribute of the field that is validated. */
const routesWith = (keep: string): Readonly<Record<string, Route>> => ({
  "GET /search": (_request, world, url) => {
    const query = url.searchParams.get("q");
    return query === null ? page(searchPage("")) : world.answer(() => page(searchPage(query)));
  },
  "GET /join": () => page(joinPage("", keep)),
  "POST /check": async (request, world) => {
    const email = await postedField(request, "email");
    return world.answer(() => page(joinPage(email, keep), 422));
  },
  "GET /like": (_request, world) => page(likePage(world)),
  "POST /like": async (_request, world) => page(likePage(world), await world.like() ? 200 : 409),
  "GET /people": (_request, world) => page(listOf(world)),
  "GET /people/new": () => page(formOf(null)),
  "POST /people/new": async (request, world) => {
    const error = world.add(await postedField(request, "name"));
    if (error !== null) return page(formOf(error), 422);
    return new Response(null, { status: 303, headers: { location: "/people" } });
  },
  "GET /start": () =>
    page(
      `<a id="plain" href="/slow">Report</a> <a id="nav" href="/slow" up-follow>Report</a> ` +
        `<a id="apart" href="/apart" up-follow>Report</a> <a id="to-list" href="/list" up-follow>List</a>`,
    ),
  "GET /slow": () => slowDocument(HEAD),
  "GET /apart": () => page(`<h1 id="shell">Report</h1><div id="report" up-defer up-href="/part"></div>`),
  "GET /part": async () => {
    await sleep(SLOW_MS);
    return page(`<div id="report"><p id="part">Ready</p></div>`);
  },
  "GET /list": async () => {
    await sleep(PAGE_MS);
    return page(`<h1 id="list">List</h1><a id="item" href="/item" up-follow up-preload>Item</a>`);
  },
  "GET /item": async () => {
    await sleep(PAGE_MS);
    return page(`<h1 id="detail">Item</h1>`);
  },
});

/** Unpoly as its guides begin, and with the attribute that they name for fields that are typed in. */
export async function unpolyContenders(): Promise<readonly Contender[]> {
  const style = await Deno.readTextFile(new URL(import.meta.resolve("unpoly/unpoly.css")));
  const files = {
    "/lib.js": await scriptOf("unpoly/unpoly.min.js"),
    "/lib.css": ["text/css", style],
  } as const;
  const { version } = unpoly;
  return [
    {
      name: "unpoly",
      version,
      written: {
        search: `\`up-autosubmit up-watch-delay="${DEBOUNCE_MS}"\``,
        validate: "`up-validate`, which renders the group of the field",
        toggle: '`up-preview`, one line of script, as the guide "Optimistic rendering"',
        modal: '`up-layer="new"`, `up-accept-location` and `up-on-accepted`',
        slow: "`up-follow`; apart: `up-defer`",
        back: "`up-follow`, with its cache",
        prefetch: "`up-preload`",
      },
      serve: serveRoutes(routesWith(""), files),
    },
    {
      name: "unpoly+",
      version,
      written: { validate: "`up-keep` on the field as well" },
      serve: serveRoutes(routesWith("up-keep"), files),
    },
  ];
}
