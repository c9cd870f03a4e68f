/**
 * A2, T50: if a function of the application throws or rejects, at once or later, the process continues, the error is reported
 * once, and the response is unchanged, or a failure.
 */
import { assert, assertEquals, assertNotEquals, assertStringIncludes } from "@std/assert";
import { fromFileUrl, relative } from "@std/path";
import { publicCallbacks } from "../support/public_callbacks.ts";
import { BEYOND_TYPES, type Exercise, EXERCISES, WAYS } from "./callbacks.tsx";
import type { Result } from "./callbacks_program.tsx";

/** Functions of the library, or of Deno KV, that an application passes or calls: by their type, or one by one. */
const OURS =
  /^(?:Handler|Action|ActionContextBase|DispatchContext|ClientInfo|RegistryFormActionBackend|FormActionFactory|FormActionManager|FormActionDispatch|BoundBase|CleanContext|FormDefinition|FormsetDefinition|FieldBuilders|FieldDefinition|Cookies|DependencyCache|Deps|StoredFile|MemoryRateLimiter|SqliteStore|Test(?!Client\.override\(value\))\w+|SignalRecord|HyperRuntime|Network|StreamEventDetail|UnauthorizedEventDetail|TextFormat|KvDatabase|KvTransaction|Jsonify|JsonSendable)\./;
const OURS_ONE_BY_ONE = [
  "ResolutionScope.context",
  "Signal.connect",
  "Signal.send",
  "Signal.sendAndWait",
  // Values of context functions, not the functions.
  "ErrorPageProps.context",
  "PageProps.context",
  "OptimisticProps.children(entered)",
  // Only carries a type; never set at run time.
  "Marker.type",
  // Given to the function of a region.
  "RegionRenderContext.more",
  // Functions of `Deno.Kv`: if one rejects, the call of the store rejects.
  "KvBusDatabase.watch",
  "KvDatabase.get",
  "KvDatabase.atomic",
  "KvTransaction.check",
  "KvTransaction.set",
  "KvTransaction.delete",
  "KvTransaction.commit",
  // The result of `createHandler()`.
  "createTestClient(app)",
];

/** Functions that run in the browser. It reports their errors, and the call continues; tested in `tests/browser`. */
const IN_THE_BROWSER =
  /^(?:CallOptions\.(?:onBeforeSubmit|onUploadProgress|optimistic)|HyperConfig\.confirm|ElementHook\.(?:connect|disconnect)|AlpineLike\..*|runtime\..*|action|hyperAlpine.*)$/;

/** Functions that need Redis: the file and the test that calls them. */
const WITH_REDIS: Readonly<Record<string, string>> = {
  "RedisOptions.onError": "A2: a store reconnects although onError throws or rejects",
  "SubscribeOptions.onGap": "A2: a listener or an onGap that throws or rejects is reported, and the next one is called",
};

for (const entry of ["mod.ts", "src/testing/mod.ts", "src/store/redis.ts", "src/init/mod.ts"]) {
  Deno.test(`A2: every function in the types of ${entry} is called by a test that lets it fail`, async () => {
    const left = (await publicCallbacks(entry)).filter((name) =>
      !(name in EXERCISES) && !(name in WITH_REDIS) && !OURS.test(name) && !OURS_ONE_BY_ONE.includes(name)
    );
    assertEquals(left, [], "add it to tests/security/callbacks.tsx, or to what the library makes itself");
  });
}

Deno.test("A2: every function in the types of client.ts runs in the browser or belongs to the library", async () => {
  const left = (await publicCallbacks("client.ts")).filter((name) => !IN_THE_BROWSER.test(name) && !OURS.test(name));
  assertEquals(left, []);
});

Deno.test("A2: every function that a test calls is in the types", async () => {
  const entries = ["mod.ts", "src/testing/mod.ts", "src/store/redis.ts"];
  const known = new Set((await Promise.all(entries.map(publicCallbacks))).flat());
  assertEquals([...Object.keys(EXERCISES), ...Object.keys(WITH_REDIS)].filter((name) => !known.has(name)), []);
  const redis = await Deno.readTextFile(new URL("../store/redis_test.ts", import.meta.url));
  for (const test of Object.values(WITH_REDIS)) assertStringIncludes(redis, test);
});

