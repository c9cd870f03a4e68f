import { action, defineForm, field, Form, html, toast } from "@hyper/actions";
import { type } from "arktype";
import * as v from "valibot";
import { z } from "zod";

// zod exports JSON Schema: it defines the fields, types and constraints of the form.
const ZodForm = defineForm("with_zod", {
  schema: z.object({
    city: z.string().trim().min(2, "Enter at least two letters").max(40).meta({ title: "City" }),
    nights: z.int("Enter a whole number").min(1).max(14).meta({ title: "Nights" }),
  }),
});

// Valibot alone has no JSON Schema: `fields` defines the form, and the schema validates it.
const ValibotForm = defineForm("with_valibot", {
  schema: v.object({
    city: v.pipe(v.string(), v.trim(), v.minLength(2, "Enter at least two letters")),
    nights: v.pipe(v.number("Enter a number"), v.integer(), v.minValue(1), v.maxValue(14)),
  }),
  fields: { city: field.text({ label: "City" }), nights: field.number({ label: "Nights" }) },
});

// ArkType exports JSON Schema. `fields` overrides single fields.
const ArkForm = defineForm("with_arktype", {
  schema: type({ city: "string >= 2", nights: "1 <= number.integer <= 14" }),
  fields: { city: field.text({ placeholder: "Porto" }) },
});

const confirm = ({ city, nights }: { city: string; nights: number }) => [
  html(`${nights} nights in ${city}`, { target: "#stay", swap: "inner" }),
  toast(`${nights} nights in ${city}`),
];

export const stayZod = action("stay_zod", { form: ZodForm }, ({ form }) => confirm(form.values));
export const stayValibot = action("stay_valibot", { form: ValibotForm }, ({ form }) => confirm(form.values));
export const stayArktype = action("stay_arktype", { form: ArkForm }, ({ form }) => confirm(form.values));

export function Demo() {
  return (
    <>
      <h2>zod</h2>
      <Form action={stayZod} submit="Book with zod" novalidate />
      <h2>Valibot</h2>
      <Form action={stayValibot} submit="Book with Valibot" novalidate />
      <h2>ArkType</h2>
      <Form action={stayArktype} submit="Book with ArkType" novalidate />
      <p id="stay" class="box" />
    </>
  );
}
