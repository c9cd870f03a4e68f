/**
 * `deno task audit [--require-guard] [folder]`: prints every action of an application, `examples/notes` where no folder is
 * given. With `--require-guard` it fails when one has neither a guard nor `public: true`.
 */
import { auditActions, createHandler } from "@hyper/actions";
import { fromFileUrl, resolve } from "@std/path";

const folder = Deno.args.find((argument) => !argument.startsWith("-"));
const requireGuard = Deno.args.includes("--require-guard");
const baseDir = folder === undefined ? fromFileUrl(import.meta.resolve("../../examples/notes/")) : resolve(folder);

const handler = createHandler({ baseDir });
const say = (text: string): void => void Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
say((await auditActions(handler)).text);
try {
  await auditActions(handler, { requireGuard });
} catch (error) {
  if (!(error instanceof TypeError)) throw error;
  say(`\n${error.message}`);
  Deno.exitCode = 1;
} finally {
  await handler.close();
}
