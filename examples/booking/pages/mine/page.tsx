import { type PageProps, region } from "@hyper/actions";
import { bookingsOf, CALENDAR } from "../../bookings.ts";
import { database } from "../../database.ts";
import { formats, language, texts } from "../../language.ts";
import { member, members } from "../../session.ts";
import { listServices } from "../../slots.ts";
import { clock } from "../../time.ts";
import type { RootContext } from "../page.tsx";

/** The appointments of the user. */
export const Mine = region(
  "mine",
  { depends: CALENDAR, guard: members, inject: { database, member, texts, formats, language, clock } },
  ({ database, member, texts: t, formats, language, clock }) => {
    const services = new Map(listServices(database).map((service) => [service.id, service[language]]));
    const bookings = bookingsOf(database, member.name, clock);
    if (bookings.length === 0) return <p>{t.noAppointments}</p>;
    return (
      <ul class="bookings">
        {bookings.map(({ id, starts, person, service }) => (
          <li key={id} id={`booking-${id}`}>
            <strong>{formats.moment(starts)}</strong> {services.get(service)}, {person}
          </li>
        ))}
      </ul>
    );
  },
);

/** Admits signed-in users only. */
export const render = members;

type Props = PageProps<"/mine", RootContext>;

export const head = ({ context: { t } }: Props) => <title>{t.mine}</title>;

export default function MinePage({ context: { t } }: Props) {
  return (
    <>
      <h1>{t.mine}</h1>
      <Mine />
    </>
  );
}
