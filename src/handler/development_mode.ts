// Development mode of a handler. Its modules are loaded in development only.
import { logDevelopment, logError, notify } from "../callback.ts";
import type { Development } from "../dev/development.ts";
import type { App } from "../dispatch/app.ts";
import { log } from "./log.ts";
import type { Services } from "./services.ts";

/** Development mode, which is loaded while the pages are. */
export class DevelopmentMode {
  /** Fulfilled when it is loaded. */
  readonly loaded: Promise<Development>;
  #development: Development | null = null;

  constructor({ baseDir, app: { site } }: Services) {
    this.loaded = import("../dev/development.ts").then(({ createDevelopment }) =>
      this.#development = createDevelopment({ baseDir, site, log })
    );
  }

  /** Shows an error to the developer, once development mode is loaded. */
  readonly note: App["report"] = (error, request, actionName) => {
    notify(() => this.#development?.note(error, request, actionName), logDevelopment);
  };

  /** Starts with the application; shows the error in every page if the application does not start. */
  follow(ready: Promise<void>): void {
    ready.then(async () => (await this.loaded).start(), async (error) => {
      // Logged here too: the process keeps running until a file changes and it is restarted.
      logError(error, "the start of the application");
      (await this.loaded).failToStart(error);
    }).catch(logDevelopment);
  }
}
