/**
 * Server actions for Deno: write a function on the server, call it from a form or from JavaScript, and the page updates
 * itself. Without scripts the same form posts, and the browser loads the page that results.
 *
 * The core words of this library:
 *
 * - An **action** is a named function on the server. {@linkcode action} declares it; a page or component exports it.
 * - An **intent** is what a request asks for: an action, and a format for the response.
 * - An **outcome** is the result of a request: a `Response`, items, a page, data, an invalid form, or a failure.
 * - An **item** is a value that an action function returns to change the page, made by a function such as
 *   {@linkcode html}, {@linkcode toast} or {@linkcode redirect}.
 * - A **patch** is one change of the page as it is sent to the browser: the event that an item becomes.
 *
 * The server reads the intent from the URL and the headers of a request, runs the action to an outcome, and encodes the
 * outcome in the format of the intent: HTML for a form post, a stream of patches for the browser runtime, JSON for a
 * program.
 *
 * ```ts ignore
 * // main.ts: pages are read from ./pages
 * import { createHandler } from "@hyper/actions";
 *
 * Deno.serve(createHandler());
 * ```
 *
 * @example A page with an action and a form
 * ```tsx
 * // pages/page.tsx
 * import { action, createHandler, defineForm, Field, field, Form, html, toast } from "@hyper/actions";
 * import { assertEquals, assertStringIncludes } from "@std/assert";
 *
 * const todos: string[] = [];
 * const TodoForm = defineForm("todo", { fields: { title: field.text({ required: true, maxlength: 80 }) } });
 *
 * const addTodo = action("add_todo", { form: TodoForm }, ({ form }) => {
 *   todos.push(form.values.title);
 *   return [html(<li>{form.values.title}</li>, { target: "#todos", swap: "append" }), toast("Added")];
 * });
 *
 * function Todos() {
 *   return (
 *     <main>
 *       <ul id="todos">{todos.map((todo) => <li>{todo}</li>)}</ul>
 *       <Form action={addTodo}>
 *         <Field name="title" />
 *         <button>Add</button>
 *       </Form>
 *     </main>
 *   );
 * }
 *
 * const handler = createHandler({
 *   pages: [{ path: "/", load: () => Promise.resolve({ default: Todos, addTodo }) }],
 * });
 * const response = await handler(
 *   new Request("http://localhost/", {
 *     method: "POST",
 *     headers: { "x-hyper-action": "add_todo", accept: "text/event-stream" },
 *     body: new URLSearchParams({ title: "Milk" }),
 *   }),
 * );
 * assertStringIncludes(await response.text(), "event: toast");
 * assertEquals(todos, ["Milk"]);
 * ```
 *
 * @module
 */

export { createHandler } from "./src/handler.ts";
export type {
  ConnectionInfo,
  ErrorInfo,
  Handler,
  HandlerOptions,
  IdempotencyOptions,
  RegisteredAction,
} from "./src/handler/options.ts";

export {
  type ActionAudit,
  auditActions,
  type AuditedAction,
  type AuditedGuard,
  type AuditOptions,
} from "./src/audit.ts";

export { type Action, action, type ActionDecorator, type ActionFunction } from "./src/actions/action.ts";
export type {
  ActionContext,
  ActionContextBase,
  ActionLimits,
  ActionOptions,
  CallInput,
  DataOf,
  Injectables,
  NonData,
  ResultData,
  Returnable,
  VerifyWebhook,
} from "./src/actions/action_options.ts";
export type { ActionType } from "./src/protocol/action_type.ts";
export { type ActionLocation, type DispatchContext, FormActionBackend } from "./src/actions/backend.ts";
export { RegistryFormActionBackend } from "./src/actions/registry.ts";
export {
  type BackendEntry,
  type BackendSpec,
  DEFAULT_FORM_ACTION_BACKENDS,
  FormActionFactory,
} from "./src/actions/factory.ts";
export { FormActionManager, type OwnedAction } from "./src/actions/manager.ts";
export { type OriginPageContext, redirectToOrigin, type RedirectToOriginOptions } from "./src/actions/origin.ts";
export { type CheckpointContext, lastCheckpoint } from "./src/actions/checkpoint.ts";
export { formActionUid, formActionUrl } from "./src/actions/uid.ts";
export { FormActionDispatch } from "./src/dispatch/dispatch.ts";
export type { ClientInfo } from "./src/dispatch/arrival.ts";

