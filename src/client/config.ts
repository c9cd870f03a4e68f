/**
 * Configuration of the runtime.
 *
 * @module
 */
import type { BrowserTexts } from "../protocol/browser_texts.ts";

/** Options for retries after a lost connection. */
export interface RetryConfig {
  /**
   * Delay before the first retry, in milliseconds. It doubles with each further one and varies by up to 25 %. Default:
   * `1000`.
   */
  interval: number;
  /** Longest delay, in milliseconds. Default: `30000`. */
  maxInterval: number;
  /** Number of retries in a row. Default: `10`. */
  attempts: number;
}

/** Options for loading indicators. */
export interface LoadingConfig {
  /** Delay before an indicator is shown, in milliseconds. Default: `100`. */
  delay: number;
  /** Shortest time an indicator is shown, in milliseconds. Default: `300`. */
  minimum: number;
}

/** Asks the user a question. `element` is about to act. */
export type AskUser = (question: string, element: Element) => boolean | Promise<boolean>;

/** All options of the runtime. */
export interface HyperConfig {
  /** If `true`, a target that is not on the page is an error. Default: `false`. */
  strictTargets: boolean;
  /**
   * The texts of the runtime. Default: those of the option `messages` of the handler, else English, German, French or Spanish by
   * `<html lang>`.
   */
  messages: Partial<BrowserTexts>;
  /** Retries after a lost connection. */
  retry: RetryConfig;
  /** Loading indicators. */
  loading: LoadingConfig;
  /**
   * Asks the question of `hyper-confirm`, in place of the dialog of the runtime. Resolves to `true` if the user agrees. Default:
   * `null`, the dialog.
   */
  confirm: AskUser | null;
}

/** Argument of `Hyper.configure()`: any part of the options. */
export type HyperOptions = {
  readonly [Name in keyof HyperConfig]?: Name extends "confirm" ? HyperConfig[Name] | undefined
    : HyperConfig[Name] extends object ? Partial<HyperConfig[Name]> | undefined
    : HyperConfig[Name] | undefined;
};

/** The options that apply. Changed by `configure()`, kept as long as the page. */
export const config: HyperConfig = {
  strictTargets: false,
  messages: {},
  retry: { interval: 1000, maxInterval: 30_000, attempts: 10 },
  loading: { delay: 100, minimum: 300 },
  confirm: null,
};

/**
 * Changes the given options.
 *
 * @param options The options to change; `undefined` changes nothing.
 * @returns A copy of all options that apply.
 */
export function configure({ confirm = config.confirm, ...options }: HyperOptions = {}): HyperConfig {
  // JSON drops what is undefined.
  const given: Record<string, unknown> = JSON.parse(JSON.stringify(options));
  for (const [name, value] of Object.entries(given)) {
    Reflect.set(config, name, typeof value === "object" ? { ...Reflect.get(config, name), ...value } : value);
  }
  const { confirm: _, ...others } = config;
  config.confirm = confirm;
  // A function cannot be cloned.
  return { ...structuredClone(others), confirm };
}
