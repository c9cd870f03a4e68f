/**
 * Reads a page that may have late parts: see `late_names.ts`.
 *
 * @module
 */
import { LATE_HEADER, lateMarkOf } from "../../protocol/late_names.ts";

/**
 * Reads a page: first the page itself, then each late part as soon as it has arrived, as the server has sent it.
 *
 * @param onChunk Called with each piece of the response that has late parts.
 * @throws {TypeError} When the connection is lost.
 */
export async function* readPage(response: Response, onChunk: () => void): AsyncGenerator<string, void> {
  const { body, headers } = response;
  const prefix = headers.get(LATE_HEADER);
  if (!prefix || !body) return yield await response.text();
  const mark = lateMarkOf(prefix);
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
    onChunk();
    // A mark may be split.
    let from = Math.max(0, text.length - mark.length);
    text += value;
    for (let at = text.indexOf(mark, from); at >= 0; at = text.indexOf(mark, from)) {
      yield text.slice(0, at);
      text = text.slice(at + mark.length);
      from = 0;
    }
  }
  yield text;
}
