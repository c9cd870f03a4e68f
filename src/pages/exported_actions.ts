// The actions that the files of the pages folder export.
import { type Action, actionsOfClass, isAction, nameWithoutHandler } from "../actions/action.ts";
import { type LoadedFile, siblingFile } from "./load_files.ts";
import { isPageClass } from "./page_module.ts";

/** An action and the file that exports it. */
export interface DiscoveredAction {
  readonly action: Action;
  readonly file: string;
  /** The name of the export; `default` for a method of a page class. */
  readonly exportName: string;
}

/**
 * Returns every exported action once, in the order of the files.
 *
 * @throws {TypeError} When an action has no function, or its file is neither a page nor a component.
 */
export function exportedActions(files: readonly LoadedFile[]): DiscoveredAction[] {
  const found = new Map<Action, DiscoveredAction>();
  for (const file of files) {
    for (const [exportName, value] of Object.entries(file.exports)) {
      rejectUnfinished(value, file, exportName);
      for (const action of actionsIn(value, exportName)) {
        if (file.kind !== "page" && file.kind !== "component") throw misplacedAction(action, file, exportName);
        // An action that two modules export is one action, of the first.
        if (!found.has(action)) found.set(action, Object.freeze({ action, file: file.file, exportName }));
      }
    }
  }
  return [...found.values()];
}

function actionsIn(value: unknown, exportName: string): readonly Action[] {
  if (isAction(value)) return [value];
  return exportName === "default" && isPageClass(value) ? actionsOfClass(value) : [];
}

function rejectUnfinished(value: unknown, { file }: LoadedFile, exportName: string): void {
  const name = nameWithoutHandler(value);
  if (name === null) return;
  throw new TypeError(
    `Cannot register action "${name}", exported as "${exportName}" from "${file}": it has no function; pass action() a ` +
      `function after its options`,
  );
}

function misplacedAction(action: Action, { file, kind }: LoadedFile, exportName: string): TypeError {
  const component = siblingFile(file, "_components/<name>/component.tsx");
  return new TypeError(
    `Cannot register action "${action.name}", exported as "${exportName}" from "${file}": a ${kind} file cannot declare ` +
      `actions; export it from "${siblingFile(file, "page.tsx")}" or from "${component}"`,
  );
}
