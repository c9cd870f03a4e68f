/** The live examples: a component for each page, and its source files. */
import type { Markup } from "@hyper/actions";
import * as buttons from "./_components/buttons/component.tsx";
import * as calls from "./_components/calls/component.tsx";
import * as early from "./_components/early/component.tsx";
import * as failures from "./_components/failures/component.tsx";
import * as forms from "./_components/forms/component.tsx";
import * as history from "./_components/history/component.tsx";
import * as lanes from "./_components/lanes/component.tsx";
import * as layers from "./_components/layers/component.tsx";
import * as live from "./_components/live/component.tsx";
import * as loading from "./_components/loading/component.tsx";
import * as once from "./_components/once/component.tsx";
import * as optimistic from "./_components/optimistic/component.tsx";
import * as patches from "./_components/patches/component.tsx";
import * as regions from "./_components/regions/component.tsx";
import * as rows from "./_components/rows/component.tsx";
import * as schemas from "./_components/schemas/component.tsx";
import * as signals from "./_components/signals/component.tsx";
import * as streams from "./_components/streams/component.tsx";
import * as switchingActions from "./_components/switching_actions/component.tsx";
import * as toasts from "./_components/toasts/component.tsx";
import * as triggers from "./_components/triggers/component.tsx";
import * as uploads from "./_components/uploads/component.tsx";

/** A demo. */
export interface Demonstration {
  /** The component. */
  readonly Demo: (props: DemoProps) => Markup;
  /** Its source files, as paths from `examples/showcase`. The page shows them completely. */
  readonly files: readonly string[];
  /** URLs of its scripts. */
  readonly scripts: readonly string[];
}

/** Props of a live example. */
export interface DemoProps {
  /** The URL of the page. */
  readonly url: URL;
}

/** The file of Alpine, whose source is not shown. */
const ALPINE = "/alpine.js";

/** The live examples, by the name of their page. */
export const DEMOS: ReadonlyMap<string, Demonstration> = new Map([
  demo("forms", forms.Demo),
  demo("early", early.Demo),
  demo("rows", rows.Demo),
  demo("buttons", buttons.Demo),
  demo("schemas", schemas.Demo),
  demo("patches", patches.Demo),
  demo("triggers", triggers.Demo),
  withFile(demo("layers", layers.Demo), "pages/show/layers/[part]/page.tsx"),
  demo("optimistic", optimistic.Demo),
  demo("calls", calls.Demo, "/calls.js"),
  demo("streams", streams.Demo),
  demo("regions", regions.Demo),
  demo("live", live.Demo),
  demo("lanes", lanes.Demo, "/lanes.js"),
  demo("loading", loading.Demo),
  demo("uploads", uploads.Demo, "/uploads.js"),
  demo("toasts", toasts.Demo, "/toasts.js"),
  demo("history", history.Demo),
  demo("signals", signals.Demo, "/signals.js", "/alpine.js"),
  demo("switching-actions", switchingActions.Demo),
  demo("failures", failures.Demo),
  demo("once", once.Demo, "/once.js"),
]);

/** Returns the URLs of the scripts of examples, each once. */
export function scriptsOf(names: readonly string[]): readonly string[] {
  return [...new Set(names.flatMap((name) => DEMOS.get(name)?.scripts ?? []))];
}

/** Adds a source file to an example. */
function withFile(
  [name, example]: readonly [string, Demonstration],
  file: string,
): readonly [string, Demonstration] {
  return [name, { ...example, files: [...example.files, file] }];
}

function demo(
  name: string,
  Demo: Demonstration["Demo"],
  ...scripts: readonly string[]
): readonly [string, Demonstration] {
  const component = `pages/show/_components/${name.replaceAll("-", "_")}/component.tsx`;
  const own = scripts.filter((src) => src !== ALPINE);
  return [name, { Demo, files: [component, ...own.map((src) => `static${src}`)], scripts }];
}
