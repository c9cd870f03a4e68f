import {
  action,
  cleanupExtraInitial,
  defineForm,
  defineFormset,
  field,
  Form,
  FormErrors,
  html,
  renderField,
  toast,
  useForm,
} from "@hyper/actions";

const GuestForm = defineForm("seat", {
  fields: {
    name: field.text({ label: "Name", required: true, maxlength: 40 }),
    meal: field.select({ label: "Meal", choices: ["Fish", "Stew", "Salad"], initial: "Stew", required: true }),
  },
});

// Extra rows have no initial values, so that an unused row is ignored.
const GuestList = cleanupExtraInitial(defineFormset(GuestForm, {
  prefix: "guests",
  min: 1,
  max: 6,
  extra: 1,
  canDelete: true,
  canOrder: true,
  getInitial: () => [{ name: "Ada", meal: "Fish" }, { name: "Grace", meal: "Stew" }],
  clean(rows, { addError }) {
    const names = rows.map(({ name }) => name);
    if (new Set(names).size < names.length) addError("", "Two guests have the same name");
  },
}));

export const seatGuests = action("seat_guests", { form: GuestList }, ({ form }) => {
  // In order, without the deleted rows.
  const guests = form.values.map(({ name, meal }) => `${name} (${meal})`).join(", ");
  return [html(guests, { target: "#seated", swap: "inner" }), toast(`${form.values.length} guests saved`)];
});

export function Demo() {
  return (
    <>
      <Form action={seatGuests} novalidate>
        <FormErrors title="The guests are not seated yet" />
        <Rows />
        <div class="buttons">
          <button>Save guests</button>
          <button type="button" class="quiet" data-add-row hidden>Add guest</button>
        </div>
      </Form>
      <p id="seated" class="box" />
    </>
  );
}

function Rows() {
  const formset = useForm();
  if (formset.kind === "form") throw new TypeError("Cannot render rows: the form is not a formset");
  return (
    <div data-rows={formset.definition.max}>
      {[...formset.rows, formset.emptyRow].map(({ index, form, orderField, deleteField }) => {
        const row = (
          <fieldset class="row" data-row>
            <legend>{index === null ? "Guest" : `Guest ${index + 1}`}</legend>
            {[...form.fields, orderField, deleteField].map((field) => field && renderField(field))}
          </fieldset>
        );
        return index === null ? <template key="empty">{row}</template> : row;
      })}
    </div>
  );
}
