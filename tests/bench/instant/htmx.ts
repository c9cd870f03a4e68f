/**
 * htmx 4, written after the patterns on its site: active search, active validation, hx-pending, dialogs, lazy load.
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
const BOOST = `<body hx-boost:inherited="true">`;

const LIKE = `hx-post="/like" hx-swap="outerHTML" hx-pending="#liked"`;

/** A page whose links are boosted. */
function boosted(head: string, body: string): Response {
  return htmlResponse(documentOf(head, body).replace("<body>", BOOST));
}

const dialogOf = (error: string | null): string =>
  `<dialog id="dialog" hx-on:htmx:after:init="this.showModal()" onclose="this.remove()">${formOf(error)}</dialog>`;

const formOf = (error: string | null): string =>
  `<form method="post" action="/people/new" hx-post="/people/new" hx-target="this" hx-swap="outerHTML">` +
  `<h1>Add a person</h1><label>Name <input name="name"></label><p class="error">${error ?? ""}</p>` +
  `<button>Save</button></form>`;

/** The routes, with the markup that loads the library, and with `hx-sync` or without. */
function routesWith(head: string, sync: string): Readonly<Record<string, Route>> {
  const page = (body: string): Response => htmlResponse(documentOf(head, body));
  const isPartial = (request: Request): boolean => request.headers.has("hx-request");
  const listOf = (world: World): string =>
    `<a id="open" href="/people/new" hx-get="/people/new" hx-target="body" hx-swap="beforeend">Add a person</a>` +
    peopleOf(world);
  return {
    "GET /search": (_request, _world, url) =>
      page(
        `<form action="/search"><input type="search" id="q" name="q" value="${url.searchParams.get("q") ?? ""}" ` +
          `hx-get="/results" hx-trigger="input changed delay:${DEBOUNCE_MS}ms, keyup[key=='Enter']" ` +
          `hx-target="#results" hx-swap="outerHTML" ${sync}></form>${resultsOf(url.searchParams.get("q") ?? "")}`,
      ),
    "GET /results": (_request, world, url) =>
      world.answer(() => htmlResponse(resultsOf(url.searchParams.get("q") ?? ""))),
    "GET /join": () =>
      page(
        `<form method="post"><input name="email" hx-post="/check" hx-trigger="blur changed" ` +
          `hx-target="next span" ${sync}><span></span><input name="name"></form>`,
      ),
    "POST /check": async (request, world) => {
      const email = await postedField(request, "email");
      return world.answer(() => htmlResponse(errorOf(email) ?? ""));
    },
    "GET /like": (_request, world) =>
      page(likeButton(world.isLiked, LIKE) + `<template id="liked">${likeButton(true)}</template>`),
    "POST /like": async (_request, world) => {
      const isAccepted = await world.like();
      return htmlResponse(likeButton(world.isLiked, LIKE), isAccepted ? 200 : 409);
    },
    "GET /people": (_request, world) => page(listOf(world)),
    "GET /people/new": (request) => isPartial(request) ? htmlResponse(dialogOf(null)) : page(formOf(null)),
    "POST /people/new": async (request, world) => {
      const error = world.add(await postedField(request, "name"));
      if (error !== null) return isPartial(request) ? htmlResponse(formOf(error), 422) : page(formOf(error));
      return new Response(
        null,
        isPartial(request)
          ? { headers: { "hx-location": "/people" } }
          : { status: 303, headers: { location: "/people" } },
      );
    },
    "GET /start": () =>
      boosted(
        head,
        `<a id="plain" href="/slow" hx-boost="false">Report</a> <a id="nav" href="/slow">Report</a> ` +
          `<a id="apart" href="/apart">Report</a> <a id="to-list" href="/list">List</a>`,
      ),
    "GET /slow": () => slowDocument(head),
    "GET /apart": () =>
      boosted(head, `<main><h1 id="shell">Report</h1><div hx-get="/part" hx-trigger="load"></div></main>`),
    "GET /part": async () => {
      await sleep(SLOW_MS);
      return htmlResponse(`<p id="part">Ready</p>`);
    },
    "GET /list": async () => {
      await sleep(PAGE_MS);
      return boosted(head, `<h1 id="list">List</h1><a id="item" href="/item" hx-preload="mouseover">Item</a>`);
    },
    "GET /item": async () => {
      await sleep(PAGE_MS);
      return boosted(head, `<h1 id="detail">Item</h1>`);
    },
  };
}

const VERSION = "4.0.1";

const written = {
  search: `\`hx-trigger="input changed delay:${DEBOUNCE_MS}ms"\`, as the pattern "Active search"`,
  validate: '`hx-trigger="blur changed"` and `hx-target="next span"`, as the pattern "Active validation"',
  toggle: "the extension `hx-pending` with a template; the refusal has the button as it is",
  modal: '`hx-target="body" hx-swap="beforeend"` as the pattern "Dialogs", with a native `<dialog>`',
  slow: '`hx-boost`; apart: `hx-trigger="load"`, as the pattern "Lazy load"',
  back: "`hx-boost`; htmx 4 requests the page again",
  prefetch: "the extension `hx-preload` with `mouseover`",
};

/** htmx with the extensions that its documentation names for a work. */
export async function htmxContenders(): Promise<readonly Contender[]> {
  const extensions = ["hx-pending", "hx-preload"].map((name) => `htmx.org/dist/ext/${name}.js`);
  const files = {
    "/lib.js": await scriptOf("htmx.org", ...extensions),
    "/cache.js": await scriptOf("htmx.org", ...extensions, "htmx.org/dist/ext/hx-history-cache.js"),
  };
  return [
    { name: "htmx", version: VERSION, written, serve: serveRoutes(routesWith(HEAD, ""), files) },
    {
      name: "htmx+",
      version: VERSION,
      written: {
        search: '`hx-sync="this:replace"` as well',
        validate: '`hx-sync="this:replace"` as well',
        back: "the extension `hx-history-cache` as well",
      },
      serve: serveRoutes(
        routesWith(`<script type="module" src="/cache.js"></script>`, `hx-sync="this:replace"`),
        files,
      ),
    },
  ];
}
