import {
  action,
  changed,
  close,
  Form,
  HyperError,
  LayerPart,
  type PageProps,
  redirect,
  type RequestContext,
  toast,
} from "@hyper/actions";
import { CALENDAR, cancel, findBooking, restore } from "../../bookings.ts";
import { database } from "../../database.ts";
import { formats, texts } from "../../language.ts";
import { member, members } from "../../session.ts";
import { clock } from "../../time.ts";
import type { RootContext } from "../page.tsx";

/** Returns the booking of the URL. It belongs to the user, and is not over. */
export async function bookingOf({ deps, url }: Pick<RequestContext, "deps" | "url">) {
  const { name } = await deps.get(member);
  const id = Number(url.searchParams.get("id"));
  const booking = findBooking(await deps.get(database), id, name, await deps.get(clock));
  if (booking === null) throw new HyperError(404, (await deps.get(texts)).unknownAppointment);
  return booking;
}

export const restoreBooking = action("restore", { inject: { database, member, texts } }, ({ data, ...ctx }) => {
  const isBack = restore(ctx.database, Number(data.id), ctx.member.name);
  // Without scripts, an undo belongs to the page of the question, which is over.
  return [changed(CALENDAR), toast(isBack ? ctx.texts.restored : ctx.texts.taken), redirect("/mine")];
});

export const cancelBooking = action("cancel", { inject: { database, texts, formats } }, async (ctx) => {
  const booking = await bookingOf(ctx);
  cancel(ctx.database, booking);
  const message = ctx.texts.canceled(ctx.formats.moment(booking.starts));
  return [
    changed(CALENDAR),
    toast(message, { undo: { action: restoreBooking, data: { id: booking.id } } }),
    close(booking.id, { redirect: "/mine" }),
  ];
});

/** Admits signed-in users only. */
export const render = members;

export const context = { booking: bookingOf };

type Props = PageProps<"/cancel", RootContext & typeof context>;

export const head = ({ context: { t } }: Props) => <title>{t.cancel}</title>;

export default function Cancel({ context: { t, formats, booking } }: Props) {
  return (
    <>
      <LayerPart>
        <h1>{t.cancel}</h1>
        <p>{t.cancelQuestion(formats.moment(booking.starts), booking.person)}</p>
        <Form action={cancelBooking}>
          <button type="submit">{t.cancelNow}</button>
        </Form>
      </LayerPart>
      <p>
        <a href="/mine">{t.keepIt}</a>
      </p>
    </>
  );
}
