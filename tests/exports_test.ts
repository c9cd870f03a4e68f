import { assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";

/** What each entry exports, values and types. A name leaves this list only with a new major version. */
const EXPORTS: Readonly<Record<string, string>> = {
  "mod.ts": `
    LiveItem LiveOptions MemoryRateLimiter live AccessDenied Action ActionAudit ActionContext ActionContextBase ActionDecorator ActionDispatched ActionFailed
    ActionHandler ActionLimits ActionOptions ActionRef ActionRegistered ActionSource ActionType AnyBound
    AnyFieldOptions AnyForm ArrivingFile AttributeValue AuditOptions AuditedAction AuditedGuard BackendEntry
    BackendSpec BoundBase BoundDefinition BoundField BoundForm BoundFormset BoundFormsetRow BoundOf Bus BusMessage
    BusSubscription CallInput CheckboxFieldOptions CheckpointItem ChoiceDetails ChoiceFieldOptions ChoiceGroup
    ChoiceOption ChoiceValue CleanContext ClientScript ClientScriptProps ConnectOptions ConnectionInfo
    ContextProvider ContextProviders ContextValues ControlAttributes Cookie BoundFormsetsOf BoundFormWithFormsets FormsetDefinitions FormWithFormsets RowInputsOf
    RowsOf withFormsets WithFormsetsOptions CrossOriginOptions DContext
    DEFAULT_FORM_ACTION_BACKENDS DForm DQuery DUrl DataOf DefaultOption Dependency DependencyCache
    DependencyCycleError DependencyError DependencyFactory DependencyOptions Depends DependsProvider Deps
    DispatchContext DrawFieldProps ElementAttributes ErrorInfo ErrorPageProps EventItem EventOptions Field
    FieldBuilders FieldChoice FieldConstraints FieldControl FieldControlProps FieldDefinition FieldDefinitions
    FieldInputs FieldKind FieldMessages FieldOptions FieldProps FieldResult FieldSpec FieldType FieldValues
    FieldsFormOptions FileFieldOptions Form FormActionBackend FormActionDispatch FormActionFactory FormActionManager
    FormDefinition FormErrors FormErrorsProps FormFactory FormGuardContext FormInitial FormOptionsBase FormOrPair
    FormProps FormProvider FormSection FormSectionSpec FormSpec FormValidationFailed FormsetDefinition
    FormsetOptions FormsetRowSpec FormsetSpec FromValues Given Guard Handler HandlerAction HandlerOptions Head
    HiddenFieldOptions HistoryChange HistoryItem Holder HtmlItem HtmlOptions HyperError HyperErrorOptions InitialValues
    Injectable Injectables Injected InjectedValue InputError InputOf Issues Item KvStoreOptions Kwargs LayoutProps
    Limits LimitsOptions ListedPage LoadJsItem LocalProvider Marker Markup MarkupNode MemoryBusOptions
    MemoryStoreOptions MomentFieldOptions MultiChoiceFieldOptions NumberFieldOptions OnceHandlerOptions
    OriginContext OwnedAction Page PageClass PageComponent PageContext PageContextProvider PageModule PageProps
    PageResponse PageUrlArguments PageUrlOptions PageUrlParams ParamInput ParamName ParamType ParamTypes ParamValue
    Params ParamsOf PatternParts Provider ProviderValue PublishOptions QueryInput QueryProvider REQUEST_DEP_CACHE_ATTR RateLimiter
    RateLimiterOptions RateRule RateVerdict Receiver RedirectItem RedirectOptions RedirectToOriginOptions
    RefreshItem RegistryFormActionBackend RemoveItem RenderFunction RenderResult RequestContext RequestDependency
    ResolutionScope ResultData ResumeContext SchemaFormOptions ShownValue Signal SignalFamily SignalsItem
    SqliteStore StandardSchemaV1 Store StoredFile StreamClosed StreamOpened SubmitButton SubmitButtonProps SubscribeOptions SuccessFeedback Swap
    SwitchItem SwitchOptions SwitchTarget TakeFile TakenFile TextFieldOptions ToastContent ToastItem Toasts
    ToastsProps UnsafeHtml UrlFieldOptions UrlProvider VerifyWebhook Visitor accessDenied action actionDispatched
    actionFailed actionRegistered auditActions checkpoint cleanupExtraInitial createHandler createKvStore
    createMemoryBus createMemoryStore createRateLimiter createSqliteStore defineForm defineFormset dependency
    drawField event field fieldSpec formActionUid formActionUrl formSpec formValidationFailed formsetSpec
    getRequestDepCache history html loadJs local pageUrl redirect redirectToOrigin refresh remove resumeCheckpoint
    signal signals streamClosed streamOpened switchTo toast unsafeHtml useForm validatedNextFormPagePath
  `,
  "client.ts": `
    AbortReason AbortedDetail AbortedOutcome ActionCall ActionCalls ActionOptions ActionType AfterDetail AlpineLike
    BlockedOutcome CallAction CallDetail ConnectionError ErrorDetail ErrorOutcome ExceptionDetail Hyper HyperConfig
    HyperEventMap HyperOptions HyperRuntime Issues LoadingConfig Messages MissingDetail Network NetworkDetail
    Outcome OutcomeBase ReceivedEvent ReplacedDetail RequestOptions RestoreDetail RestoredDetail RetriesFailedDetail RetryConfig
    RetryDetail SignalsDetail StreamEventDetail SuccessDetail SuccessOutcome Swap SwapDetail SwitchDetail Sync
    ToastDetail UploadProgress VisitOptions action createActions hyperAlpine runtime
  `,
  "src/store/redis.ts": `
    Bus BusMessage BusSubscription PublishOptions RedisBus RedisBusOptions RedisOptions RedisStore Store SubscribeOptions createRedisBus
    createRedisStore
  `,
  "src/init/mod.ts": `StartedProject startProject`,
  "src/testing/mod.ts": `
    ConnectionError Entry Fault FieldInput SignalEntry SignalName SignalPayload SignalRecord TestAborted TestCall
    TestCallOptions TestCalls TestClient TestClientOptions TestClock TestCookies TestElement TestEvent TestFailure
    TestField TestForm TestOutcome TestOutcomeBase TestPage TestScope TestStream TestSuccess createTestClient
    createTestClock recordSignals
  `,
};

for (const [entry, names] of Object.entries(EXPORTS)) {
  Deno.test(`${entry} exports these names and no others`, async () => {
    assertEquals(await exportedNames(entry), names.trim().split(/\s+/).toSorted());
  });
}

async function exportedNames(entry: string): Promise<string[]> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", entry],
    cwd: fromFileUrl(import.meta.resolve("../")),
  }).output();
  if (!success) throw new Error(`Cannot read the exports of ${entry}: ${new TextDecoder().decode(stderr)}`);
  // The shape is that of `deno doc --json`, version 2.
  const { nodes } = JSON.parse(new TextDecoder().decode(stdout)) as {
    nodes: Readonly<Record<string, { readonly symbols: readonly { readonly name: string }[] }>>;
  };
  const names = Object.values(nodes).flatMap(({ symbols }) => symbols.map(({ name }) => name));
  return [...new Set(names)].toSorted();
}
