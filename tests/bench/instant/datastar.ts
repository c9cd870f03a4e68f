/**
 * Datastar 1, in the newest version that npm has. Written after its examples: active search, inline validation, lazy load. Its
 * documentation advises against optimistic updates, and recommends links for navigation.
 */
import { type Contender, type Route, scriptOf, serveRoutes } from "./contender.ts";
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
} from "./world.ts";

const HEAD = `<script type="module" src="/lib.js"></script>`;

const page = (body: string): Response => htmlResponse(documentOf(HEAD, body));

/** Patches an element with the same id. */
const patch = (element: string): string => `event: datastar-merge-fragments\ndata: fragments ${element}\n\n`;

const events = (...list: readonly string[]): Response => htmlResponse(list.join(""), 200, "text/event-stream");

/** Returns a signal that the page has sent. */
async function signalOf(request: Request, name: string): Promise<string> {
  const text = request.method === "GET" ? new URL(request.url).searchParams.get("datastar") : await request.text();
  const signals: unknown = JSON.parse(text ?? "{}");
  return typeof signals === "object" && signals !== null ? String(Reflect.get(signals, name) ?? "") : "";
}

const messageOf = (email: string): string => `<span id="message">${errorOf(email) ?? ""}</span>`;

const LIKE = `data-on-click="@post('/like')" data-indicator-liking data-attr-disabled="$liking"`;

const openDialog = `event: datastar-execute-script\ndata: script document.querySelector("#dialog").showModal()\n\n`;
const closeDialog = `event: datastar-execute-script\ndata: script document.querySelector("#dialog").close()\n\n`;

const dialogOf = (error: string | null): string =>
  `<dialog id="dialog"><h1>Add a person</h1><label>Name <input name="name" data-bind-name></label>` +
  `${errorLine(error)}<button data-on-click="@post('/people/new')">Save</button></dialog>`;

const errorLine = (error: string | null): string => `<p id="error">${error ?? ""}</p>`;

const ROUTES: Readonly<Record<string, Route>> = {
  "GET /search": () =>
    page(
      `<input type="search" id="q" data-bind-q data-on-input__debounce.${DEBOUNCE_MS}ms="@get('/results')">${
        resultsOf("")
      }`,
    ),
  "GET /results": async (request, world) => {
    const query = await signalOf(request, "q");
    return world.answer(() => events(patch(resultsOf(query))));
  },
  "GET /join": () =>
    page(`<input name="email" data-bind-email data-on-change="@post('/check')">${messageOf("")}<input name="name">`),
  "POST /check": async (request, world) => {
    const email = await signalOf(request, "email");
    return world.answer(() => events(patch(messageOf(email))));
  },
  "GET /like": (_request, world) => page(likeButton(world.isLiked, LIKE)),
  "POST /like": async (_request, world) => {
    await world.like();
    return events(patch(likeButton(world.isLiked, LIKE)));
  },
  "GET /people": (_request, world) =>
    page(
      `<button id="open" data-on-click="@get('/people/new')">Add a person</button>${peopleOf(world)}` +
        `<dialog id="dialog"></dialog>`,
    ),
  "GET /people/new": () => events(patch(dialogOf(null)), openDialog),
  "POST /people/new": async (request, world) => {
    const error = world.add(await signalOf(request, "name"));
    return error === null ? events(patch(peopleOf(world)), closeDialog) : events(patch(errorLine(error)));
  },
  "GET /start": () =>
    page(
      `<a id="plain" href="/slow">Report</a> <a id="nav" href="/slow">Report</a> <a id="apart" href="/apart">Report</a> <a id="to-list" href="/list">List</a>`,
    ),
  "GET /slow": () => slowDocument(HEAD),
  "GET /apart": () =>
    page(`<main><h1 id="shell">Report</h1><p id="part-place" data-on-load="@get('/part')"></p></main>`),
  "GET /part": async () => {
    await sleep(SLOW_MS);
    return events(patch(`<p id="part-place"><span id="part">Ready</span></p>`));
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

/** Datastar. */
export async function datastarContender(): Promise<Contender> {
  return {
    name: "datastar",
    version: "1.0.0-beta.11",
    written: {
      search: `\`data-on-input__debounce.${DEBOUNCE_MS}ms\`, as the example "Active search"`,
      validate: '`data-on-change`, as the example "Inline validation", when the field is left',
      toggle: "`@post` with `data-indicator`; its documentation advises against optimistic updates",
      modal: "a native `<dialog>` that the server sends, and one line of script that opens it",
      slow: 'links, which its documentation recommends; apart: `data-on-load`, as the example "Lazy load"',
      back: "links",
      prefetch: "nothing",
    },
    serve: serveRoutes(ROUTES, { "/lib.js": await scriptOf("@starfederation/datastar/bundles/datastar") }),
  };
}
