import {
  action,
  changed,
  close,
  defineForm,
  Field,
  field,
  Form,
  FormErrors,
  LayerPart,
  type PageProps,
  pageUrl,
  region,
  type RequestContext,
  toast,
} from "@hyper/actions";
import { book, CALENDAR } from "../../bookings.ts";
import { database } from "../../database.ts";
import { formats, type Language, language, texts } from "../../language.ts";
import { member, members } from "../../session.ts";
import { freeMinutes, freeSlots, listServices, type Service } from "../../slots.ts";
import type { Texts } from "../../texts.ts";
import { clock, parseMoment } from "../../time.ts";
import type { RootContext } from "../page.tsx";

/** The time for which each person is free from the moment of the URL on, in minutes. */
type Free = ReadonlyMap<string, number>;

/** Returns the form for a moment: it offers what is free then. Its functions ask no database. */
function bookingForm(services: readonly Service[], free: Free, t: Texts, lang: Language) {
  const isLong = (person: string, minutes: number) => (free.get(person) ?? 0) >= minutes;
  const durationsOf = ({ durations, people }: Service) =>
    durations.filter((minutes) => people.some((person) => isLong(person, minutes)));
  const find = (id: string | undefined) => services.find((service) => service.id === id);
  const offered = services.filter((service) => durationsOf(service).length > 0);
  return defineForm("booking", {
    fields: {
      service: field.select({
        label: t.service,
        required: true,
        choices: offered.map((service) => ({ value: service.id, label: service[lang] })),
      }),
      minutes: field.select({
        label: t.duration,
        required: true,
        choices: ({ raw }) => {
          const service = find(raw.service);
          return service === undefined
            ? []
            : durationsOf(service).map((count) => ({ value: String(count), label: t.minutes(count) }));
        },
      }),
      person: field.select({
        label: t.person,
        required: true,
        messages: { invalid: t.taken },
        choices: ({ raw }) =>
          find(raw.service)?.people.filter((person) => isLong(person, Number(raw.minutes || STEP_MINIMUM))) ?? [],
      }),
      note: field.textarea({ label: t.note, maxlength: 500 }),
    },
  });
}

const STEP_MINIMUM = 30;

/** Returns the moment of the URL, if it is in the future. */
async function momentOf({ url, deps }: RequestContext): Promise<string | null> {
  const starts = parseMoment(url.searchParams.get("starts"));
  return starts !== null && starts > await deps.get(clock) ? starts : null;
}

async function loadForm(ctx: RequestContext) {
  const { deps, url } = ctx;
  const [db, starts] = [await deps.get(database), await momentOf(ctx)];
  const services = listServices(db);
  const people = [...new Set(services.flatMap(({ people }) => people))];
  const free = new Map(people.map((person) => [person, starts === null ? 0 : freeMinutes(db, person, starts)]));
  const { service, person } = Object.fromEntries(url.searchParams);
  // A select that depends on another one needs a value there, or it has no choices and loses its own.
  const first = services.find(({ id, people }) => service ? id === service : people.includes(person ?? ""));
  const initial = { service: first?.id, minutes: String(first?.durations[0]), person };
  return [bookingForm(services, free, await deps.get(texts), await deps.get(language)), { initial }] as const;
}

export const bookSlot = action("book", {
  form: loadForm,
  validate: true,
  inject: { database, member, texts, formats },
}, async (ctx) => {
  const { form, database, member, texts, formats } = ctx;
  const starts = await momentOf(ctx);
  const { service, minutes, person, note } = form.values;
  const wish = { customer: member.name, service, minutes: Number(minutes), person, note };
  if (starts === null || !book(database, { ...wish, starts })) return form.addError("", texts.taken);
  return [changed(CALENDAR), toast(texts.booked(formats.moment(starts))), close(starts, { redirect: "/mine" })];
});

/** Other free times of the day, as they are now. */
export const OtherTimes = region(
  "other_times",
  { depends: CALENDAR, guard: members, inject: { database, texts, formats, clock } },
  ({ url, database, texts: t, formats, clock }) => {
    const { starts = "", service: id } = Object.fromEntries(url.searchParams);
    const service = listServices(database).find((service) => service.id === id) ?? null;
    const day = parseMoment(starts)?.slice(0, 10);
    if (day === undefined) return null;
    const slots = freeSlots(database, { from: day, days: 1, service, person: null, now: clock });
    return (
      <details>
        <summary>{t.otherTimes}</summary>
        <ul class="times">
          {slots.filter((slot) => slot.starts !== starts).map(({ starts, person }) => (
            <li key={`${starts}-${person}`} id={`other-${starts}-${person}`}>
              <a href={pageUrl("/book", {}, { query: { starts, person, service: service?.id ?? "" } })}>
                {`${formats.time(starts)} ${person}`}
              </a>
            </li>
          ))}
        </ul>
      </details>
    );
  },
);

/** Admits signed-in users only. */
export const render = members;

type Props = PageProps<"/book", RootContext>;

export const head = ({ context: { t } }: Props) => <title>{t.book}</title>;

export default function Book({ url, context: { t, formats } }: Props) {
  const starts = parseMoment(url.searchParams.get("starts"));
  return (
    <>
      <LayerPart>
        <h1>{t.book}</h1>
        <p>{starts === null ? t.gone : formats.moment(starts)}</p>
        <Form action={bookSlot} validate="blur">
          <FormErrors />
          <Field name="service" />
          <Field name="minutes" />
          <Field name="person" />
          <Field name="note" rows={3} />
          <button type="submit">{t.bookNow}</button>
        </Form>
        <div hyper-nav>
          <OtherTimes />
        </div>
      </LayerPart>
      <p>
        <a href={pageUrl("/", {}, { query: { week: starts?.slice(0, 10) ?? "" } })}>{t.back}</a>
      </p>
    </>
  );
}
