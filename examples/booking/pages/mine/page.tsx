import { action, changed, Form, type PageProps, pageUrl, region } from "@hyper/actions";
import { bookingsOf, CALENDAR } from "../../bookings.ts";
import { database } from "../../database.ts";
import { formats, language, texts } from "../../language.ts";
import { member, members } from "../../session.ts";
import { freeSlots, listServices } from "../../slots.ts";
import { clock, mondayOf } from "../../time.ts";
import { leave, waitingOf } from "../../waiting.ts";
import type { RootContext } from "../page.tsx";

const inject = { database, member, texts, formats, language, clock };

/** The appointments of the user. */
export const Mine = region("mine", { depends: CALENDAR, guard: members, inject }, (ctx) => {
  const { database, member, texts: t, formats, language, clock } = ctx;
  const services = new Map(listServices(database).map((service) => [service.id, service[language]]));
  const bookings = bookingsOf(database, member.name, clock);
  if (bookings.length === 0) return <p>{t.noAppointments}</p>;
  return (
    <ul class="bookings">
      {bookings.map(({ id, starts, person, service, isReminded }) => (
        <li key={id} id={`booking-${id}`}>
          <p>
            <strong>{formats.moment(starts)}</strong> {services.get(service)}, {person}{" "}
            {isReminded && <em>{t.reminded}</em>}
          </p>
          <a
            href={pageUrl("/move", {}, { query: { id } })}
            hyper-layer
            aria-label={`${t.move}: ${formats.moment(starts)}`}
          >
            {t.moveLink}
          </a>{" "}
          <a
            href={pageUrl("/cancel", {}, { query: { id } })}
            hyper-layer
            hyper-layer-size="small"
            aria-label={`${t.cancel}: ${formats.moment(starts)}`}
          >
            {t.cancelLink}
          </a>
        </li>
      ))}
    </ul>
  );
});

export const stopWaiting = action("stop_waiting", { inject: { database, member } }, ({ data, database, member }) => {
  leave(database, { customer: member.name, service: String(data.service), day: String(data.day) });
  return changed(`waiting:${member.name}`);
});

/** The days that the user waits for. What has become free in the meantime is a link to it. */
export const WaitingList = region("waiting", {
  depends: async ({ deps }) => [CALENDAR, `waiting:${(await deps.get(member)).name}`],
  guard: members,
  inject,
}, ({ database, member, texts: t, formats, language, clock }) => {
  const services = listServices(database);
  const waiting = waitingOf(database, member.name, clock.slice(0, 10));
  return (
    <section hidden={waiting.length === 0} aria-labelledby="waiting-title">
      <h2 id="waiting-title">{t.waiting}</h2>
      <ul class="bookings">
        {waiting.map(({ service: id, day }) => {
          const service = services.find((service) => service.id === id) ?? null;
          const { length } = freeSlots(database, { from: day, days: 1, service, person: null, now: clock });
          return (
            <li key={`${id}-${day}`} id={`waiting-${id}-${day}`}>
              <p>
                {service?.[language]}, {formats.day(day)}: {length === 0
                  ? t.noneFree
                  : <a href={pageUrl("/", {}, { query: { week: mondayOf(day), service: id } })}>{t.free(length)}</a>}
              </p>
              <Form action={stopWaiting} instance={`${id}-${day}`}>
                <input type="hidden" name="service" value={id} />
                <input type="hidden" name="day" value={day} />
                <button type="submit" aria-label={`${t.stopWaiting}: ${formats.day(day)}`}>{t.stopWaiting}</button>
              </Form>
            </li>
          );
        })}
      </ul>
    </section>
  );
});

/** Admits signed-in users only. */
export const render = members;

type Props = PageProps<"/mine", RootContext>;

export const head = ({ context: { t } }: Props) => <title>{t.mine}</title>;

export default function MinePage({ context: { t } }: Props) {
  return (
    <>
      <h1>{t.mine}</h1>
      <Mine />
      <WaitingList />
    </>
  );
}
