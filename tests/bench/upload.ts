// deno-lint-ignore-file no-console -- a benchmark prints its progress
/**
 * Upload of a 100 MB file in a multipart form: the duration, and the peak memory of the server.
 */
import { assertEquals } from "@std/assert";
import { peakMemory, startContender } from "./contender.ts";
import type { Report, Row } from "./report.ts";
import { type Sample, sampleOf } from "./sample.ts";

const MEGABYTE = 1_000_000;
const BOUNDARY = "----bench-boundary-7MA4YWxkTrZu0gW";
const encoder = new TextEncoder();

/** Measures uploads of two sizes: duration and peak memory. */
export async function measureUpload(rounds: number): Promise<readonly Report[]> {
  const times: Row[] = [];
  const peaks: Row[] = [];
  for (const megabytes of [10, 100]) {
    console.error(`upload of ${megabytes} MB …`);
    const time = new Map<string, Sample>();
    const peak = new Map<string, Sample>();
    for (const name of ["hyper", "bare"]) {
      const seconds: number[] = [];
      const memory: number[] = [];
      for (let round = 0; round < rounds; round++) {
        // One process per upload: memory left by an upload must not count for the next one.
        await using server = await startContender(name, "./servers/upload.ts", [name]);
        await send(server.url, 1);
        const begun = performance.now();
        await send(server.url, megabytes);
        seconds.push((performance.now() - begun) / 1000);
        memory.push(await peakMemory(server.pid) ?? NaN);
      }
      time.set(name, sampleOf(seconds));
      peak.set(name, sampleOf(memory));
    }
    times.push({ work: `${megabytes} MB`, samples: time });
    peaks.push({ work: `${megabytes} MB`, samples: peak });
  }
  const shared = { better: "less", limit: "bare", notes: [NOTE] } as const;
  return [
    {
      ...shared,
      name: "upload_time",
      title: "Seconds to receive a file, and the ratio to request.formData()",
      unit: "s",
      rows: times,
    },
    { ...shared, name: "upload_memory", title: "Peak memory of the server", unit: "MiB", rows: peaks },
  ];
}

const NOTE =
  "Memory is that of the whole process, including Deno. This library passes the file on while it arrives (`onFile`); " +
  "`bare` calls `request.formData()`.";

async function send(url: string, megabytes: number): Promise<void> {
  const head = encoder.encode(
    `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="large.bin"\r\n` +
      `Content-Type: application/octet-stream\r\n\r\n`,
  );
  const tail = encoder.encode(`\r\n--${BOUNDARY}--\r\n`);
  const block = new Uint8Array(MEGABYTE / 10).fill(0x61);
  let left = megabytes * 10;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(head),
    pull(controller): void {
      if (left-- > 0) return controller.enqueue(block);
      controller.enqueue(tail);
      controller.close();
    },
  });
  const response = await fetch(`${url}/?_action=upload`, {
    method: "POST",
    headers: { accept: "application/json", "content-type": `multipart/form-data; boundary=${BOUNDARY}` },
    body,
  });
  assertEquals(await response.json(), { ok: true, data: { bytes: megabytes * MEGABYTE } });
}
