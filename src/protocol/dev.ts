// The words that server and browser agree on in development. The browser runtime reads none of them.

/** The path of the script of the development panel. */
export const DEV_SCRIPT_PATH = "/_hyper/dev.js";
/** Path of the event stream that tells what happens on the server; with a token, of the link that opens development. */
export const DEV_PATH = "/_hyper/dev";
/** Tells the server's console the lane of a call, percent-encoded: only the browser knows it. */
export const LANE_HEADER = "X-Hyper-Lane";
/** Attribute of the panel's script: the start of the server that rendered the page. */
export const DEV_BUILD_ATTRIBUTE = "data-hyper-dev-build";
/** Marks an error that the server has written into a page. */
export const DEV_ERROR_ATTRIBUTE = "data-hyper-dev-error";

/** A line of source. */
export interface SourceLine {
  /** Its number, from 1. */
  readonly line: number;
  /** Its text. */
  readonly text: string;
}

/** An error of the server, as a developer wants to read it. */
export interface ErrorReport {
  /** The place of the error: the action, or the method and the path. */
  readonly where: string;
  /** The id of the request, or `null` where it has none. */
  readonly requestId: string | null;
  /** The kind of error and its message. */
  readonly message: string;
  /** The stack, with those of its causes. */
  readonly stack: string;
  /** The nearest place of the application in the stack, `file:line:column`; `null` where there is none. */
  readonly place: string | null;
  /** The lines around that place; empty where they cannot be read. */
  readonly source: readonly SourceLine[];
  /** The number of the line, or 0. */
  readonly line: number;
}

/** The data of the events of the development stream, by their names. */
export interface DevEvents {
  /** First: which start of the server this is, and what keeps it from serving. */
  readonly hello: { readonly build: string; readonly failure: ErrorReport | null };
  /** A static file has changed. */
  readonly file: { readonly path: string };
  /** Something went wrong. */
  readonly failure: ErrorReport;
}
