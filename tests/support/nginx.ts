/** Starts nginx in front of an application, with the configuration of `examples/deployment` on free ports. */
import { fromFileUrl } from "@std/path";
import { freePort, untilSaid } from "./process.ts";

/** Debian installs it in a folder that may not be in PATH. */
const PROGRAM = await find(["nginx", "/usr/sbin/nginx"]);

/** `true` if tests of the proxy are skipped in this run. */
const isLeftOut = PROGRAM === null && Deno.env.get("CI") !== "true";

if (isLeftOut) {
  // deno-lint-ignore no-console -- a skipped test must not look like a passed one
  console.warn("Tests that need a proxy are left out: nginx is missing, install it (Debian: nginx-light)");
}

/** Declares a test that needs nginx. Without nginx the test is skipped, or fails with `CI=true`. */
export function nginxTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: isLeftOut, fn });
}

/** A running proxy. */
export interface Proxy extends AsyncDisposable {
  readonly port: number;
}

/**
 * Starts nginx in front of a port of this machine.
 *
 * @param application Port of the application.
 * @param changes Lines of the configuration to replace, such as long timeouts, with their replacements.
 */
export async function startNginx(application: number, changes: Readonly<Record<string, string>> = {}): Promise<Proxy> {
  const port = freePort();
  const folder = await Deno.makeTempDir();
  let config = await Deno.readTextFile(fromFileUrl(import.meta.resolve("../../examples/deployment/nginx.conf")));
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) =>
    `${name}_temp_path ${folder}/${name};`
  );
  const all = {
    "127.0.0.1:8000": `127.0.0.1:${application}`,
    "listen 8080;": `listen 127.0.0.1:${port};`,
    "http {": `http { access_log off; ${temporary.join(" ")}`,
    ...changes,
  };
  for (const [line, other] of Object.entries(all)) {
    if (!config.includes(line)) throw new Error(`Cannot change "${line}": nginx.conf does not have it`);
    config = config.replace(line, other);
  }
  await Deno.writeTextFile(`${folder}/nginx.conf`, config);
  const child = new Deno.Command(PROGRAM ?? "nginx", {
    args: ["-p", folder, "-c", "nginx.conf", "-g", `daemon off; pid ${folder}/pid; error_log stderr notice;`],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const { drained } = await untilSaid(child.stderr, "start worker process", "nginx");
  return {
    port,
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await drained;
      await child.status;
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function find(programs: readonly string[]): Promise<string | null> {
  for (const program of programs) {
    try {
      await new Deno.Command(program, { args: ["-v"], stderr: "null" }).output();
      return program;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return null;
}
