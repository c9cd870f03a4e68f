import { action, defineForm, Field, field, Form, type PageProps, toast } from "@hyper/actions";

const CITIES: Readonly<Record<string, readonly string[]>> = {
  Austria: ["Graz", "Linz", "Wien"],
  Norway: ["Bergen", "Oslo"],
};
const COUNTRIES = Object.keys(CITIES);

/** Returns the form for the country in the URL. Only its cities are valid. */
function formOf(url: URL) {
  const country = url.searchParams.get("country") ?? "Austria";
  const choices = Object.hasOwn(CITIES, country) ? CITIES[country] ?? [] : [];
  return defineForm("office", { fields: { city: field.select({ label: "City", choices, required: true }) } });
}

export const choose = action(
  "choose_city",
  { form: ({ url }) => formOf(url) },
  ({ form }) => toast(`Your office is in ${form.values.city}`),
);

export default function Office({ url }: PageProps) {
  const country = url.searchParams.get("country") ?? "Austria";
  return (
    <>
      <h1>Office</h1>
      <form hyper-nav hyper-on="change" aria-label="Country">
        <label>
          Country{" "}
          <select name="country">
            {COUNTRIES.map((name) => <option key={name} selected={name === country}>{name}</option>)}
          </select>
        </label>
        <button>Show cities</button>
      </form>
      <Form action={choose}>
        <Field name="city" />
        <button>Save</button>
      </Form>
    </>
  );
}
