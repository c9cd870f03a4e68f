import { action, changed, Form, type PageProps, region, toast } from "@hyper/actions";
import { type Booking, CALENDAR, listBookings, markBookings, STATES } from "../../bookings.ts";
import { database } from "../../database.ts";
import { formats, language, texts } from "../../language.ts";
import { staffOnly } from "../../session.ts";
import { listServices } from "../../slots.ts";
import type { Texts } from "../../texts.ts";
import { clock } from "../../time.ts";
import type { RootContext } from "../page.tsx";

const PAGE = 20;

export const mark = action("mark", { guard: staffOnly, inject: { database, texts } }, ({ data, database, texts }) => {
  const state = STATES.find((state) => state === data.state);
  // Nothing, one value or a list was checked.
  const ids = [data.id ?? []].flat().map(Number);
  if (state === undefined || ids.length === 0) return toast(texts.checkFirst);
  return [changed(CALENDAR), toast(texts.marked(markBookings(database, ids, state)))];
});

const searchOf = (url: URL): string => (url.searchParams.get("q") ?? "").slice(0, 60);

/** The appointments from today on that the search finds, page by page. */
export const Appointments = region("appointments", {
  depends: CALENDAR,
  guard: staffOnly,
  append: true,
  inject: { database, texts, formats, language, clock },
}, ({ url, cursor, more, database, texts: t, formats, language, clock }) => {
  const after = cursor ?? clock.slice(0, 10);
  const found = listBookings(database, searchOf(url), after, PAGE + 1);
  const shown = found.slice(0, PAGE);
  const services = new Map(listServices(database).map((service) => [service.id, service[language]]));
  return (
    <ul class="bookings">
      {shown.map((booking) => (
        <Appointment
          key={booking.id}
          booking={booking}
          about={`${formats.moment(booking.starts)}, ${services.get(booking.service)}`}
          t={t}
        />
      ))}
      {found.length === 0 && <li>{t.noneFound}</li>}
      {found.length > PAGE && (
        <li>
          <a {...more(cursorOf(shown.at(-1)))}>{t.more}</a>
        </li>
      )}
    </ul>
  );
});

const cursorOf = (last: Booking | undefined): string => `${last?.starts} ${last?.id}`;

interface AppointmentProps {
  readonly booking: Booking;
  readonly about: string;
  readonly t: Texts;
}

function Appointment({ booking: { id, customer, person, note, state }, about, t }: AppointmentProps) {
  return (
    <li id={`appointment-${id}`}>
      <label>
        <input type="checkbox" name="id" value={id} /> <strong>{customer}</strong> {about}, {person}
      </label>{" "}
      <em>{state === "booked" ? "" : t.states[state]}</em>
      {note !== "" && <p class="note">{note}</p>}
    </li>
  );
}

/** Admits the staff only. */
export const render = staffOnly;

type Props = PageProps<"/staff", RootContext>;

export const head = ({ context: { t } }: Props) => <title>{t.staff}</title>;

export default function Staff({ url, context: { t } }: Props) {
  return (
    <>
      <h1>{t.staff}</h1>
      <p>
        <a href="/staff/hours">{t.hours}</a>
      </p>
      <search>
        <form class="filters" hyper-nav hyper-on="input" hyper-delay="150">
          <label>
            {t.search} <input type="search" name="q" value={searchOf(url)} maxlength={60} autocomplete="off" />
          </label>
          <button type="submit">{t.show}</button>
        </form>
      </search>
      <Form action={mark} aria-label={t.staff}>
        <p class="filters">
          {STATES.map((state) => <button key={state} type="submit" name="state" value={state}>{t.markAs[state]}
          </button>)}
        </p>
        <Appointments />
      </Form>
    </>
  );
}
