import { action, changed, defineForm, field, Form, refresh, region, toast } from "@hyper/actions";

// In memory. Deno.openKv() without a path opens the database of the application.
export const kv = await Deno.openKv(":memory:");

const SeatForm = defineForm("seat", {
  fields: {
    seat: field.number({ label: "Seat", min: 1, max: 20, required: true }),
    name: field.text({ label: "Name", required: true, maxlength: 80, autocomplete: "name" }),
  },
});

export const bookSeat = action("book_seat", { form: SeatForm }, async ({ form }) => {
  const { seat, name } = form.values;
  const key = ["seats", seat];
  // Writes only if the seat is free: two users at once cannot both get it.
  const { ok } = await kv.atomic().check({ key, versionstamp: null }).set(key, name).commit();
  if (!ok) form.addError("seat", "This seat is taken. Choose another one");
  return ok ? [changed("seats"), refresh("form"), toast(`Seat ${seat} is yours`)] : undefined;
});

export const freeSeat = action("free_seat", async ({ data }) => {
  await kv.delete(["seats", Number(data.seat)]);
  return changed("seats");
});

export const Seats = region("seats", { depends: "seats" }, async () => {
  const seats = await Array.fromAsync(kv.list<string>({ prefix: ["seats"] }));
  return (
    <ul>
      {seats.map(({ key, value }) => <Seat key={key.join()} seat={Number(key[1])} name={value} />)}
    </ul>
  );
});

function Seat({ seat, name }: { readonly seat: number; readonly name: string }) {
  return (
    <li>
      <Form action={freeSeat} instance={seat}>
        <span>{`${seat}: ${name}`}</span>{" "}
        <button name="seat" value={seat} aria-label={`Free seat ${seat}`}>Free</button>
      </Form>
    </li>
  );
}

export default function Boat() {
  return (
    <>
      <h1>Boat trip</h1>
      <Seats />
      <Form action={bookSeat} submit="Book" />
    </>
  );
}
