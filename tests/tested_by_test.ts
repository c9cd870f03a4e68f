/**
 * Each source file has a test: at the same place under `tests/`, or one of those that the table names. A file that exports types
 * alone needs none.
 */
import { assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import ts from "typescript";

/**
 * Tests of files that have none of their own, by file or folder; the longest match counts. These files are steps or parts whose
 * behavior is visible only through a whole request, page or process.
 */
const TESTED_BY: Readonly<Record<string, readonly string[]>> = {
  "src/actions/backend.ts": ["integration/backends_test.tsx"],
  "src/actions/factory.ts": ["integration/backends_test.tsx"],
  "src/actions/manager.ts": ["integration/backends_test.tsx"],
  "src/actions/file_limits.ts": ["integration/mistakes_test.tsx"],
  "src/actions/region.ts": ["integration/regions_test.tsx"],
  "src/actions/region_pages.ts": ["integration/more_regions_test.tsx"],
  "src/actions/region_topics.ts": ["integration/shared_regions_test.tsx"],
  "src/actions/shared_context.ts": ["integration/shared_regions_test.tsx"],
  "src/actions/regions.ts": ["integration/regions_test.tsx"],
  "src/actions/origin.ts": ["integration/origin_test.tsx"],
  "src/client": ["browser/action_test.ts", "browser/smoke_test.ts"],
  "src/client/call/upload.ts": ["browser/upload_test.ts"],
  "src/client/call/ask_to_sign_in.ts": ["browser/user_change_test.tsx"],
  "src/client/page/form_user.ts": ["browser/user_change_test.tsx"],
  "src/client/page/control_state.ts": ["browser/user_change_test.tsx"],
  "src/client/page/user_change.ts": ["browser/user_change_test.tsx"],
  "src/http/sign_in.ts": ["session/signed_in_test.tsx"],
  "src/client/call": ["browser/active_call_test.ts", "browser/answer_test.tsx", "browser/lanes_test.ts"],
  "src/client/layer": ["browser/layers_test.tsx"],
  "src/client/page/layers.ts": ["browser/layers_test.tsx"],
  "src/client/live": ["browser/live_test.tsx"],
  "src/client/parts": ["browser/parts_test.ts"],
  "src/client/live/shared_stream.ts": ["browser/region_stream_test.tsx", "browser/shared_stream_test.tsx"],
  "src/client/live/stream_leader.ts": ["browser/region_stream_test.tsx", "browser/live_test.tsx"],
  "src/client/live/followed.ts": ["browser/live_test.tsx"],
  "src/client/live/late_regions.ts": ["browser/late_regions_test.tsx"],
  "src/client/live/more.ts": ["browser/more_regions_test.tsx"],
  "src/client/live/regions.ts": ["browser/regions_test.tsx", "browser/region_burst_test.tsx"],
  "src/client/navigate": ["browser/navigate_test.ts", "browser/fetched_page_test.ts"],
  "src/client/navigate/read_page.ts": ["browser/late_navigation_test.tsx"],
  "src/client/page/late_parts.ts": ["browser/late_navigation_test.tsx"],
  "src/protocol/late_names.ts": ["browser/late_navigation_test.tsx"],
  "src/client/navigate/left_calls.ts": ["browser/left_calls_test.tsx"],
  "src/client/navigate/unsaved.ts": ["browser/unsaved_test.ts"],
  "src/client/navigate/page_cache.ts": ["browser/page_cache_test.ts"],
  "src/client/navigate/prefetch.ts": ["browser/nav_prefetch_test.ts"],
  "src/protocol/user_mark.ts": ["browser/user_change_test.tsx"],
  "src/client/page": ["browser/apply_test.ts"],
  "src/client/page/markup.ts": ["browser/page_parity_test.ts"],
  "src/client/page/element_hook.ts": ["browser/hooks_test.ts"],
  "src/client/page/end_streams.ts": ["browser/element_streams_test.ts"],
  "src/client/page/alpine.ts": ["browser/alpine_test.ts"],
  "src/client/page/announce.ts": ["browser/announce_test.ts"],
  "src/client/page/changed_meanwhile.ts": ["browser/changed_meanwhile_test.tsx"],
  "src/client/page/choice.ts": ["browser/changed_meanwhile_test.tsx"],
  "src/client/page/confirm.ts": ["browser/confirm_test.ts"],
  "src/client/page/apply_focus.ts": ["browser/focus_test.ts"],
  "src/client/page/focus.ts": ["browser/focus_test.ts"],
  "src/client/page/focus_near.ts": ["browser/focus_near_test.ts"],
  "src/client/page/form_observer.ts": ["browser/form_observer_test.ts"],
  "src/client/page/keep.ts": ["browser/keep_test.ts"],
  "src/client/page/loading.ts": ["browser/loading_test.ts"],
  "src/client/page/morph.ts": ["browser/morph_test.ts"],
  "src/client/page/network.ts": ["browser/network_test.ts"],
  "src/client/page/busy.ts": ["browser/loading_test.ts"],
  "src/client/page/network_indicators.ts": ["browser/network_test.ts"],
  "src/client/page/optimistic.ts": ["browser/optimistic_test.tsx", "browser/predictions_model_test.ts"],
  "src/client/page/undo.ts": ["browser/optimistic_test.tsx"],
  "src/preact/optimistic.tsx": ["browser/optimistic_test.tsx"],
  "src/preact/undo_form.tsx": ["integration/undo_test.tsx"],
  "src/protocol/entered.ts": ["browser/optimistic_test.tsx"],
  "src/client/page/entered.ts": ["browser/optimistic_test.tsx"],
  "src/client/page/predictions.ts": ["browser/optimistic_test.tsx"],
  "src/client/page/recorded_change.ts": ["browser/optimistic_test.tsx"],
  "src/client/page/rows.ts": ["browser/rows_test.tsx"],
  "src/client/page/sent_page.ts": ["browser/refreshed_title_test.tsx", "browser/navigate_test.ts"],
  "src/client/page/shortcut.ts": ["browser/triggers_test.ts"],
  "src/client/page/redraw.ts": ["browser/dependent_test.tsx"],
  "src/client/page/early_fields.ts": ["browser/validate_test.tsx"],
  "src/forms/dependent.ts": ["integration/dependent_test.tsx"],
  "src/client/page/validate.ts": ["browser/validate_test.tsx"],
  "src/client/page/triggers.ts": ["browser/triggers_test.ts"],
  "src/deps/inject.ts": ["deps/resolver_test.ts"],
  "src/deps/markers.ts": ["deps/resolver_test.ts"],
  "src/dev": ["dev/development_test.tsx"],
  "src/dev/access.ts": ["security/development_test.tsx"],
  "src/dev/client": ["browser/dev_test.tsx", "dev/panel_bundle_test.ts"],
  "src/dispatch": ["integration/order_test.tsx", "integration/answers_test.tsx", "integration/flow_chart_test.tsx"],
  "src/dispatch/once": ["dispatch/once_model_test.ts"],
  "src/dispatch/claimed_regions.ts": ["integration/regions_test.tsx"],
  "src/dispatch/region_actions.ts": ["integration/region_watch_test.tsx"],
  "src/dispatch/region_calls.ts": ["integration/region_watch_test.tsx"],
  "src/dispatch/region_watch.ts": ["integration/region_watch_test.tsx"],
  "src/dispatch/regions.ts": ["integration/regions_test.tsx"],
  "src/dispatch/spans.ts": ["dev/spans_test.ts"],
  "src/dispatch/steps/validate_fields.ts": ["integration/validate_test.tsx", "security/validate_test.tsx"],
  "src/forms/partial_values.ts": ["integration/validate_test.tsx"],
  "src/dispatch/user_texts.ts": ["integration/messages_test.tsx"],
  "src/dispatch/watch.ts": ["live/live_test.tsx"],
  "src/dispatch/watching.ts": ["live/live_test.tsx"],
  "src/actions/region_guard.ts": ["integration/region_watch_test.tsx"],
  "src/live/change_watcher.ts": ["live/changes_test.ts", "integration/region_watch_test.tsx"],
  "src/live/changes.ts": ["integration/region_watch_test.tsx"],
  "src/errors.ts": ["integration/errors_test.tsx"],
  "src/forms": ["forms/form_test.ts", "forms/field_test.ts", "forms/formset_test.ts"],
  "src/handler.ts": ["integration/mistakes_test.tsx"],
  "src/handler": ["integration/mistakes_test.tsx", "integration/headers_test.tsx"],
  "src/http": ["http/body_test.ts"],
  "src/http/conditional.ts": ["pages/static_files_test.ts"],
  "src/http/scripts.ts": ["integration/late_regions_test.tsx"],
  "src/http/layer.ts": ["integration/layers_test.tsx"],
  "src/http/rate_rule.ts": ["security/rates_test.tsx"],
  "src/init": ["init_test.ts"],
  "src/pages": ["pages/manifest_test.ts", "pages/page_test.ts"],
  "src/pages/page_guard.ts": ["security/page_context_test.tsx"],
  "src/pages/exported_regions.ts": ["integration/regions_test.tsx"],
  "src/platform": ["platform/files_test.ts"],
  "src/platform/scrypt.ts": ["session/password_test.ts"],
  "src/preact": ["integration/pages_test.tsx", "integration/forms_test.tsx"],
  "src/preact/senders.ts": ["integration/submit_button_test.tsx"],
  "src/preact/layer_part.tsx": ["integration/layers_test.tsx"],
  "src/preact/page_regions.ts": ["integration/regions_test.tsx"],
  "src/preact/region.tsx": ["integration/regions_test.tsx"],
  "src/preact/region_markup.ts": ["integration/regions_test.tsx"],
  "src/preact/row_buttons.tsx": ["integration/rows_test.tsx"],
  "src/preact/rows.tsx": ["integration/rows_test.tsx"],
  "src/preact/submit_button.tsx": ["integration/submit_button_test.tsx"],
  "src/protocol": ["wire/wire_test.tsx", "browser/test_client_test.ts"],
  "src/protocol/dev.ts": ["browser/dev_test.tsx"],
  "src/respond": ["integration/answers_test.tsx"],
  "src/respond/library_file.ts": ["integration/headers_test.tsx", "browser/parts_test.ts"],
  "src/respond/page_stream.ts": ["integration/page_stream_test.tsx"],
  "src/results/close.ts": ["integration/layers_test.tsx"],
  "src/results/item.ts": ["results/items_test.ts"],
  "src/results/markup.ts": ["integration/answers_test.tsx"],
  "src/session": ["session/sessions_test.tsx"],
  "src/signal.ts": ["signals_test.ts"],
  "src/style": ["bundle_test.ts", "browser/base_style_test.tsx"],
  "src/store": ["store/redis_test.ts", "store/redis_bus_test.ts", "store/redis_failover_test.ts"],
  "src/store/entry.ts": ["store/memory_test.ts", "store/sqlite_test.ts"],
  "src/store/lock.ts": ["store/sqlite_lock_test.ts"],
  "src/testing/changes.ts": ["testing/client_test.tsx"],
  "src/testing/region_list.ts": ["testing/client_test.tsx"],
  "src/testing": ["testing/client_test.tsx", "testing/page_test.ts"],
  "src/texts": ["texts/texts_test.ts"],
};

const root = fromFileUrl(import.meta.resolve("../"));

Deno.test("every source file with values has a test at its place, or in the table", async () => {
  const missing: string[] = [];
  for (const file of await sourceFiles()) {
    if (!await hasTest(file) && testsOf(file) === null) missing.push(file);
  }
  assertEquals(missing, []);
});

Deno.test("every test of the table exists, and reaches the file unless a browser or another process runs it", async () => {
  const wrong: string[] = [];
  const reached = new Map<string, ReadonlySet<string>>();
  for (const file of await sourceFiles()) {
    if (await hasTest(file)) continue;
    const tests = testsOf(file) ?? [];
    const inProcess = tests.filter((test) => !/^(browser|dev\/panel|dev\/spans|init_test)/.test(test));
    for (const test of tests) if (!await exists(`tests/${test}`)) wrong.push(`${test} does not exist`);
    if (inProcess.length < tests.length || inProcess.length === 0) continue;
    for (const test of inProcess) if (!reached.has(test)) reached.set(test, await reachedBy(`tests/${test}`));
    if (!inProcess.some((test) => reached.get(test)?.has(file))) {
      wrong.push(`${file} is not reached by ${tests.join(", ")}`);
    }
  }
  assertEquals([...new Set(wrong)], []);
});

/** Returns the tests of the longest entry of the table that a file matches. */
function testsOf(file: string): readonly string[] | null {
  const entries = Object.entries(TESTED_BY).filter(([key]) => file === key || file.startsWith(`${key}/`));
  return entries.toSorted(([a], [b]) => b.length - a.length)[0]?.[1] ?? null;
}

/** Returns whether a file has a test at the same place. */
async function hasTest(file: string): Promise<boolean> {
  const place = file.replace(/^src/, "tests").replace(/\.tsx?$/, "_test");
  return await exists(`${place}.ts`) || await exists(`${place}.tsx`);
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(root + path).then(() => true, () => false);
}

/** Lists the source files that export values. Written files and the project that `init` writes are not sources. */
async function sourceFiles(): Promise<string[]> {
  const files: string[] = [];
  for await (const file of filesBelow("src")) {
    if (!/\.tsx?$/.test(file) || /_bundle\.ts$|\.d\.ts$|^src\/init\/project\//.test(file)) continue;
    if (exportsValues(file, await Deno.readTextFile(root + file))) files.push(file);
  }
  return files;
}

async function* filesBelow(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(root + folder)) {
    if (isDirectory) yield* filesBelow(`${folder}/${name}`);
    else yield `${folder}/${name}`;
  }
}

function exportsValues(file: string, text: string): boolean {
  return ts.createSourceFile(file, text, ts.ScriptTarget.ESNext, true).statements.some((statement) => {
    if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) return false;
    return ts.canHaveModifiers(statement) &&
      (ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false);
  });
}

/** Returns the files that a module imports, directly or not. */
async function reachedBy(entry: string): Promise<ReadonlySet<string>> {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json", entry], cwd: root })
    .output();
  if (!success) throw new Error(`Cannot read the imports of ${entry}`);
  // The shape is that of `deno info --json`, version 1.
  const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as { modules: readonly { specifier: string }[] };
  const prefix = new URL("../", import.meta.url).href;
  return new Set(modules.map(({ specifier }) => specifier.replace(prefix, "")));
}