Deno.test("A2: an error of any function, thrown or rejected, is reported once, and the process continues", async () => {
  const { code, results, about, errors } = await runProgram();
  assertEquals(code, 0, `${about}\n${errors}`);
  const exercises: Readonly<Record<string, Exercise>> = { ...EXERCISES, ...BEYOND_TYPES };
  const expected = Object.entries(exercises).flatMap(([name, { ways = Object.keys(WAYS), told = {} }]) =>
    ways.map((way): Result => ({ name, way, onError: 1, console: 1, answer: 500, ...told }))
  );
  const untold = (result: Result): Result =>
    expected.some(({ name, answer }) => name === result.name && answer === 500)
      ? { ...result, answer: result.answer ?? 500 }
      : result;
  assertEquals(results.map(untold), expected);
});

Deno.test("A2: an unhandled rejection ends a process like the one of these tests (control)", async () => {
  const { code, errors } = await runProgram("unhandled");
  assertNotEquals(code, 0);
  assertStringIncludes(errors, "not handled");
});

async function runProgram(...args: string[]) {
  const program = fromFileUrl(import.meta.resolve("./callbacks_program.tsx"));
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "-q", "--no-check", program, ...args],
    stdout: "piped",
    stderr: "piped",
  }).output();
  const lines: readonly (Result & { readonly about?: string })[] = new TextDecoder().decode(stdout).trim().split("\n")
    .filter((line) => line !== "").map((line) => JSON.parse(line));
  return {
    code,
    errors: new TextDecoder().decode(stderr),
    about: lines.findLast(({ about }) => about !== undefined)?.about,
    results: lines.filter(({ about }) => about === undefined),
  };
}

/** Promises that are not awaited and cannot reject: the place, and the reason. */
const CANNOT_REJECT: Readonly<Record<string, string>> = {
  "src/callback.ts: void reportRejection(result, logFailure)": "it catches everything",
};

Deno.test("A2: the sources catch the rejection of each promise that they do not await", async () => {
  const floating: string[] = [];
  for await (const { path, text } of sources()) {
    for (const [index, line] of text.split("\n").entries()) {
      const code = line.replace(/^\s*(?:\*|\/\/).*/, "");
      // `void` before a call, as an expression. Not the type, and not a discarded value of an assignment or collection
      // method.
      for (const [call = ""] of code.matchAll(/(?<![:|<>]\s?)\bvoid (?:this\.)?[#\w.]+(?:\([^;]*|\[[^;]*)/g)) {
        if (/\.catch\(|^void (?:this\.)?[#\w.]+\.(?:add|set|delete|push|append)\(/.test(call)) continue;
        const where = `${path}: ${call.replace(/[,;].*$|(?<=\(\))\).*$/, "")}`;
        if (!Object.keys(CANNOT_REJECT).some((known) => `${path}: ${call}`.startsWith(known))) {
          floating.push(`${where} (${index + 1})`);
        }
      }
    }
  }
  assertEquals(floating, []);
});

Deno.test("A2: no source reports an error by ending the process", async () => {
  for await (const { path, text } of sources()) {
    // Deno ends a program at `reportError()` without a listener.
    assert(!/\breportError\(/.test(text), path);
  }
});

/** The sources of the server. */
async function* sources(): AsyncGenerator<{ readonly path: string; readonly text: string }> {
  const root = fromFileUrl(import.meta.resolve("../../"));
  const walk = async function* (dir: string): AsyncGenerator<string> {
    for await (const { name, isDirectory } of Deno.readDir(dir)) {
      if (isDirectory) yield* walk(`${dir}/${name}`);
      else if (/\.tsx?$/.test(name) && !/_bundle\.ts$|\.d\.ts$/.test(name)) yield `${dir}/${name}`;
    }
  };
  for await (const file of walk(`${root}/src`)) {
    const path = relative(root, file);
    if (/^src\/(?:client|dev\/client|init)\//.test(path)) continue;
    yield { path, text: await Deno.readTextFile(file) };
  }
}
