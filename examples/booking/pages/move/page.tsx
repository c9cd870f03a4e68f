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
  type RequestContext,
  toast,
} from "@hyper/actions";
import { type Booking, CALENDAR, move } from "../../bookings.ts";
import { database } from "../../database.ts";
import { formats, type Formatter, texts } from "../../language.ts";
import { members } from "../../session.ts";
import { freeSlots, type Slot } from "../../slots.ts";
import type { Texts } from "../../texts.ts";
import { clock, minutesBetween } from "../../time.ts";
import { bookingOf } from "../cancel/page.tsx";
import type { RootContext } from "../page.tsx";

/** Returns the form for the times to which a booking can move: first the day, then its times. */
function moveForm(slots: readonly Slot[], t: Texts, formats: Formatter) {
  const days = [...new Set(slots.map(({ starts }) => starts.slice(0, 10)))];
  return defineForm("move", {
    fields: {
      day: field.select({
        label: t.day,
        required: true,
        choices: days.map((day) => ({ value: day, label: formats.day(day) })),
      }),
      starts: field.select({
        label: t.time,
        required: true,
        messages: { invalid: t.taken },
        choices: ({ raw }) =>
          slots.filter(({ starts }) => starts.startsWith(raw.day || "-"))
            .map(({ starts }) => ({ value: starts, label: formats.time(starts) })),
      }),
    },
  });
}

/** Returns the free times of the next two weeks that are long enough for a booking. */
async function timesFor(
  { deps }: Pick<RequestContext, "deps">,
  { id, starts, ends, person }: Booking,
): Promise<Slot[]> {
  const now = await deps.get(clock);
  const filter = { from: now.slice(0, 10), days: 14, service: null, person, now, except: id };
  const needed = minutesBetween(starts, ends);
  return freeSlots(await deps.get(database), filter).filter(({ minutes }) => minutes >= needed);
}

export const moveBooking = action("move", {
  form: async (ctx) => {
    const slots = await timesFor(ctx, await bookingOf(ctx));
    return moveForm(slots, await ctx.deps.get(texts), await ctx.deps.get(formats));
  },
  inject: { database, texts, formats },
}, async (ctx) => {
  const { form, database, texts, formats } = ctx;
  const booking = await bookingOf(ctx);
  if (!move(database, booking, form.values.starts)) return form.addError("starts", texts.taken);
  const message = texts.moved(formats.moment(form.values.starts));
  return [changed(CALENDAR), toast(message), close(booking.id, { redirect: "/mine" })];
});

/** Admits signed-in users only. */
export const render = members;

export const context = { booking: bookingOf };

type Props = PageProps<"/move", RootContext & typeof context>;

export const head = ({ context: { t } }: Props) => <title>{t.move}</title>;

export default function Move({ context: { t, formats, booking } }: Props) {
  return (
    <>
      <LayerPart>
        <h1>{t.move}</h1>
        <p>{`${formats.moment(booking.starts)}, ${booking.person}`}</p>
        <Form action={moveBooking}>
          <FormErrors />
          <Field name="day" />
          <Field name="starts" />
          <button type="submit">{t.moveNow}</button>
        </Form>
      </LayerPart>
      <p>
        <a href="/mine">{t.keepIt}</a>
      </p>
    </>
  );
}
