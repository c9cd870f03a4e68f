/** The commands of the deployment guide and the README, run as they are printed. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { dirname, fromFileUrl, join } from "@std/path";
import { freePort, untilSaid } from "../support/process.ts";
import { redisTest, startRedis } from "../support/redis.ts";

const ROOT = fromFileUrl(import.meta.resolve("../../"));
const GUIDE = await Deno.readTextFile(join(ROOT, "examples/showcase/guides/deployment.md"));
const README = await Deno.readTextFile(join(ROOT, "README.md"));

/** Returns the code blocks of a language, in order. */
function blocks(document: string, language: string): string[] {
  const fences = document.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms"));
  return Array.from(fences, ([, text]) => text ?? "");
}

/** Returns the only code block that contains the words. */
function blockWith(document: string, language: string, words: string): string {
  const [found, ...others] = blocks(document, language).filter((block) => block.includes(words));
  assert(found !== undefined && others.length === 0, `${1 + others.length} or no blocks with ${words}`);
  return found;
}

const PAGE = `
import { action } from "@hyper/actions";

export const add = action("add", ({ files }) => [...files.values()].flat().map((file) => ({ bytes: file.size }))[0]);

export default function Home() {
  return <h1>Shop</h1>;
}
`;

interface Running extends AsyncDisposable {
  readonly url: string;
}

/** Starts an application in its own folder with a shell command. */
async function run(
  line: string,
  files: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
): Promise<Running> {
  const folder = await Deno.makeTempDir();
  const { imports, links } = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));
  const config = {
    compilerOptions: { jsx: "react-jsx", jsxImportSource: "preact" },
    // As written by \`deno add\`, with this copy instead of the published package.
    imports: { ...imports, "@hyper/actions": `${ROOT}mod.ts`, "@hyper/actions/redis": `${ROOT}src/store/redis.ts` },
    links: links.map((link: string) => join(ROOT, link)),
    nodeModulesDir: "none",
  };
  const all = { "deno.json": JSON.stringify(config), "pages/page.tsx": PAGE, ...files };
  for (const [path, text] of Object.entries(all)) {
    await Deno.mkdir(dirname(join(folder, path)), { recursive: true });
    await Deno.writeTextFile(join(folder, path), text);
  }
  const port = freePort();
  const child = new Deno.Command("sh", {
    // In place of the shell, so that it can be ended.
    args: ["-c", `exec env ${line.trim()}`],
    cwd: folder,
    env: {
      PATH: `${dirname(Deno.execPath())}:${Deno.env.get("PATH") ?? ""}`,
      // In place of port 8000, which may be taken here.
      DENO_SERVE_ADDRESS: `tcp:127.0.0.1:${port}`,
      // A permission that is missing is an error, and not a question.
      DENO_NO_PROMPT: "1",
      NO_COLOR: "1",
      ...env,
    },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const { drained } = await untilSaid(child.stderr, "Listening", line);
  return {
    url: `http://127.0.0.1:${port}/`,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await drained;
      await child.status;
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** Opens the page, runs a mutation once, and uploads a file that does not fit in memory. */
async function use({ url }: Running): Promise<void> {
  const page = await fetch(url);
  assertStringIncludes(await page.text(), "<h1>Shop</h1>");
  const upload = async (): Promise<readonly [number, string]> => {
    const body = new FormData();
    body.append("file", new File([new Uint8Array(1_500_000)], "large.bin"));
    const headers = { "x-hyper-action": "add", accept: "application/json", "x-hyper-request-id": "one-upload" };
    const response = await fetch(url, { method: "POST", headers, body });
    return [response.status, await response.text()];
  };
  const answer = [200, '{"ok":true,"data":{"bytes":1500000}}'] as const;
  assertEquals(await upload(), answer);
  assertEquals(await upload(), answer);
}

Deno.test("A19: the program of the deployment guide runs with the permissions that the guide prints", async () => {
  await using running = await run(blockWith(GUIDE, "sh", "deno run "), {
    "main.ts": blockWith(GUIDE, "ts ignore", "Deno.addSignalListener"),
  });
  await use(running);
});

Deno.test("A19: the program of the deployment guide runs as the service that the guide links to", async () => {
  assertStringIncludes(GUIDE, "(../../deployment/app.service)");
  const service = await Deno.readTextFile(join(ROOT, "examples/deployment/app.service"));
  const [, options] = /^ExecStart=\S+\/deno (.+)$/m.exec(service) ?? [];
  assert(options !== undefined);
  await using running = await run(`deno ${options}`, {
    "main.ts": blockWith(GUIDE, "ts ignore", "Deno.addSignalListener"),
  }, { TMPDIR: "/tmp" });
  await use(running);
});

Deno.test("A19: the program on all cores runs with the permissions that the guide prints", async () => {
  await using running = await run(blockWith(GUIDE, "sh", "--allow-env=DATA"), {
    "main.ts": await Deno.readTextFile(join(ROOT, "examples/deployment/main.ts")),
  });
  await use(running);
});

redisTest("A19: the program with Redis runs with the permissions that the guide prints", async () => {
  await using redis = await startRedis();
  await using running = await run(
    blockWith(GUIDE, "sh", "--allow-env=REDIS_URL"),
    { "main.ts": blockWith(GUIDE, "ts ignore", "createRedisBus") },
    { REDIS_URL: redis.url },
  );
  await use(running);
});

Deno.test("A19: every command of the deployment guide is run by a test of this file", () => {
  const lines = blocks(GUIDE, "sh").flatMap((block) => block.trim().split("\n"));
  assertEquals(lines.map((line) => /^deno (?:run|serve)\b/.test(line)), [true, true, true]);
});

Deno.test("A19: the example of the README runs with the command below it", async () => {
  const [page = ""] = blocks(README, "tsx");
  const line = /`(deno run [^`]+)` finds the page/.exec(README)?.[1] ?? "";
  await using running = await run(line, {
    "pages/page.tsx": page,
    "main.ts": blockWith(README, "ts ignore", "main.ts"),
  });
  const response = await fetch(running.url);
  assertEquals(response.status, 200);
  assertStringIncludes(await response.text(), "<li>Buy milk</li>");
});

for (const guide of ["start", "development"]) {
  Deno.test(`A19: a program runs with the command that the guide "${guide}" prints`, async () => {
    const text = await Deno.readTextFile(join(ROOT, `examples/showcase/guides/${guide}.md`));
    await using running = await run(blockWith(text, "sh", " main.ts"), {
      "main.ts": blockWith(README, "ts ignore", "main.ts"),
    });
    await use(running);
  });
}

Deno.test("A19: there is one configuration for each proxy, and every document that needs it links to it", async () => {
  for (const path of ["SECURITY.md", "README.md", "examples/showcase/guides/security.md"]) {
    const text = await Deno.readTextFile(join(ROOT, path));
    for (const copied of ["proxy_set_header", "client_header_timeout", "read_header", "reverse_proxy"]) {
      assert(!text.includes(copied), `${path} has a copy of "${copied}"`);
    }
  }
  const security = await Deno.readTextFile(join(ROOT, "SECURITY.md"));
  for (const name of ["nginx.conf", "Caddyfile"]) {
    const link = new RegExp(`\\]\\((examples/deployment/${name.replace(".", "\\.")})\\)`).exec(security)?.[1];
    assert(link !== undefined, `SECURITY.md links to no ${name}`);
    await Deno.stat(join(ROOT, link));
    assertStringIncludes(GUIDE, `(../../deployment/${name})`);
  }
});
