import { defineAction } from "astro:actions";
import { z } from "astro/zod";

export const server = {
  addContact: defineAction({
    accept: "form",
    input: z.object({
      // Astro hands an empty field over as null.
      name: z.string("Fill in this field").trim().min(1, "Fill in this field").max(80, "Too long"),
      email: z.string("Enter an email address").trim().max(254).regex(/^[^@\s]+@[^@\s]+$/, "Enter an email address"),
      note: z.string().trim().max(200, "Too long").nullish(),
    }),
    handler: () => {},
  }),
};