export type {
  ChangedItem,
  CheckpointItem,
  CloseItem,
  EventItem,
  HistoryItem,
  HtmlItem,
  HtmlOptions,
  Item,
  LiveItem,
  LiveOptions,
  LoadJsItem,
  RedirectItem,
  RefreshItem,
  RemoveItem,
  SignalsItem,
  SwitchItem,
  SwitchTarget,
  ToastItem,
  ToastUndo,
  UnsafeHtml,
} from "./src/results/item.ts";
export { toast, type ToastOptions } from "./src/results/toast.ts";
export { changed, type ChangedOptions, type ChangedTopics } from "./src/results/changed.ts";
export { close, type CloseOptions } from "./src/results/close.ts";
export {
  checkpoint,
  event,
  type EventOptions,
  history,
  type HistoryChange,
  html,
  live,
  loadJs,
  redirect,
  type RedirectOptions,
  refresh,
  remove,
  signal,
  signals,
  type SwitchOptions,
  switchTo,
  unsafeHtml,
} from "./src/results/items.ts";
export type {
  CatalogueText,
  CountTextValues,
  FailureTextValues,
  FormTextValues,
  MomentBoundTextValues,
  NoTextValues,
  NumberBoundTextValues,
  TextKey,
  TextOverrides,
  TextValues,
  UserText,
} from "./src/texts/catalogue.ts";
export type { MessageOptions } from "./src/texts/texts.ts";
export type { TextFormat } from "./src/texts/format.ts";
export type { BrowserTexts } from "./src/protocol/browser_texts.ts";
export type { Cookie, Cookies } from "./src/cookies.ts";
export type { Issues, Swap } from "./src/protocol/patch.ts";
export type { Jsonify, JsonSendable, NonJson } from "./src/results/json_type.ts";
export type { Markup, MarkupNode } from "./src/results/markup.ts";

export type { ActionRef } from "./src/preact/page_state.ts";
export { Form, type FormProps } from "./src/preact/form.tsx";
export { Optimistic, type OptimisticProps } from "./src/preact/optimistic.tsx";
export { RowNumber, Rows, type RowsProps } from "./src/preact/rows.tsx";
export {
  AddRow,
  type AddRowProps,
  MoveRow,
  type MoveRowProps,
  RemoveRow,
  type RemoveRowProps,
} from "./src/preact/row_buttons.tsx";
export { LayerPart, type LayerPartProps } from "./src/preact/layer_part.tsx";
export { SubmitButton, type SubmitButtonProps } from "./src/preact/submit_button.tsx";
export type { AttributeValue, ControlAttributes, ElementAttributes } from "./src/preact/attributes.ts";
export { Toasts, type ToastsProps } from "./src/preact/toasts.tsx";
export { ClientScript, type ClientScriptProps } from "./src/preact/client_script.tsx";
export {
  Field,
  FieldControl,
  type FieldControlProps,
  type FieldProps,
  renderField,
  type RenderFieldProps,
} from "./src/preact/field.tsx";
export { region, type RegionComponent, type RegionProps } from "./src/preact/region.tsx";
export type {
  MoreLink,
  RegionContext,
  RegionFunction,
  RegionOptions,
  RegionRenderContext,
  Topics,
} from "./src/actions/region.ts";
export { useForm } from "./src/preact/use_form.ts";
export { FormErrors, type FormErrorsProps } from "./src/preact/form_errors.tsx";

export type { BoundField } from "./src/forms/bound_field.ts";
export {
  type BoundBase,
  type BoundForm,
  type CleanContext,
  defineForm,
  type FieldsFormOptions,
  type FormDefinition,
  type FormGuardContext,
  type FormInitial,
  type FormOptionsBase,
  type FromValues,
  type InitialValues,
  type SchemaFormOptions,
  type SuccessFeedback,
  type ToastInput,
} from "./src/forms/form.ts";
export type { AnyBound, AnyForm, BoundOf, FormFactory, FormOrPair, InputOf } from "./src/forms/any_form.ts";
export { field, type FieldBuilders, type Given } from "./src/forms/field.ts";
export type { FieldDefinition, FieldDefinitions, FieldInputs, FieldValues } from "./src/forms/field_definition.ts";
export type { OrFrom, Typed } from "./src/forms/dependent.ts";
export type {
  AnyFieldOptions,
  CheckboxFieldOptions,
  ChoiceDetails,
  ChoiceFieldOptions,
  ChoiceGroup,
  ChoiceOption,
  ChoiceValue,
  DateTimeFieldOptions,
  FieldOptions,
  FileFieldOptions,
  HiddenFieldOptions,
  MultiSelectFieldOptions,
  NumberFieldOptions,
  TextFieldOptions,
  UrlFieldOptions,
} from "./src/forms/field_options.ts";
export type { FieldType } from "./src/forms/field_kinds.ts";
export type {
  DisplayValue,
  FieldChoice,
  FieldConstraints,
  FieldKind,
  FieldMessages,
  FieldResult,
} from "./src/forms/field_rules.ts";
export type { StandardSchemaV1 } from "./src/forms/schema.ts";
export {
  type BoundFormset,
  type BoundFormsetRow,
  defineFormset,
  type FormsetDefinition,
  type FormsetOptions,
} from "./src/forms/formset.ts";
export { cleanupExtraInitial } from "./src/forms/bound_formset.ts";
export {
  type BoundFormsetsOf,
  type BoundFormWithFormsets,
  type FormsetDefinitions,
  type FormWithFormsets,
  type RowInputsOf,
  type RowsOf,
  withFormsets,
  type WithFormsetsOptions,
} from "./src/forms/composite.ts";

