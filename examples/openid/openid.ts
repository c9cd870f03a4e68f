/** Sign-in with an OpenID provider: the authorization code flow with PKCE (OpenID Connect Core 1.0, 3.1; RFC 7636). */
import { HyperError } from "@hyper/actions";
import * as oidc from "openid-client";
import { z } from "zod";

/** A sign-in that has begun: kept in the session of its browser, and used once. */
export const Attempt = z.object({
  /** Names it at the provider. A response with another one was begun in another browser. */
  state: z.string(),
  /** Ties the ID token to it. */
  nonce: z.string(),
  /** Proves to the provider that the code is ours. */
  verifier: z.string(),
  /** Path to go to after it. */
  next: z.string(),
});

/** The provider, and the registration of the application there. */
export interface OpenIdOptions {
  /** URL of the provider, such as `https://accounts.example`. */
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** A user, as the provider has identified them. */
export interface OpenIdUser {
  /** Stable ID: the provider and its ID of the account. An email address can change its owner. */
  readonly id: string;
  /** Name to show. */
  readonly name: string;
}

/** Signs users in at a provider. */
export class OpenId {
  readonly #options: OpenIdOptions;
  /** The endpoints and keys of the provider, once they are loaded. */
  #provider: Promise<oidc.Configuration> | null = null;

  constructor(options: OpenIdOptions) {
    this.#options = options;
  }

  /**
   * Begins a sign-in.
   *
   * @param callback URL that the provider sends the user back to. It must be registered there.
   * @param next Path to go to after the sign-in. It is kept here, so that the provider and its URL cannot change it.
   * @returns The URL of the provider, and what `finish()` needs.
   */
  async begin(callback: URL, next: string): Promise<{ readonly url: URL; readonly attempt: z.infer<typeof Attempt> }> {
    const [state, nonce, verifier] = [oidc.randomState(), oidc.randomNonce(), oidc.randomPKCECodeVerifier()];
    const url = oidc.buildAuthorizationUrl(await this.#load(), {
      redirect_uri: callback.href,
      scope: "openid profile",
      state,
      nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
    });
    return { url, attempt: { state, nonce, verifier, next } };
  }

  /**
   * Finishes a sign-in: exchanges the code, and checks issuer, audience, times, nonce and signature of the ID token.
   *
   * @param url The URL that the provider has sent the user to.
   * @throws {HyperError} 403 if the user or the provider has declined; 502 if the response is not valid, or the provider fails.
   */
  async finish(url: URL, { state, nonce, verifier }: z.infer<typeof Attempt>): Promise<OpenIdUser> {
    try {
      const tokens = await oidc.authorizationCodeGrant(await this.#load(), url, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: verifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (claims === undefined) throw new TypeError("Cannot sign in: the response of the provider has no ID token");
      const { iss, sub, name } = claims;
      return { id: `${iss} ${sub}`, name: typeof name === "string" ? name : sub };
    } catch (cause) {
      if (cause instanceof oidc.AuthorizationResponseError) {
        throw new HyperError(403, "You were not signed in", { cause });
      }
      throw new HyperError(502, "Cannot sign in: the response of the provider is not valid", { cause });
    }
  }

  /** Loads the endpoints of the provider, once; after a failure, again. */
  #load(): Promise<oidc.Configuration> {
    this.#provider ??= this.#discover().catch((cause) => {
      this.#provider = null;
      throw new HyperError(502, "Cannot sign in: the provider cannot be reached", { cause });
    });
    return this.#provider;
  }

  #discover(): Promise<oidc.Configuration> {
    const { issuer, clientId, clientSecret } = this.#options;
    const url = new URL(issuer);
    // A provider on this machine, for development, has no TLS.
    const isLocal = url.protocol === "http:" && /^(?:localhost|127\.0\.0\.1)$/.test(url.hostname);
    return oidc.discovery(url, clientId, clientSecret, oidc.ClientSecretBasic(clientSecret), {
      timeout: 5,
      // Signatures are checked with the keys of the provider, not only its TLS certificate.
      execute: [oidc.enableNonRepudiationChecks, ...isLocal ? [oidc.allowInsecureRequests] : []],
    });
  }
}
