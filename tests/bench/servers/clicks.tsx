/** The actions that the buttons in the browser call. */
import { type Action, action, html } from "@hyper/actions";

/**
 * Creates the actions.
 *
 * @param next The number of the next patch.
 * @param rows Number of rows to send.
 */
export function makeActions(next: () => number, rows: number): Record<string, Action> {
  return {
    tick: action("tick", () => html(<p id="out">{next()}</p>, { target: "#out" })),
    churn: action("churn", { method: "GET" }, function* ({ data }) {
      for (let id = 1; id <= Number(data.count); id++) yield html(<p id="out">{id}</p>, { target: "#out" });
    }),
    follow: action("follow", { method: "GET" }, function* () {
      for (let id = 0; id < rows; id++) {
        const row = (
          <tr id={`row-${id}`}>
            <td>{id}</td>
            <td>Row {id}</td>
          </tr>
        );
        yield html(row, { target: "#rows", swap: "append" });
      }
    }),
  };
}
