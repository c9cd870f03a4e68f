// The panel of development mode, served by `createHandler({ dev: true })` as `/_hyper/dev.js`. Importing it starts it.
import { doc, dom } from "../../client/dom.ts";
import { DEV_BUILD_ATTRIBUTE, type ErrorReport } from "../../protocol/dev.ts";
import { connect } from "./connection.ts";
import { createJournal } from "./journal.ts";
import { restoreValues } from "./keep_values.ts";
import { createOverlay } from "./overlay.ts";
import { createPanel } from "./panel.ts";
import { type Refreshed, refreshFiles, refreshPage, takeReports } from "./refresh.ts";
import { STYLES } from "./styles.ts";
import { tapRequests } from "./wire_tap.ts";

/** Time in which changes of files are collected, in milliseconds: an editor saves in several steps. */
const GATHER_MS = 60;

const OUTDATED = "The page cannot be shown; this is the previous one";

/** Marks a page that has a panel. */
const STARTED = Symbol.for("hyper.dev");

// Not in a frame, and not again when a morph inserts the script a second time.
if (self === top && !(STARTED in globalThis)) startPanel();

function startPanel(): void {
  Object.assign(globalThis, { [STARTED]: true });
  const journal = createJournal(() => panel.update());
  const tap = tapRequests({ laneOf: (id) => journal.find(id)?.key, onAnswer: journal.answered });
  const panel = createPanel({ journal, tap });
  const overlay = createOverlay();
  const host = doc.createElement("hyper-dev");
  dom(host).dataset.hyperDev = "";
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLES);
  const shadow = dom(host).attachShadow({ mode: "open" });
  shadow.adoptedStyleSheets = [sheet];
  shadow.append(panel.root, overlay.root);
  // Outside of the body, which scripts may replace.
  dom(doc.documentElement).append(host);
  // A dialog, popover or failure message of the page. Events of the overlay itself stay in its shadow root.
  doc.addEventListener("toggle", overlay.raise, true);

  restoreValues();
  const showAll = (title: string, reports: readonly ErrorReport[]): void => {
    reports.forEach(panel.addError);
    if (reports.length > 0) overlay.show(title, reports);
  };
  const showReports = (): void => showAll("The server has failed", takeReports(document));
  showReports();
  // A page that the runtime shows later brings its errors with it.
  new MutationObserver(showReports).observe(doc.documentElement, { childList: true, subtree: true });

  // The server start that this page belongs to.
  let build = dom(doc.querySelector(`[${DEV_BUILD_ATTRIBUTE}]`))?.getAttribute(DEV_BUILD_ATTRIBUTE) ?? "";
  const files = new Set<string>();
  let gathering: ReturnType<typeof setTimeout> | undefined;
  // A call of the page has failed, such as a stream that it has opened at its start.
  let hasFailed = false;
  const refresh = async (): Promise<void> => {
    let refreshed: Refreshed;
    try {
      refreshed = await refreshPage(hasFailed || doc.querySelector("[data-hyper-alert]") !== null);
    } catch (error) {
      // The server has stopped again. The next start is announced.
      panel.showMessage(`${error}`);
      return;
    }
    if (refreshed.kind === "failed") {
      showAll(OUTDATED, refreshed.reports);
      panel.showMessage(OUTDATED);
    } else {
      overlay.clear();
      panel.showMessage(refreshed.kind === "shown" ? "Page refreshed" : "Cannot request this page again: reload it");
    }
  };

  connect({
    onState: panel.setConnection,
    on: {
      hello({ build: now, failure }) {
        const isNew = build !== now;
        build = now;
        if (failure !== null) {
          if (isNew) showAll("The application did not start; this is the previous page", [failure]);
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
        // Errors of other pages and users are only listed.
        if (report.requestId === null || journal.find(report.requestId) === undefined) return;
        hasFailed = true;
        overlay.add(report);
      },
    },
  });
}
