// The log of a topic in Redis: a stream with one entry per message. Each new entry is also announced on a channel.
import type { RedisConnection } from "./redis_connection.ts";

/** Limits of the log of each topic. */
export interface LogLimits {
  readonly maxMessages: number;
  readonly maxBytes: number;
}

/** An entry of the log. */
export interface LogEntry {
  readonly id: string;
  readonly text: string;
  /** `true` if it is the first entry since the stream was created. Always `false` for an announced entry. */
  readonly isFirst: boolean;
}

/** An entry as it was announced, with the id of the entry before it. */
export interface AnnouncedEntry extends LogEntry {
  readonly before: string;
}

/** Id before the first entry of a stream. */
export const START = "0-0";

/** Greatest id: no entry can be added after it (Redis, XADD). */
const LAST = "18446744073709551615-18446744073709551615";

// A script is one step: no other entry comes between the last one, the new one, and its announcement. Each entry holds the
// number of bytes in the stream up to its end ("s"), so that the size between two entries is known without reading them. An
// entry of another program lacks it, so the stream is emptied; it keeps its last id, since Redis would otherwise use an id
// again within the same millisecond. If no id is left, the stream is deleted. The first entry since the stream was created
// is marked ("f").
const APPEND = `
local found = redis.call("EXISTS", KEYS[1])
local last = redis.call("XREVRANGE", KEYS[1], "+", "-", "COUNT", 1)[1]
if last and last[1] == "${LAST}" then
  redis.call("DEL", KEYS[1])
  last = nil
elseif last and (last[2][3] ~= "s" or not tonumber(last[2][4])) then
  redis.call("XTRIM", KEYS[1], "MAXLEN", 0)
  last = nil
end
local sum = #ARGV[1] + (last and tonumber(last[2][4]) or 0)
local entry = { "m", ARGV[1], "s", string.format("%.0f", sum), found == 0 and "f" or nil, found == 0 and "1" or nil }
local id = redis.call("XADD", KEYS[1], "MAXLEN", ARGV[3], "*", unpack(entry))
local function time(entry) return tonumber(string.match(entry, "^%d+")) end
local first = redis.call("XRANGE", KEYS[1], "-", "+", "COUNT", 1)[1]
while first do
  local upTo = tonumber(first[2][4])
  if upTo and sum - upTo + #first[2][2] <= tonumber(ARGV[4]) and time(id) - time(first[1]) <= 1000 * ARGV[5] then break end
  redis.call("XDEL", KEYS[1], first[1])
  first = redis.call("XRANGE", KEYS[1], "-", "+", "COUNT", 1)[1]
end
redis.call("EXPIRE", KEYS[1], ARGV[5])
redis.call("PUBLISH", ARGV[2], id .. " " .. (last and last[1] or "${START}") .. " " .. ARGV[1])
return id`;

/** Maximum number of entries per read. */
const PAGE = 500;

/** The log of one topic. */
export class TopicLog {
  /** Channel on which entries are announced. Redis shares channels, unlike keys, among its databases. */
  readonly channel: string;
  readonly #redis: RedisConnection;
  readonly #stream: string;

  constructor(redis: RedisConnection, topic: string) {
    this.#redis = redis;
    this.#stream = `${redis.prefix}topic:${topic}`;
    this.channel = `${redis.prefix}${redis.database}:topic:${topic}`;
  }

  /** Appends and announces an entry. The log expires `seconds` after it. Returns the id of the entry. */
  async append(text: string, { maxMessages, maxBytes }: LogLimits, seconds: number): Promise<string> {
    const args = [text, this.channel, maxMessages, maxBytes, seconds].map(String);
    return String(await this.#redis.send(["EVAL", APPEND, "1", this.#stream, ...args]));
  }

  /** Returns the id of the latest entry. */
  async latest(): Promise<string> {
    return toEntries(await this.#redis.send(["XREVRANGE", this.#stream, "+", "-", "COUNT", "1"]))[0]?.id ?? START;
  }

  /** Returns the first entry; `null` if there is none, `undefined` if the stream does not even exist. */
  async first(): Promise<LogEntry | null | undefined> {
    const [first] = await this.#read("-", 1);
    return first ?? (await this.#redis.send(["EXISTS", this.#stream]) === 0 ? undefined : null);
  }

  /**
   * Reads the entries after the one with an id.
   *
   * @returns Whether the log still has that entry. If not, entries after it may be missing too, and none is read.
   */
  async readAfter(id: string, onEntry: (entry: LogEntry) => void): Promise<boolean> {
    for (let from = id;;) {
      const entries = await this.#read(from, PAGE);
      if (from === id && entries[0]?.id !== id) return false;
      for (const entry of entries) if (entry.id !== from) onEntry(entry);
      const last = entries.at(-1)?.id;
      if (entries.length < PAGE || last === undefined || last === from) return true;
      from = last;
    }
  }

  async #read(from: string, count: number): Promise<LogEntry[]> {
    return toEntries(await this.#redis.send(["XRANGE", this.#stream, from, "+", "COUNT", String(count)]));
  }
}

/** Parses the reply to XRANGE. An entry of another program may have other fields. */
function toEntries(reply: unknown): LogEntry[] {
  if (!Array.isArray(reply)) throw new TypeError("Cannot read a topic from Redis: the reply to XRANGE is not an array");
  return reply.map(([id, fields]: readonly [unknown, unknown]) => {
    const [name, text, , , mark] = Array.isArray(fields) ? fields : [];
    return { id: String(id), text: name === "m" ? String(text) : "", isFirst: mark === "f" };
  });
}

/** The start of an announcement: the id of the entry, and the id of the entry before it. */
const ANNOUNCEMENT = /^([0-9]{1,20}-[0-9]{1,20}) ([0-9]{1,20}-[0-9]{1,20}) /;

/** Parses an announcement. Returns `null` for one of another program or another version. */
export function parseAnnouncement(message: string): AnnouncedEntry | null {
  const [start, id, before] = ANNOUNCEMENT.exec(message) ?? [];
  if (start === undefined || id === undefined || before === undefined) return null;
  return { id, before, text: message.slice(start.length), isFirst: false };
}

/** Greatest part of an id: 64 bits, unsigned. */
const MAX_PART = 2n ** 64n - 1n;

/** Returns whether a string is an id as Redis writes it. */
export function isEntryId(text: string): boolean {
  return /^(?:0|[1-9][0-9]{0,19})-(?:0|[1-9][0-9]{0,19})$/.test(text) &&
    text.split("-").every((part) => BigInt(part) <= MAX_PART);
}

/** Compares two ids: the milliseconds, then the count within them. A `number` could not hold every part exactly. */
export function compareIds(a: string, b: string): number {
  const [aTime = "", aCount = ""] = a.split("-");
  const [bTime = "", bCount = ""] = b.split("-");
  return compareDigits(aTime, bTime) || compareDigits(aCount, bCount);
}

/** Compares two whole numbers without leading zeros, as Redis writes them: the longer one is greater. */
function compareDigits(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  return a === b ? 0 : a < b ? -1 : 1;
}