export {
  type FieldSpec,
  fieldSpec,
  type FormSection,
  type FormSectionSpec,
  type FormsetRowSpec,
  type FormsetSpec,
  formsetSpec,
  type FormSpec,
  formSpec,
} from "./src/forms/specs.ts";

export { DContext, type DefaultOption, Depends, DForm, DQuery, DUrl } from "./src/deps/markers.ts";
export {
  type BoundDefinition,
  DContextProvider,
  DependsProvider,
  FormProvider,
  type Provider,
  QueryProvider,
  type ResolutionScope,
  UrlProvider,
} from "./src/deps/providers.ts";
export {
  dependency,
  type DependencyFactory,
  type DependencyOptions,
  type RequestDependency,
} from "./src/deps/resolver.ts";
export { DependencyCache, getRequestDepCache, REQUEST_DEP_CACHE_ATTR } from "./src/deps/cache.ts";
export type { ParamType, ParamTypes, ParamValue } from "./src/deps/coerce.ts";
export type { Injected, InjectedValue } from "./src/deps/inject.ts";
export type {
  Dependency,
  Deps,
  Guard,
  Injectable,
  Marker,
  Params,
  RequestContext,
  RequestMode,
} from "./src/context.ts";
export { DependencyCycleError, DependencyError, HyperError, type HyperErrorOptions, InputError } from "./src/errors.ts";

export { type ConnectOptions, type Receiver, Signal } from "./src/signal.ts";
export {
  type AccessDenied,
  accessDenied,
  type ActionDispatched,
  actionDispatched,
  type ActionFailed,
  actionFailed,
  type ActionRegistered,
  actionRegistered,
  type FormValidationFailed,
  formValidationFailed,
  type SignalFamily,
  type StreamClosed,
  streamClosed,
  type StreamOpened,
  streamOpened,
} from "./src/signals.ts";

export {
  type ContextFunction,
  type ContextFunctions,
  type ContextFunctionValue,
  type ContextValues,
  type ErrorPageProps,
  type Head,
  type LayoutProps,
  local,
  type LocalContextFunction,
  Page,
  type PageClass,
  type PageComponent,
  type PageContext,
  type PageModule,
  type PageProps,
  type PageResponse,
  type RenderFunction,
  type RenderResult,
} from "./src/pages/page_module.ts";
export { isPrefetch } from "./src/http/purpose.ts";
export { asset } from "./src/pages/asset.ts";
export type { PageEntry } from "./src/pages/discover.ts";
export {
  pageUrl,
  type PageUrlArguments,
  type PageUrlOptions,
  type PageUrlParams,
  type ParamInput,
  type QueryInput,
} from "./src/pages/page_url.ts";
export { validatedNextFormPagePath } from "./src/pages/origin.ts";
export type { ParamName, ParamsOf, PatternParts } from "./src/pages/route.ts";

export type { Holder } from "./src/http/caller.ts";
export type { Limits, LimitsOptions } from "./src/http/limits.ts";
export type { RateRule } from "./src/http/rate_rule.ts";
export {
  createRateLimiter,
  type MemoryRateLimiter,
  type RateLimiter,
  type RateLimiterOptions,
  type RateVerdict,
} from "./src/store/rate_limiter.ts";
export { StoredFile, type UploadHandler, type UploadResult } from "./src/http/stored_file.ts";
export type { IncomingFile } from "./src/http/multipart.ts";
export type { CrossOriginOptions } from "./src/http/cross_origin.ts";
export type { Kwargs } from "./src/actions/kwargs.ts";
export { createMemoryStore, type MemoryStoreOptions } from "./src/store/memory.ts";
export { createMemoryBus, type MemoryBusOptions } from "./src/store/memory_bus.ts";
export { createSqliteStore, type SqliteStore } from "./src/store/sqlite.ts";
export {
  createKvStore,
  type KvDatabase,
  type KvEntry,
  type KvStoreOptions,
  type KvTransaction,
} from "./src/store/kv.ts";
export { createKvBus, type KvBusDatabase, type KvBusOptions } from "./src/store/kv_bus.ts";
export type { Bus, BusMessage, BusSubscription, PublishOptions, Store, SubscribeOptions } from "./src/store/store.ts";
