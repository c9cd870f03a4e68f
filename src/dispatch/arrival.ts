/**
 * A request on its way: what is known of it before an action is found.
 *
 * @module
 */
import type { DependencyCache } from "../deps/cache.ts";
import type { BodyAccount } from "../http/body_account.ts";
import { type Body, disposeBody } from "../http/body.ts";
import type { Holder } from "../http/caller.ts";
import type { Intent } from "../actions/intent.ts";
import type { Trace } from "./trace.ts";

/** The client that sent a request. */
export interface ClientInfo {
  /** The address, for rates; `""` where it is not known. */
  readonly address: string;
  /**
   * The holder that its address stands for.
   *
   * @internal
   */
  readonly holder: Holder;
  /** Aborted when the client has gone before the answer was out. */
  readonly gone: AbortSignal;
}

/** A body that was read, and what it holds. */
export interface ReadBody {
  readonly content: Body;
  readonly account: BodyAccount;
}

/** A request on its way. */
export interface Arrival {
  /** The request. */
  readonly request: Request;
  /** Its canonical URL. */
  readonly url: URL;
  /** What it asks for, and the format its client accepts. */
  readonly intent: Intent;
  /** The dependencies it has resolved. */
  readonly cache: DependencyCache;
  /** The client that sent it. */
  readonly client: ClientInfo;
  /** The body, where it had to be read to find the action. */
  readonly body: ReadBody | null;
  /** Notes what happens to it; `null` where nothing watches. */
  readonly trace: Trace | null;
}

/** Removes a body that no action takes. */
export async function dropBody({ content, account }: ReadBody): Promise<void> {
  account.close();
  await disposeBody(content);
}
