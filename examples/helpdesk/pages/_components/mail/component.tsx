import { action, changed } from "@hyper/actions";
import { z } from "zod";
import { tickets } from "../../../tickets.ts";

const Mail = z.object({
  id: z.string().min(1).max(200),
  from: z.string().min(1).max(80),
  subject: z.string().trim().min(1).transform((subject) => subject.slice(0, 80)),
  text: z.string().max(5_000),
});

/** A webhook: each mail becomes a ticket, once, however often the service sends it. */
export const receiveMail = action(
  "receive_mail",
  { input: Mail, webhook: true, skipHandlerGuard: true, verify: isSigned, inject: { tickets } },
  ({ data: { id, from, subject, text }, tickets }) => {
    const input = { title: subject, body: text, priority: "normal", category: "software", topic: "mail" } as const;
    return tickets.add(input, from, id) === null ? { added: false } : [changed("tickets")];
  },
);

async function isSigned(request: Request, body: Uint8Array<ArrayBuffer>): Promise<boolean> {
  const secret = Deno.env.get("MAIL_SECRET");
  const signature = request.headers.get("x-signature") ?? "";
  if (!secret || !/^[0-9a-f]{64}$/.test(signature)) return false;
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(secret), algorithm, false, ["verify"]);
  // Takes the same time for every signature.
  return await crypto.subtle.verify("HMAC", key, Uint8Array.fromHex(signature), body);
}
