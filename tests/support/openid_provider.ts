/**
 * An OpenID provider on a free port, with one client. It approves every request for its user at once, and checks what a provider must:
 * client, redirect URI, one use of a code, and the code verifier. A test can change what it signs.
 */
import { assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";

/** A code that was not exchanged yet. */
interface Code {
  readonly redirectUri: string;
  readonly challenge: string;
  readonly nonce: string;
}

/** The registration of the application. */
export const CLIENT = { clientId: "library", clientSecret: "a secret of the client" } as const;

const RSA = {
  name: "RSASSA-PKCS1-v1_5",
  hash: "SHA-256",
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
};

export class OpenIdProvider implements AsyncDisposable {
  /** The user who is signed in at the provider. */
  user: { readonly sub: string; readonly name: string } = { sub: "7", name: "Ada" };
  /** Changes the claims of an ID token before it is signed. */
  changeClaims: (claims: Record<string, unknown>) => Record<string, unknown> = (claims) => claims;
  /** Signs ID tokens; another pair is not that of the published key. */
  signer: CryptoKeyPair;
  /** Query of the response to the next authorization request, in place of a code. */
  refusal: Readonly<Record<string, string>> | null = null;
  /** Statuses of the responses of the token endpoint. */
  readonly exchanges: number[] = [];
  /** Query parameters of the last authorization request. */
  asked: Readonly<Record<string, string>> = {};
  readonly #keys: CryptoKeyPair;
  readonly #codes = new Map<string, Code>();
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  private constructor(keys: CryptoKeyPair, port: number) {
    this.#keys = this.signer = keys;
    this.#server = Deno.serve(
      { port, hostname: "127.0.0.1", onListen: () => {} },
      (request) => this.#answer(request),
    );
  }

  /** @param port The port. Default: a free one. */
  static async start(port = 0): Promise<OpenIdProvider> {
    return new OpenIdProvider(await makeKeys(), port);
  }

  get issuer(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  async #answer(request: Request): Promise<Response> {
    const url = new URL(request.url);
    switch (url.pathname) {
      case "/.well-known/openid-configuration":
        return Response.json({
          issuer: this.issuer,
          authorization_endpoint: `${this.issuer}/authorize`,
          token_endpoint: `${this.issuer}/token`,
          jwks_uri: `${this.issuer}/jwks`,
          response_types_supported: ["code"],
          subject_types_supported: ["public"],
          id_token_signing_alg_values_supported: ["RS256"],
          code_challenge_methods_supported: ["S256"],
          authorization_response_iss_parameter_supported: true,
        });
      case "/jwks": {
        const { kty, n, e } = await crypto.subtle.exportKey("jwk", this.#keys.publicKey);
        return Response.json({ keys: [{ kty, n, e, kid: "1", use: "sig", alg: "RS256" }] });
      }
      case "/authorize":
        return this.#authorize(url.searchParams);
      case "/token": {
        const response = await this.#exchange(request);
        this.exchanges.push(response.status);
        return response;
      }
      default:
        return new Response(null, { status: 404 });
    }
  }

  #authorize(query: URLSearchParams): Response {
    this.asked = Object.fromEntries(query);
    const { client_id, response_type, scope = "", redirect_uri = "", code_challenge_method, ...more } = this.asked;
    assertEquals([client_id, response_type, code_challenge_method], [CLIENT.clientId, "code", "S256"]);
    assertEquals([scope.split(" ").includes("openid"), URL.parse(redirect_uri)?.pathname], [true, "/sign-in/callback"]);
    const target = new URL(redirect_uri);
    const code = crypto.randomUUID();
    const sent = this.refusal ?? { code };
    if (this.refusal === null) {
      this.#codes.set(code, {
        redirectUri: redirect_uri,
        challenge: more.code_challenge ?? "",
        nonce: more.nonce ?? "",
      });
    }
    for (const [name, value] of Object.entries({ ...sent, state: more.state ?? "", iss: this.issuer })) {
      target.searchParams.set(name, value);
    }
    return new Response(null, { status: 303, headers: { location: target.href } });
  }

  async #exchange(request: Request): Promise<Response> {
    const form = new URLSearchParams(await request.text());
    const code = this.#codes.get(form.get("code") ?? "");
    this.#codes.delete(form.get("code") ?? "");
    const encode = (text: string) => new URLSearchParams({ _: text }).toString().slice(2);
    const basic = Buffer.from(`${encode(CLIENT.clientId)}:${encode(CLIENT.clientSecret)}`).toString("base64");
    if (request.headers.get("authorization") !== `Basic ${basic}`) return problem("invalid_client", 401);
    const verifier = new TextEncoder().encode(form.get("code_verifier") ?? "");
    const challenge = Buffer.from(await crypto.subtle.digest("SHA-256", verifier)).toString("base64url");
    const isOurs = code?.redirectUri === form.get("redirect_uri") && code?.challenge === challenge;
    if (code === undefined || !isOurs) return problem("invalid_grant", 400);
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: this.issuer, aud: CLIENT.clientId, iat: now, exp: now + 60, nonce: code.nonce, ...this.user };
    return Response.json({
      access_token: crypto.randomUUID(),
      token_type: "Bearer",
      id_token: await sign(this.changeClaims(claims), this.signer.privateKey),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

/** Makes a pair of keys. */
export async function makeKeys(): Promise<CryptoKeyPair> {
  return await crypto.subtle.generateKey(RSA, true, ["sign", "verify"]);
}

async function sign(claims: Readonly<Record<string, unknown>>, key: CryptoKey): Promise<string> {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const text = `${encode({ alg: "RS256", typ: "JWT", kid: "1" })}.${encode(claims)}`;
  const signature = await crypto.subtle.sign(RSA.name, key, new TextEncoder().encode(text));
  return `${text}.${Buffer.from(signature).toString("base64url")}`;
}

function problem(error: string, status: number): Response {
  return Response.json({ error }, { status });
}
