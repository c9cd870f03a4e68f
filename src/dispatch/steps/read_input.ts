// Reads the input of a call: its data, its files, and the id under which it runs once.
import { isProgram } from "../../actions/intent.ts";
import { InputError, isA, StorageError } from "../../errors.ts";
import { type AnyBound, makeForm } from "../../forms/any_form.ts";
import { bind } from "../../forms/bind.ts";
import { type FormChange, parseFormChange } from "../../protocol/row_change.ts";
import type { PageRender } from "../../pages/page_render.ts";
import {
  ACTION_FIELD,
  INSTANCE_FIELD,
  ONCE_FIELD,
  REQUEST_ID_PATTERN,
  ROWS_FIELD,
  USER_FIELD,
} from "../../protocol/names.ts";
import type { Body } from "../../http/body.ts";
import type { FieldMap } from "../../http/field_map.ts";
import {
  type Kwargs,
  memoryOf,
  mergeKwargs,
  readDataHeader,
  readPageQuery,
  readQuery,
  uploadedFiles,
} from "../../actions/kwargs.ts";
import type { Finding, Observing, Reading, Wording } from "../app.ts";
import type { Call, CallPage } from "../call.ts";
import { isReportable, toFailure } from "../failure.ts";
import { fieldText } from "../fields.ts";
import { failCall, reporterOf } from "../observe.ts";
import type { Failure, Outcome } from "../outcome.ts";
import type { Admitted } from "./admit.ts";
import { checkPageFields } from "./find_page.ts";
import { readCallBody } from "./read_body.ts";

/** The input of a call. */
export interface Input {
  readonly kind: "input";
  /** The data. */
  readonly kwargs: Kwargs;
  /** The files, by the names of their fields. */
  readonly files: ReadonlyMap<string, readonly File[]>;
  /** The instance of the form that was posted, or `null`. */
  readonly instance: string | null;
  /** The id under which it runs once, or `null`. */
  readonly onceId: string | null;
  /** The change of the rows of its form that was asked for in place of a submit, or `null`. */
  readonly rowChange: FormChange | null;
}

const NO_FILES: ReadonlyMap<string, readonly File[]> = new Map();

/** Reads the body, bounded, and merges the data. */
export async function readInput(
  call: Call,
  page: CallPage,
  admitted: Admitted,
  app: Reading & Finding & Observing & Wording,
): Promise<Input | Outcome> {
  const { trace, lifetime } = call.arrival;
  trace?.step("body");
  let body: Body | Failure;
  try {
    if (page.fault !== null) throw page.fault.error;
    body = await readCallBody(call, admitted, page.deps.ctx, app);
  } catch (error) {
    return await refuseBody(call, page.pageRender, error, app);
  }
  if (body.kind === "failure") return body;
  lifetime.own(body);
  trace?.step("origin");
  return toInput(call, page, body, app);
}

function toInput(call: Call, page: CallPage, body: Body, app: Finding): Input {
  const { arrival, limits } = call;
  const { request, intent } = arrival;
  const header = readDataHeader(request, limits);
  const kwargs = mergeKwargs({ header, query: queryOf(call, page), body }, limits);
  arrival.lifetime.takeMemory(memoryOf(kwargs));
  checkPageFields(arrival, page, body, app);
  const onceId = intent.requestId ?? fieldText(body, ONCE_FIELD);
  if (onceId !== null && !REQUEST_ID_PATTERN.test(onceId)) {
    throw new InputError(
      400,
      `Cannot read field "${ONCE_FIELD}": it is not a request id; send 1 to 128 letters, digits, ".", "_" and "-"`,
    );
  }
  const files = body.kind === "fields" ? uploadedFiles(body.fields) : NO_FILES;
  const instance = fieldText(body, INSTANCE_FIELD);
  const rowChange = readRowChange(call, body);
  arrival.cookies.sentUserTag = fieldText(body, USER_FIELD);
  return { kind: "input", kwargs, files, instance, onceId, rowChange };
}

/** Reads the change of rows that a button of the form asks for, in the body, or in the URL of a GET form. */
function readRowChange({ arrival: { url, intent }, action }: Call, body: Body): FormChange | null {
  const sent = action.method === "GET" ? url.searchParams.get(ROWS_FIELD) : fieldText(body, ROWS_FIELD);
  if (sent === null) return null;
  const change = parseFormChange(sent);
  const fault = change === null
    ? "it is not a change of rows"
    : action.form === null
    ? `action "${action.name}" has no form`
    : isProgram(intent.audience)
    ? "a program sends the rows themselves"
    : null;
  if (fault === null) return change;
  throw new InputError(400, `Cannot read field "${ROWS_FIELD}": ${fault}; send the form without this field`);
}

/** Returns the fields of the query. They are the data of a form that names its action there; else they are of the page's address. */
function queryOf({ arrival: { url }, limits }: Call, { named: { path, isWhole } }: CallPage): FieldMap {
  // An empty query is not parsed.
  const isAddress = isWhole && path === null && (url.search === "" || !url.searchParams.has(ACTION_FIELD));
  return isAddress ? readPageQuery(url, limits) : readQuery(url, limits);
}

/** Returns the outcome of a body that could not be read: its form, with the error. */
async function refuseBody(
  call: Call,
  pageRender: PageRender,
  error: unknown,
  app: Observing & Wording,
): Promise<Outcome> {
  if (!isA(error, InputError) && !isA(error, StorageError)) throw error;
  const form = await blankForm(call, pageRender, toFailure(error), app);
  if (form === null) throw error;
  const failure = failCall(call, error, null, app);
  return failure.kind === "failure" ? { kind: "unread", form, failure } : failure;
}

/**
 * Returns the form whose body could not be read, blank, with the error: for a user without scripts, which would keep the page as it
 * is. The instance of the form is named in the body, so that it is assumed to be the only one. `null` if the URL names no page.
 */
async function blankForm(
  call: Call,
  pageRender: PageRender,
  refusal: Failure,
  app: Observing & Wording,
): Promise<AnyBound | null> {
  const { arrival: { intent }, action } = call;
  if (action.form === null || intent.audience !== "document" || !pageRender.isOrigin) return null;
  try {
    const { definition, initial } = await makeForm(action.form, pageRender.deps.ctx);
    const { userTexts } = app;
    const texts = userTexts.of(call);
    const form = bind(definition, { mode: "blank", initial, instance: null, action: action.name, texts });
    form.addError("", userTexts.ofFailure(refusal, call));
    return form;
  } catch (error) {
    // The initial values could not be loaded: the refusal is sent without the form.
    if (isReportable(error)) reporterOf(call, app)(error);
    return null;
  }
}
