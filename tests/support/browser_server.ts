/**
 * The process that owns Chromium for one test file. It prints the address that Playwright connects to. It ends, with its
 * browser, when its standard input closes, so that it never outlives the tests.
 *
 * It is a separate process because a browser has a subprocess, pipes and timers that live longer than one test: Deno's
 * sanitizers would report them.
 */
import { join } from "@std/path";
import { chromium } from "playwright-core";

const SANDBOXLESS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"];
const NAMES = ["google-chrome", "google-chrome-stable", "chromium", "chromium-browser"];
const MAC_CHROME = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";

if (import.meta.main) {
  const { path, args } = await findChromium();
  const server = await chromium.launchServer({
    executablePath: path,
    host: "127.0.0.1",
    args: [...SANDBOXLESS, ...args, ...Deno.args],
  });
  await Deno.stdout.write(new TextEncoder().encode(`${server.wsEndpoint()}\n`));
  await Deno.stdin.readable.pipeTo(new WritableStream());
  await server.close();
}

interface Chromium {
  readonly path: string;
  readonly args: readonly string[];
}

/** Returns `CHROME_PATH`, else a browser of this machine, else the one in an npm package, which runs on Linux x64. */
async function findChromium(): Promise<Chromium> {
  const path = Deno.env.get("CHROME_PATH") ?? await findInstalled();
  if (path !== null) return { path, args: [] };
  if (Deno.build.os !== "linux" || Deno.build.arch !== "x86_64") {
    throw new Error(`Cannot find a browser on ${Deno.build.target}: install Chrome or Chromium, or set CHROME_PATH`);
  }
  return { path: await unpackChromium(), args: ["--headless=shell"] };
}

async function findInstalled(): Promise<string | null> {
  const folders = (Deno.env.get("PATH") ?? "").split(":").filter((folder) => folder !== "");
  const candidates = [...folders.flatMap((folder) => NAMES.map((name) => join(folder, name))), MAC_CHROME];
  for (const candidate of candidates) {
    if (await exists(candidate)) return candidate;
  }
  return null;
}

/**
 * Unpacks the packaged Chromium once per machine. The package would use a half-written file, so only one process unpacks at a
 * time, and an unfinished file is deleted.
 */
async function unpackChromium(): Promise<string> {
  // The package reads both variables when it is loaded. The first makes it unpack its shared libraries and add them to
  // LD_LIBRARY_PATH, the second sets the folder.
  Deno.env.set("AWS_EXECUTION_ENV", "AWS_Lambda_nodejs22.x");
  const folder = join(Deno.env.get("TMPDIR") ?? "/tmp", "hyper-actions-chromium-153");
  const previous = Deno.env.get("TMPDIR");
  await Deno.mkdir(folder, { recursive: true });
  using lock = await Deno.open(join(folder, "lock"), { create: true, write: true });
  await lock.lock(true);
  const unpacked = join(folder, "files");
  const complete = join(folder, "complete");
  if (!await exists(complete)) {
    await Deno.remove(unpacked, { recursive: true }).catch(ignoreMissing);
    await Deno.mkdir(unpacked);
  }
  Deno.env.set("TMPDIR", unpacked);
  const { default: packaged } = await import("@sparticuz/chromium");
  const path = await packaged.executablePath();
  await Deno.writeTextFile(join(unpacked, "fonts", "fonts.conf"), fontsIn(unpacked));
  await Deno.writeTextFile(complete, "");
  if (previous === undefined) Deno.env.delete("TMPDIR");
  else Deno.env.set("TMPDIR", previous);
  return path;
}

/**
 * Returns the configuration of fonts. The file in the package names missing folders; without a font, Chromium renders text of
 * no size and crashes.
 */
function fontsIn(folder: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${join(folder, "fonts")}</dir>
  <cachedir>${join(folder, "fonts-cache")}</cachedir>
</fontconfig>
`;
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    ignoreMissing(error);
    return false;
  }
}

function ignoreMissing(error: unknown): void {
  // A folder in PATH that is missing or unreadable has no usable browser.
  if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) return;
  if (error instanceof Deno.errors.NotADirectory) return;
  throw error;
}
