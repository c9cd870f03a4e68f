import { HyperError, type RequestContext } from "@hyper/actions";
import { accountOfToken } from "../../../accounts.ts";
import { type Booking, bookingsOf } from "../../../bookings.ts";
import { database } from "../../../database.ts";
import { language, texts } from "../../../language.ts";
import { listServices } from "../../../slots.ts";
import { clock, ZONE } from "../../../time.ts";

const escapeText = (text: string): string => text.replaceAll(/[\\;,]/g, "\\$&").replaceAll(/\r?\n/g, "\\n");

/** Formats a moment of the practice in UTC: `20300107T080000Z`. */
const stamp = (moment: string): string =>
  Temporal.PlainDateTime.from(moment).toZonedDateTime(ZONE).toInstant().toString().replaceAll(/[-:]/g, "");

/** The calendar of a customer (RFC 5545), for a calendar program. Its secret is the token in the URL. */
export async function render({ params, deps, url }: RequestContext): Promise<Response> {
  const [db, now, t, lang] = [
    await deps.get(database),
    await deps.get(clock),
    await deps.get(texts),
    await deps.get(language),
  ];
  const user = accountOfToken(db, String(params.token));
  if (user === null) throw new HyperError(404, t.notFound);
  const services = new Map(listServices(db).map((service) => [service.id, service[lang]]));
  const events = bookingsOf(db, user, now).flatMap(({ id, starts, ends, service, person }: Booking) => [
    "BEGIN:VEVENT",
    `UID:${id}@${url.hostname}`,
    `DTSTAMP:${stamp(now)}`,
    `DTSTART:${stamp(starts)}`,
    `DTEND:${stamp(ends)}`,
    `SUMMARY:${escapeText(`${services.get(service)}, ${person}`)}`,
    "END:VEVENT",
  ]);
  const lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Hyper//Booking//EN", ...events, "END:VCALENDAR", ""];
  return new Response(lines.join("\r\n"), { headers: { "content-type": "text/calendar; charset=utf-8" } });
}
