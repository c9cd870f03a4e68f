/**
 * The process that owns Chromium for one test file. It prints the address that Playwright connects to and ends, with
 * its browser, when its standard input closes: so it outlives the tests in no case, however they end.
 *
 * It is a process of its own because a browser is a subprocess, pipes and timers that live longer than one test: held
 * by the tests themselves, they would be what Deno's sanitizers are there to report.
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
    args: [...SANDBOXLESS, ...args],
  });
  await Deno.stdout.write(new TextEncoder().encode(`${server.wsEndpoint()}\n`));
  await Deno.stdin.readable.pipeTo(new WritableStream());
  await server.close();
}

interface Chromium {
  readonly path: string;
  readonly args: readonly string[];
}

/** `CHROME_PATH`, else a browser of this machine, else the one inside an npm package, which runs on Linux x64. */
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
 * Unpacks the packaged Chromium once for this machine. The package takes a half-written file for a whole one, so two
 * processes take turns, and what was not finished is removed.
 */
async function unpackChromium(): Promise<string> {
  // The package reads both when it is loaded: the first makes it bring its shared libraries along and name them in
  // LD_LIBRARY_PATH, the second is where it unpacks.
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
 * Returns a font configuration. The one in the package names folders that do not exist, and without fonts Chromium renders text
 * without a size, and crashes.
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
  // A folder in PATH that is not there, or not ours to read, holds no browser for us.
  if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) return;
  if (error instanceof Deno.errors.NotADirectory) return;
  throw error;
}
