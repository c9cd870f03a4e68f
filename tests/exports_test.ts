import { assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";

/** Exports of each entry, values and types. A name may be removed from this list only in a new major version. */
const EXPORTS: Readonly<Record<string, string>> = {
  "mod.ts": `
    CountTextValues MomentBoundTextValues NoTextValues NumberBoundTextValues BrowserTexts CatalogueText FailureTextValues FormTextValues MessageOptions TextFormat TextKey TextOverrides TextValues UserText
    ChangedItem ChangedOptions ChangedTopics RegionComponent RegionContext RegionFunction RegionOptions RegionProps RegionRenderContext MoreLink Topics changed region
    LiveItem LiveOptions MemoryRateLimiter live AccessDenied Action ActionAudit ActionContext ActionContextBase ActionDecorator ActionDispatched ActionFailed
    ActionFunction ActionLimits ActionOptions ActionRef ActionRegistered ActionLocation ActionType AnyBound
    AnyFieldOptions AnyForm IncomingFile AttributeValue AuditOptions AuditedAction AuditedGuard BackendEntry
    BackendSpec BoundBase BoundDefinition BoundField BoundForm BoundFormset BoundFormsetRow BoundOf Bus BusMessage
    BusSubscription CallInput CheckboxFieldOptions CheckpointItem ChoiceDetails ChoiceFieldOptions ChoiceGroup
    ChoiceOption ChoiceValue CleanContext ClientScript ClientScriptProps ConnectOptions ConnectionInfo
    DContextProvider ContextFunctions ContextValues ControlAttributes Cookie Cookies BoundFormsetsOf BoundFormWithFormsets FormsetDefinitions FormWithFormsets RowInputsOf
    RowsOf withFormsets WithFormsetsOptions CrossOriginOptions DContext
    DEFAULT_FORM_ACTION_BACKENDS DForm DQuery DUrl DataOf DefaultOption Dependency DependencyCache
    DependencyCycleError DependencyError DependencyFactory DependencyOptions Depends DependsProvider Deps
    DispatchContext RenderFieldProps ElementAttributes ErrorInfo ErrorPageProps EventItem EventOptions Field
    FieldBuilders FieldChoice FieldConstraints FieldControl FieldControlProps FieldDefinition FieldDefinitions
    FieldInputs FieldKind FieldMessages FieldOptions FieldProps FieldResult FieldSpec FieldType FieldValues
    FieldsFormOptions FileFieldOptions Form FormActionBackend FormActionDispatch FormActionFactory FormActionManager
    FormDefinition FormErrors FormErrorsProps FormFactory FormGuardContext FormInitial FormOptionsBase FormOrPair
    FormProps FormProvider FormSection FormSectionSpec FormSpec FormValidationFailed FormsetDefinition
    FormsetOptions FormsetRowSpec FormsetSpec FromValues Given Guard Handler RegisteredAction HandlerOptions Head
    HiddenFieldOptions HistoryChange HistoryItem Holder HtmlItem HtmlOptions HyperError HyperErrorOptions InitialValues
    Injectable Injectables Injected InjectedValue InputError InputOf Issues Item KvBusDatabase KvBusOptions KvDatabase KvEntry KvStoreOptions KvTransaction Kwargs LayoutProps
    Limits LimitsOptions PageEntry LoadJsItem LocalContextFunction Marker Markup MarkupNode MemoryBusOptions
    MemoryStoreOptions DateTimeFieldOptions MultiSelectFieldOptions NumberFieldOptions IdempotencyOptions
    OrFrom Typed OriginPageContext OwnedAction Page PageClass PageComponent PageContext ContextFunction PageModule PageProps
    PageResponse PageUrlArguments PageUrlOptions PageUrlParams ParamInput ParamName ParamType ParamTypes ParamValue
    Params ParamsOf PatternParts Provider ContextFunctionValue PublishOptions QueryInput QueryProvider REQUEST_DEP_CACHE_ATTR RateLimiter
    RateLimiterOptions RateRule RateVerdict Receiver RedirectItem RedirectOptions RedirectToOriginOptions
    RefreshItem RegistryFormActionBackend RemoveItem RenderFunction RenderResult RequestContext RequestMode RequestDependency
    ResolutionScope ResultData Returnable Jsonify JsonSendable NonData NonJson CheckpointContext SchemaFormOptions DisplayValue Signal SignalFamily SignalsItem
    SqliteStore StandardSchemaV1 Store StoredFile StreamClosed StreamOpened SubmitButton SubmitButtonProps SubscribeOptions SuccessFeedback Swap
    AddRow AddRowProps MoveRow MoveRowProps RemoveRow RemoveRowProps RowNumber Rows RowsProps Optimistic OptimisticProps ToastOptions ToastUndo
    CloseItem CloseOptions LayerPart LayerPartProps close
    SwitchItem SwitchOptions SwitchTarget UploadHandler UploadResult TextFieldOptions ToastInput ToastItem Toasts
    ToastsProps UnsafeHtml UrlFieldOptions UrlProvider VerifyWebhook ClientInfo accessDenied action actionDispatched
    actionFailed actionRegistered asset auditActions checkpoint cleanupExtraInitial createHandler createKvBus createKvStore
    createMemoryBus createMemoryStore createRateLimiter createSqliteStore defineForm defineFormset dependency
    renderField event field fieldSpec formActionUid formActionUrl formSpec formValidationFailed formsetSpec
    getRequestDepCache history html isPrefetch loadJs local pageUrl redirect redirectToOrigin refresh remove lastCheckpoint
    signal signals streamClosed streamOpened switchTo toast unsafeHtml useForm validatedNextFormPagePath
  `,
  "client.ts": `
    AbortReason AbortedEventDetail AbortedOutcome ActionCall ActionCalls AskUser CallOptions ActionType AfterRequestEventDetail AlpineLike
    BlockedOutcome CallAction CallEventDetail ConnectionError ErrorEventDetail ErrorOutcome ExceptionEventDetail Hyper HyperConfig
    HyperEventMap HyperOptions HyperRuntime Issues LoadingConfig BrowserTexts SwapMissingEventDetail NavigateErrorEventDetail NavigateEventDetail NavigationTrigger Network NetworkEventDetail Optimistic
    LayerCloseEventDetail LayerEventDetail
    Outcome OutcomeBase ReceivedEvent ReplacedEventDetail RequestOptions RestoreEventDetail RestoredEventDetail RetriesFailedEventDetail RetryConfig
    RetryEventDetail SignalsEventDetail StreamEventDetail SuccessEventDetail SuccessOutcome Swap SwapEventDetail SwitchEventDetail Sync
    ToastEventDetail UnauthorizedEventDetail UploadProgressEventDetail ValidateEventDetail PredictionEventDetail ElementHook NavigateOptions action createActions hyperAlpine runtime
  `,
  "src/store/redis.ts": `
    Bus BusMessage BusSubscription PublishOptions RateLimiter RateRule RateVerdict RedisBus RedisBusOptions RedisOptions RedisRateLimiter
    RedisStore Store SubscribeOptions createRedisBus createRedisRateLimiter createRedisStore
  `,
  "src/session/mod.ts": `
    Cookie Cookies Dependency Deps Injectable Marker Params RequestContext RequestMode Session SessionInfo SessionSchemas Sessions SessionsOptions StandardSchemaV1 Store sessions
    Guard KeptFormContext KeptForms KeptFormsOptions KeptValues PasswordCheck SignedInOptions hashPassword keptForms returnPath signedIn verifyPassword
  `,
  "src/init/mod.ts": `StartProjectOptions StartedProject Template startProject`,
  "src/testing/mod.ts": `
    ConnectionError FormEntry Fault FieldInput SignalEntry SignalName SignalPayload SignalRecord TestAborted TestCall
    TestCallOptions TestCalls TestChanges TestClient TestClientOptions TestClock TestCookies TestElement TestEvent TestFailure
    TestField TestForm TestLayer TestOutcome TestOutcomeBase TestPage TestPrediction TestScope TestStream TestSuccess TestToast createTestClient
    createTestClock recordSignals
  `,
};

for (const [entry, names] of Object.entries(EXPORTS)) {
  Deno.test(`${entry} exports exactly these names`, async () => {
    assertEquals(await exportedNames(entry), names.trim().split(/\s+/).toSorted());
  });
}

async function exportedNames(entry: string): Promise<string[]> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", entry],
    cwd: fromFileUrl(import.meta.resolve("../")),
  }).output();
  if (!success) throw new Error(`Cannot read the exports of ${entry}: ${new TextDecoder().decode(stderr)}`);
  // Version 2 of `deno doc --json`.
  const { nodes } = JSON.parse(new TextDecoder().decode(stdout)) as {
    nodes: Readonly<Record<string, { readonly symbols: readonly { readonly name: string }[] }>>;
  };
  const names = Object.values(nodes).flatMap(({ symbols }) => symbols.map(({ name }) => name));
  return [...new Set(names)].toSorted();
}
