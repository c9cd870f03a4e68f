/** A18: a disk that fails during an upload: the file is kept in memory, or the response is 507 with a message, never 500. */
import { assertEquals, assertInstanceOf, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { action, defineForm, field, Form } from "../../mod.ts";
import { SpooledFile } from "../../src/http/spooled_file.ts";
import { DISK_ERRORS, type DiskFaults, FailingDisk } from "../http/failing_disk.ts";
import { App, EVENTS, JSON_TYPE } from "../support/app.tsx";

const NO_ROOM = "There is no room for this file. Choose a smaller one, or try again later";
const SMALL = new File([new Uint8Array(2_000_000)], "small.bin");
const LARGE = new File([new Uint8Array(9_000_000)], "large.bin");

/** An application that accepts a file of any size, and reads it. */
function uploads() {
  const form = defineForm("upload", { fields: { file: field.file({ required: true }) } });
  const reached: number[] = [];
  const save = action("save", { form }, async ({ form }) => {
    reached.push((await form.values.file.bytes()).length);
    return { ok: true };
  });
  const modules = { "/": { default: () => <Form action={save} />, save } };
  return { app: new App(modules, { limits: { fileBytes: 20_000_000, bodyBytes: 1_000_000 } }), reached };
}

function send(app: App, file: File, accept: string, path = "/?_action=save"): Promise<Response> {
  const body = new FormData();
  body.set("_next_form_page", "pages/page.tsx");
  body.set("_next_form_origin", "/");
  if (path === "/") body.set("_action", "save");
  body.set("file", file);
  return app.request(path, { method: "POST", body, headers: { accept, referer: "http://site.test/" } });
}

const FAULTS: readonly (readonly [string, (error: Error) => DiskFaults])[] = [
  ["made", (make) => ({ make })],
  ["written", (write) => ({ write, room: 100 })],
  ["written a second time", (write) => ({ write, room: 1_500_000 })],
  ["written almost to its end", (write) => ({ write, room: 8_500_000 })],
];

for (const [what, make] of DISK_ERRORS) {
  Deno.test(`A18: an upload to a disk that ${what} is accepted if it fits in memory, and is 507 with a message otherwise`, async () => {
    for (const [when, faults] of FAULTS) {
      using disk = new FailingDisk(faults(make()));
      const { app, reached } = uploads();
      await using _ = app;
      for (const path of ["/?_action=save", "/"]) {
        for (const accept of ["text/html", EVENTS, JSON_TYPE]) {
          const taken = await send(app, SMALL, accept, path);
          await taken.body?.cancel();
          assertEquals(taken.status < 400, true, `${when} ${accept} ${taken.status}`);
          const refused = await send(app, LARGE, accept, path);
          const said = await refused.text();
          assertEquals([refused.status, said.includes(NO_ROOM)], [507, true], `${when} ${accept} ${said}`);
          assertStringIncludes(app.takeError().message, "Cannot store an uploaded file");
        }
      }
      assertEquals([reached, disk.left()], [Array(6).fill(2_000_000), []], when);
    }
  });
}

Deno.test("A18: the form is shown again blank with the reason when scripts are off", async () => {
  using _disk = new FailingDisk({ write: new Error("No space left on device (os error 28)") });
  const { app } = uploads();
  await using _ = app;
  const response = await send(app, LARGE, "text/html");
  const page = await response.text();
  assertEquals(response.status, 507);
  assertStringIncludes(page, "<form");
  assertStringIncludes(page, NO_ROOM);
  app.takeError();
});

Deno.test("A18: a spooled file that is missing when the action function reads it is 500, and the report names it", async () => {
  using disk = new FailingDisk({});
  const { app } = uploads();
  await using _ = app;
  disk.faults.read = Object.assign(new Error("No such file or directory"), { code: "ENOENT" });
  const response = await send(app, SMALL, JSON_TYPE);
  const said = await response.text();
  assertEquals([response.status, said.includes("small.bin"), said.includes("/hyper-upload")], [500, false, false]);
  assertStringIncludes(app.takeError().message, `Cannot read uploaded file "small.bin"`);
  assertEquals(disk.left(), []);
});

Deno.test("A18: a temporary file that cannot be removed does not change the response, and each such file is reported", async () => {
  using disk = new FailingDisk({ remove: new Deno.errors.PermissionDenied("Operation not permitted") });
  const form = defineForm("upload", { fields: { files: field.file({ multiple: true }) } });
  const taken: File[] = [];
  const save = action("save", { form }, ({ form }) => {
    taken.push(...form.values.files);
    return { ok: true };
  });
  await using app = new App({ "/": { default: () => "", save } });
  const body = new FormData();
  body.append("files", SMALL);
  body.append("files", SMALL);
  const response = await app.request("/?_action=save", { method: "POST", body, headers: { accept: JSON_TYPE } });
  assertEquals([response.status, await response.json()], [200, { ok: true, data: { ok: true } }]);
  const reports = app.takeReports();
  assertEquals(reports.map(({ actionName }) => actionName), ["save", "save"]);
  for (const { error } of reports) assertStringIncludes((error as Error).message, "Cannot remove temporary file");
  assertEquals(disk.left().length, 2);
  // A removal that can be repeated is repeated, and the folder is removed with the files.
  disk.mend();
  for (const file of taken) {
    assertInstanceOf(file, SpooledFile);
    await file[Symbol.asyncDispose]();
  }
  assertEquals(disk.left(), []);
});

Deno.test({
  name: "A18: on a disk that is really full, each upload is accepted or 507, and no file is left behind",
  // Only Unix can limit the size of files (setrlimit, RLIMIT_FSIZE).
  ignore: Deno.build.os === "windows",
  async fn() {
    const dir = await Deno.makeTempDir();
    try {
      const script = fromFileUrl(import.meta.resolve("./disk_server.tsx"));
      // The signal is ignored, so that the write fails with EFBIG in place of ending the process (POSIX, write()). In
      // blocks of 512 bytes: 1.5 MiB.
      const command = `trap '' XFSZ; ulimit -f 3072; exec "$0" run -A -q --no-check --no-code-cache "$1"`;
      const { code, stdout, stderr } = await new Deno.Command("sh", {
        args: ["-c", command, Deno.execPath(), script],
        env: { TMPDIR: dir },
        stdout: "piped",
        stderr: "piped",
      }).output();
      const errors = new TextDecoder().decode(stderr);
      assertEquals(code, 0, errors);
      const { answers, taken, left } = JSON.parse(new TextDecoder().decode(stdout));
      assertEquals(answers.map(({ size, status }: { size: number; status: number }) => [size, status]), [
        [1_000_000, 303],
        [3_000_000, 303],
        [12_000_000, 507],
      ]);
      assertStringIncludes(answers[2].said, NO_ROOM);
      assertEquals([taken, left], [[{ size: 1_000_000, last: 77 }, { size: 3_000_000, last: 77 }], []]);
      assertStringIncludes(errors, "File too large");
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
});
