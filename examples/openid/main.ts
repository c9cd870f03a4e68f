/**
 * Sign-in with an OpenID provider, built with `@hyper/actions`. `OPENID_ISSUER`, `OPENID_CLIENT_ID` and `OPENID_CLIENT_SECRET` name
 * the provider; register `/sign-in/callback` there. `PORT` sets the port.
 */
import { createApp } from "./app.ts";
import { OpenId } from "./openid.ts";

const port = Number(Deno.env.get("PORT") ?? 8000);
const provider = new OpenId({
  issuer: Deno.env.get("OPENID_ISSUER") ?? "http://localhost:9000",
  clientId: Deno.env.get("OPENID_CLIENT_ID") ?? "openid-example",
  clientSecret: Deno.env.get("OPENID_CLIENT_SECRET") ?? "",
});

Deno.serve({
  port,
  // deno-lint-ignore no-console -- prints the URL
  onListen: ({ port }) => console.log(`OpenID is served at http://localhost:${port}/`),
}, createApp(provider));
