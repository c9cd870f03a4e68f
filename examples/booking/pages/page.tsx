import {
  action,
  changed,
  type ContextFunctions,
  Form,
  type PageProps,
  pageUrl,
  redirect,
  region,
  toast,
} from "@hyper/actions";
import { CALENDAR } from "../bookings.ts";
import { database } from "../database.ts";
import { formats, type Formatter, language, texts } from "../language.ts";
import { member, visitor } from "../session.ts";
import { freeSlots, listServices, type Slot } from "../slots.ts";
import type { Texts } from "../texts.ts";
import { themeOf } from "../theme.ts";
import { addDays, clock, mondayOf, parseDay } from "../time.ts";
import { join } from "../waiting.ts";

/** Values for every page and layout: pages in subfolders inherit them. */
export const context = {
  user: ({ deps }) => deps.get(visitor),
  lang: ({ deps }) => deps.get(language),
  theme: ({ cookies }) => themeOf(cookies.get("theme")),
  t: ({ deps }) => deps.get(texts),
  formats: ({ deps }) => deps.get(formats),
  services: async ({ deps }) => listServices(await deps.get(database)),
  today: async ({ deps }) => (await deps.get(clock)).slice(0, 10),
} satisfies ContextFunctions;

export type RootContext = typeof context;

/** Returns the Monday of the week in the URL, else of this week. */
const weekOf = (url: URL, today: string): string => mondayOf(parseDay(url.searchParams.get("week")) ?? today);

export const waitFor = action("wait_for", { inject: { database, member, texts } }, ({ data, ...ctx }) => {
  const day = parseDay(String(data.day));
  const service = listServices(ctx.database).find(({ id }) => id === data.service);
  if (day === null || service === undefined) return toast(ctx.texts.gone);
  join(ctx.database, { customer: ctx.member.name, service: service.id, day });
  return [changed(`waiting:${ctx.member.name}`), toast(ctx.texts.waits), redirect("/mine")];
});

/** The free times of a week, for all: they are renewed in each tab when an appointment is booked or canceled. */
export const Week = region(
  "week",
  { depends: CALENDAR, guard: () => true, inject: { database, texts, formats, clock } },
  ({ url, database, texts: t, formats, clock }) => {
    const from = weekOf(url, clock.slice(0, 10));
    const service = listServices(database).find(({ id }) => id === url.searchParams.get("service")) ?? null;
    const person = url.searchParams.get("person") || null;
    const slots = freeSlots(database, { from, days: 5, service, person, now: clock });
    return (
      <section aria-label={t.freeTimes}>
        <p role="status">{t.free(slots.length)}</p>
        <div class="week">
          {[0, 1, 2, 3, 4].map((index) => addDays(from, index)).map((day) => (
            <Day
              key={day}
              day={day}
              service={service?.id ?? ""}
              slots={slots.filter(({ starts }) => starts.startsWith(day))}
              t={t}
              formats={formats}
            />
          ))}
        </div>
      </section>
    );
  },
);

interface DayProps {
  readonly day: string;
  readonly slots: readonly Slot[];
  readonly service: string;
  readonly t: Texts;
  readonly formats: Formatter;
}

function Day({ day, slots, service, t, formats }: DayProps) {
  return (
    <section id={`day-${day}`}>
      <h2>{formats.day(day)}</h2>
      {slots.length === 0 && <p>{t.noneFree}</p>}
      {slots.length === 0 && service !== "" && (
        <Form action={waitFor} instance={day}>
          <input type="hidden" name="day" value={day} />
          <input type="hidden" name="service" value={service} />
          <button type="submit" aria-label={`${t.wait}: ${formats.day(day)}`}>{t.wait}</button>
        </Form>
      )}
      <ul>
        {slots.map(({ starts, person }) => (
          <li key={`${starts}-${person}`} id={`slot-${starts}-${person}`}>
            <a
              href={pageUrl("/book", {}, { query: { starts, person, service } })}
              hyper-layer
              aria-label={t.bookSlot(formats.time(starts), person, formats.day(day))}
            >
              {formats.time(starts)} <small>{person}</small>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

export const head = ({ context: { t } }: PageProps<"/", RootContext>) => (
  <title>{`${t.calendar} – ${t.practice}`}</title>
);

export default function Calendar({ url, context: { t, lang, services, formats, today } }: PageProps<"/", RootContext>) {
  const from = weekOf(url, today);
  const { service = "", person = "" } = Object.fromEntries(url.searchParams);
  const weekUrl = (days: number) => pageUrl("/", {}, { query: { week: addDays(from, days), service, person } });
  const people = [...new Set(services.flatMap(({ people }) => people))];
  return (
    <div hyper-nav>
      <h1>{t.week(formats.day(from))}</h1>
      <form class="filters" hyper-on="change" aria-label={t.show}>
        <input type="hidden" name="week" value={from} />
        <label>
          {t.service}{" "}
          <Options name="service" value={service} all={t.all} choices={services.map((s) => [s.id, s[lang]])} />
        </label>
        <label>
          {t.person} <Options name="person" value={person} all={t.all} choices={people.map((name) => [name, name])} />
        </label>
        <button type="submit">{t.show}</button>
      </form>
      <p class="weeks">
        <a href={weekUrl(-7)}>{t.previousWeek}</a> <a href={weekUrl(7)}>{t.nextWeek}</a>
      </p>
      <Week />
    </div>
  );
}

interface OptionsProps {
  readonly name: string;
  readonly value: string;
  readonly all: string;
  readonly choices: readonly (readonly [value: string, label: string])[];
}

function Options({ name, value, all, choices }: OptionsProps) {
  return (
    <select name={name}>
      <option value="">{all}</option>
      {choices.map(([choice, label]) => <option key={choice} value={choice} selected={choice === value}>{label}
      </option>)}
    </select>
  );
}
