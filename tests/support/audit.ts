/**
 * `deno task audit [--require-guard] [folder or module]`: prints every action of an application. Default: `examples/notes`.
 * With `--require-guard` it fails if an action has neither a guard nor `skipHandlerGuard: true`.
 *
 * For a folder, only its pages are known, not the options of `createHandler()`. To include a guard for all actions, name a
 * module whose default export, or `handler`, is the handler.
 */
import { auditActions, createHandler, type Handler } from "@hyper/actions";
import { fromFileUrl, resolve, toFileUrl } from "@std/path";

const path = Deno.args.find((argument) => !argument.startsWith("-"));
const requireGuard = Deno.args.includes("--require-guard");

const handler = await handlerOf(
  path === undefined ? fromFileUrl(import.meta.resolve("../../examples/notes/")) : resolve(path),
);
const say = (text: string): void => void Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
const { text, warnings } = await auditActions(handler);
say([text, ...warnings.map((warning) => `\nWarning: ${warning}`)].join("\n"));
try {
  await auditActions(handler, { requireGuard });
} catch (error) {
  if (!(error instanceof TypeError)) throw error;
  say(`\n${error.message}`);
  Deno.exitCode = 1;
} finally {
  await handler.close();
}

async function handlerOf(path: string): Promise<Handler> {
  // Its options are unknown, so there is nothing to warn about.
  if ((await Deno.stat(path)).isDirectory) return createHandler({ baseDir: path, crossOrigin: { trustProxy: false } });
  const module: Record<string, unknown> = await import(toFileUrl(path).href);
  for (const exported of [module.default, module.handler]) if (isHandler(exported)) return exported;
  throw new TypeError(
    `Cannot audit "${path}": neither its default export nor "handler" is a handler; export what createHandler() returns`,
  );
}

function isHandler(value: unknown): value is Handler {
  return typeof value === "function" && "actions" in value && "close" in value;
}
