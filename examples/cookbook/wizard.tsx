import { action, createMemoryStore, defineForm, field, Form, type PageContext, redirect } from "@hyper/actions";
import { sessions } from "@hyper/actions/session";
import { z } from "zod";

/** The answers of each step are in the session. In production, use a store that outlives the process. */
const session = sessions({
  store: createMemoryStore(),
  values: { who: z.object({ name: z.string() }), trip: z.object({ to: z.string() }) },
});

const WhoForm = defineForm("who", {
  fields: { name: field.text({ label: "Your name", required: true, autocomplete: "name" }) },
});
const TripForm = defineForm("trip", {
  fields: { to: field.radio({ label: "Destination", choices: ["Bergen", "Graz"], required: true }) },
});

export const saveWho = action("save_who", { form: WhoForm, inject: { session } }, ({ form, session }) => {
  session.set("who", form.values);
  return redirect("?step=2");
});

export const saveTrip = action("save_trip", { form: TripForm, inject: { session } }, ({ form, session }) => {
  session.set("trip", form.values);
  return redirect("?step=3");
});

export async function render({ deps, url }: PageContext) {
  const answers = await deps.get(session);
  const [who, trip] = [answers.get("who"), answers.get("trip")];
  const step = url.searchParams.get("step");
  // A step is only shown after those before it.
  if (step === "3" && who !== null && trip !== null) return <Summary name={who.name} to={trip.to} />;
  return (
    <>
      <h1>Book a trip</h1>
      {step === "2" && who !== null
        ? <Form action={saveTrip} initial={trip ?? {}} submit="Next" />
        : <Form action={saveWho} initial={who ?? {}} submit="Next" />}
    </>
  );
}

function Summary({ name, to }: { readonly name: string; readonly to: string }) {
  return (
    <>
      <h1>Your trip</h1>
      <p>{`${name} travels to ${to}`}</p>
      <p>
        <a href="?step=1">Change</a>
      </p>
    </>
  );
}
