/**
 * What a page may set, and what holds until it does.
 *
 * @module
 */
import type { BrowserTexts } from "../protocol/browser_texts.ts";

/** How often and when a lost connection is tried again. */
export interface RetryConfig {
  /** Milliseconds before the first attempt; each further one waits twice as long, a quarter more or less. Default: 1000. */
  interval: number;
  /** The longest wait in milliseconds. Default: 30000. */
  maxInterval: number;
  /** How many attempts in a row may fail. Default: 10. */
  attempts: number;
}

/** When loading is shown. */
export interface LoadingConfig {
  /** Milliseconds before anything is shown. Default: 100. */
  delay: number;
  /** Milliseconds it stays at least once it is shown. Default: 300. */
  minimum: number;
}

/** Everything that can be set. */
export interface HyperConfig {
  /** Whether a target that is not on the page is an error. Default: `false`. */
  strictTargets: boolean;
  /**
   * The texts of the runtime. Default: those of the option `messages` of the handler, else English, German, French or Spanish by
   * `<html lang>`.
   */
  messages: Partial<BrowserTexts>;
  /** Reconnecting. */
  retry: RetryConfig;
  /** Loading. */
  loading: LoadingConfig;
}

/** What `Hyper.configure()` takes: any part of it. */
export type HyperOptions = {
  readonly [Name in keyof HyperConfig]?: HyperConfig[Name] extends object ? Partial<HyperConfig[Name]> | undefined
    : HyperConfig[Name] | undefined;
};

/** What holds now. Set by `configure()`; lives as long as the page. */
export const config: HyperConfig = {
  strictTargets: false,
  messages: {},
  retry: { interval: 1000, maxInterval: 30_000, attempts: 10 },
  loading: { delay: 100, minimum: 300 },
};

/**
 * Changes what is given, leaves the rest.
 *
 * @param options The parts to change; `undefined` changes nothing.
 * @returns Everything that holds now, as a copy.
 */
export function configure(options: HyperOptions = {}): HyperConfig {
  // What is undefined is not there after this.
  const given: Record<string, unknown> = JSON.parse(JSON.stringify(options));
  for (const [name, value] of Object.entries(given)) {
    const old: unknown = Reflect.get(config, name);
    Reflect.set(config, name, typeof value === "object" ? Object.assign({}, old, value) : value);
  }
  return structuredClone(config);
}
