/** Users of the application, for the tests. */
import {
  createTestClient,
  type TestClient,
  type TestPage,
} from "@hyper/actions/testing";
import { handler } from "../main.ts";

export const PASSWORD = "correct horse";

let clients = 0;

/** Creates a client with an address of its own, because rates are counted by address. */
export function newClient(): TestClient {
  return createTestClient(handler, { address: `10.0.0.${++clients}` });
}

/** Creates an account, and returns the page of its tasks. */
export async function signUp(
  client: TestClient,
  name: string,
): Promise<TestPage> {
  const page = await client.open("/sign-up");
  return await page.form("Create account")
    .fill({ Name: name, Password: PASSWORD })
    .submit();
}
