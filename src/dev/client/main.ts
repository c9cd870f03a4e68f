/**
 * The panel of development, served by `createHandler({ dev: true })` as `/_hyper/dev.js`: importing it in a page starts it.
 *
 * @module
 */
import { doc, dom } from "../../client/dom.ts";
import { saveOpenState } from "../../client/page/morph.ts";
import { DEV_BUILD_ATTRIBUTE, type ErrorReport } from "../../protocol/dev.ts";
import { connect } from "./connection.ts";
import { createJournal } from "./journal.ts";
import { restoreValues } from "./keep_values.ts";
import { createOverlay } from "./overlay.ts";
import { createPanel } from "./panel.ts";
import { type Refreshed, refreshFiles, refreshPage, takeReports } from "./refresh.ts";
import { STYLES } from "./styles.ts";
import { tapRequests } from "./wire_tap.ts";

/** How long changes of files are gathered: an editor saves in several steps. In milliseconds. */
const GATHER_MS = 60;

/** The mark of a page that has its panel. */
const STARTED = Symbol.for("hyper.dev");

// A page that is shown within another is a part of it; one that a morph has given the script again has its panel.
if (self === top && !(STARTED in globalThis)) start();

function start(): void {
  Object.assign(globalThis, { [STARTED]: true });
  const journal = createJournal(() => panel.update());
  const tap = tapRequests({ laneOf: (id) => journal.find(id)?.lane, onAnswer: journal.answered });
  const panel = createPanel({ journal, tap });
  const overlay = createOverlay();
  const host = element();
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLES);
  const shadow = dom(host).attachShadow({ mode: "open" });
  shadow.adoptedStyleSheets = [sheet];
  shadow.append(panel.root, overlay.root);
  // Beside the body, which pages put another in the place of.
  dom(doc.documentElement).append(host);

  saveOpenState(document);
  restoreValues();
  const showAll = (title: string, reports: readonly ErrorReport[]): void => {
    reports.forEach(panel.addError);
    if (reports.length > 0) overlay.show(title, reports);
  };
  const take = (): void => showAll("The server has failed", takeReports(document));
  take();
  // A page that the runtime shows in the place of this one brings its errors along.
  new MutationObserver(take).observe(doc.documentElement, { childList: true, subtree: true });

  // Which start of the server this page is of.
  let build = dom(doc.querySelector(`[${DEV_BUILD_ATTRIBUTE}]`))?.getAttribute(DEV_BUILD_ATTRIBUTE) ?? "";
  const files = new Set<string>();
  let gathering: ReturnType<typeof setTimeout> | undefined;
  const refresh = async (): Promise<void> => {
    let refreshed: Refreshed;
    try {
      refreshed = await refreshPage();
    } catch (error) {
      // Gone again already: the next start tells of itself.
      panel.say(`${error}`);
      return;
    }
    if (refreshed.kind === "failed") {
      showAll("The page cannot be shown; what you see is the one before", refreshed.reports);
      panel.say("The page cannot be shown; what you see is the one before");
    } else {
      overlay.clear();
      panel.say(
        refreshed.kind === "shown" ? "Page refreshed" : "This page cannot be asked for again; reload it by hand",
      );
    }
  };

  connect({
    onState: panel.setConnection,
    on: {
      hello({ build: now, failure }) {
        const isNew = build !== now;
        build = now;
        if (failure !== null) {
          if (isNew) showAll("The application did not start; what you see is the page before", [failure]);
        } else if (isNew) void refresh();
      },
      file({ path }) {
        files.add(path);
        clearTimeout(gathering);
        gathering = setTimeout(() => {
          refreshFiles(files);
          files.clear();
        }, GATHER_MS);
      },
      failure(report) {
        panel.addError(report);
        // What another page or another visitor has caused is in the list alone.
        if (report.requestId !== null && journal.find(report.requestId) !== undefined) overlay.add(report);
      },
    },
  });
}

function element(): HTMLElement {
  const host = doc.createElement("hyper-dev");
  // Of no interest to whoever prints the page or asks it for its text.
  dom(host).dataset.hyperDev = "";
  return host;
}
