/**
 * Servers of frameworks with a build step. Their sources are in `servers/<name>/`. Each run installs and builds them
 * in a temporary folder, with the version of Node that both recommend, also from npm.
 */
import type { Contender } from "./contender.ts";

/** Commands that install, build and run a framework. */
interface Framework {
  /** npm packages. */
  readonly dependencies: Readonly<Record<string, string>>;
  /** Build command: a Node script and its arguments. */
  readonly build: readonly [string, ...string[]];
  /** Server: a Node script. */
  readonly serve: string;
}

const FRAMEWORKS = {
  astro: {
    dependencies: { "@astrojs/node": "11.1.6", "astro": "7.3.5" },
    build: ["node_modules/astro/bin/astro.mjs", "build"],
    serve: "dist/server/entry.mjs",
  },
  svelte: {
    dependencies: {
      "@sveltejs/adapter-node": "6.0.1",
      "@sveltejs/kit": "3.2.0",
      "@sveltejs/vite-plugin-svelte": "7.3.1",
      "svelte": "5.57.3",
      "vite": "8.3.8",
    },
    build: ["node_modules/vite/bin/vite.js", "build"],
    serve: "build/index.js",
  },
} as const satisfies Readonly<Record<string, Framework>>;

/** A framework that can be measured. */
export type FrameworkName = keyof typeof FRAMEWORKS;

/** All of them. */
export const frameworkNames: readonly FrameworkName[] = ["astro", "svelte"];

/** Version of Node that builds and runs them. The installed one may be too old. */
const NODE_VERSION = "24.9.0";
/** Maximum time until the first response of a server, in milliseconds. */
const PATIENCE = 20_000;

/** Returns the packages of each framework with their versions. */
export function versionsOf(name: FrameworkName): string {
  return Object.entries(FRAMEWORKS[name].dependencies).map(([each, version]) => `${each} ${version}`).join(", ");
}

/**
 * Installs, builds and starts a framework's server.
 *
 * @param name The framework.
 * @throws {Error} If npm, the build or the server fails. The message contains the output.
 */
export async function startFramework(name: FrameworkName): Promise<Contender> {
  const { dependencies, build, serve } = FRAMEWORKS[name];
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: `bench_${name}_` });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  await copyFolder(new URL(`./servers/${name}/`, import.meta.url), folder);
  const nodePackage = `node-${Deno.build.os}-${Deno.build.arch === "aarch64" ? "arm64" : "x64"}`;
  await Deno.writeTextFile(
    `${folder}/package.json`,
    JSON.stringify({ private: true, type: "module", dependencies: { ...dependencies, [nodePackage]: NODE_VERSION } }),
  );
  // None of these packages needs an install script.
  const install = ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
  await run("npm", install, { cwd: folder });
  const node = `${folder}/node_modules/${nodePackage}/bin/node`;
  // Neither can choose a free port and report it, and one has its address compiled in.
  const port = freePort();
  const url = `http://127.0.0.1:${port}`;
  const env = {
    HOST: "127.0.0.1",
    PORT: `${port}`,
    ORIGIN: url,
    NODE_ENV: "production",
    ASTRO_TELEMETRY_DISABLED: "1",
  };
  await run(node, build, { cwd: folder, env });
  const begun = performance.now();
  const child = new Deno.Command(node, {
    args: ["--import", new URL("./servers/end_with_parent.mjs", import.meta.url).href, serve],
    cwd: folder,
    env,
    stdin: "piped",
    stdout: "null",
    // The load generator aborts the last request of each connection, and the server logs each.
    stderr: "null",
  }).spawn();
  stack.defer(async () => {
    child.kill("SIGKILL");
    await child.stdin.abort().catch(() => {}); // The pipe is broken because the process has ended.
    await child.status;
  });
  await waitFor(`${url}/form`, name);
  const startedIn = performance.now() - begun;
  const owned = stack.move();
  return { name, url, pid: child.pid, startedIn, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

async function copyFolder(from: URL, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) await copyFolder(new URL(`${name}/`, from), `${to}/${name}`);
    else await Deno.copyFile(new URL(name, from), `${to}/${name}`);
  }
}

async function run(command: string, args: readonly string[], options: Deno.CommandOptions): Promise<void> {
  const { success, stdout, stderr } = await new Deno.Command(command, { ...options, args: [...args] }).output();
  if (success) return;
  const said = new TextDecoder().decode(stderr) || new TextDecoder().decode(stdout);
  throw new Error(`Cannot run ${command} ${args.join(" ")}: ${said.trim()}`);
}

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}

async function waitFor(url: string, name: string): Promise<void> {
  const end = performance.now() + PATIENCE;
  while (true) {
    try {
      await (await fetch(url)).body?.cancel();
      return;
    } catch (error) {
      // It does not listen yet.
      if (performance.now() > end) throw new Error(`Cannot start "${name}": no answer in 20 s`, { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
