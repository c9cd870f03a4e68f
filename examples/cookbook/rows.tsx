import {
  action,
  AddRow,
  changed,
  defineForm,
  defineFormset,
  Field,
  field,
  Form,
  FormErrors,
  region,
  RemoveRow,
  RowNumber,
  Rows,
} from "@hyper/actions";

let shopping: readonly string[] = [];

const ItemForm = defineForm("item", { fields: { name: field.text({ label: "Item", required: true, maxlength: 40 }) } });
const Items = defineFormset(ItemForm, { prefix: "items", min: 1, max: 10, extra: 1, canDelete: true });

export const saveItems = action("save_items", { form: Items }, ({ form }) => {
  shopping = form.values.map(({ name }) => name);
  return changed("shopping");
});

export const Saved = region("shopping", { depends: "shopping" }, () => <p id="saved">{shopping.join(", ")}</p>);

export default function Shopping() {
  return (
    <>
      <h1>Shopping list</h1>
      <Form action={saveItems} aria-label="Items">
        <FormErrors />
        <Rows>
          {() => (
            <fieldset>
              <legend>
                Item <RowNumber />
              </legend>
              <Field name="name" />
              <RemoveRow />
            </fieldset>
          )}
        </Rows>
        <AddRow>Add item</AddRow>
        <button>Save</button>
      </Form>
      <Saved />
    </>
  );
}
