/** Test pages that are created from markup, in a tab that records its navigations. */
import type { FormEntry } from "../../src/testing/controls.ts";
import { parseDocument } from "../../src/testing/dom.ts";
import { OpenPage, type Tab } from "../../src/testing/page.ts";
import type { PageVisit } from "../../src/testing/page_visit.ts";
import type { TestPage } from "../../src/testing/test_page.ts";

/** A tab that records navigations and does not navigate. */
export interface NotingTab {
  /** The page that is open. */
  readonly page: OpenPage;
  /** Navigations that were requested. */
  readonly visits: readonly PageVisit[];
}

export function openPage(markup: string, url = "http://localhost/notes/1?tab=2"): NotingTab {
  const visits: PageVisit[] = [];
  const tab: Tab = {
    visit: (visit, from): Promise<TestPage> => {
      visits.push(visit);
      return Promise.resolve(from);
    },
    openLayer: () => Promise.reject(new Error("nothing is opened here")),
    send: () => Promise.reject(new Error("nothing is sent here")),
    redraw: () => Promise.reject(new Error("nothing is sent here")),
    action: () => Promise.reject(new Error("nothing is sent here")),
  };
  const document = parseDocument(markup);
  const headers = new Headers();
  return { page: new OpenPage({ tab, document, url: new URL(url), status: 200, headers, body: markup }), visits };
}

/** Returns the entries of a form as a string; of a file, its name. */
export function sent(entries: readonly FormEntry[]): string {
  return entries.map(([name, value]) => `${name}=${typeof value === "string" ? value : `file:${value.name}`}`).join(
    "&",
  );
}
