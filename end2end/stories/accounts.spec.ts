import { answered } from "../fixtures/watch";
import { expect, test } from "../fixtures/test";
import { Account, newCredentials } from "../pages/account";

test("a person signs up, signs out and signs in again", async ({ visitor }) => {
  const account = new Account(visitor);
  const credentials = await account.signUp();
  await account.signOut();

  await visitor.page.goto(`${visitor.origin}/settings`);
  await expect(visitor.page.getByRole("button", { name: "Sign in" })).toBeVisible();

  await account.signIn(credentials);
  await account.isSignedIn();
});

test("the first account runs the instance, the second does not", async ({ somebody }) => {
  const first = await somebody();
  const second = await somebody();
  await new Account(first).signUp();
  await new Account(second).signUp();
  const roles = async (who: typeof first) => (await who.api.get<{ roles: string[] }>("/me")).roles;
  expect(await roles(first)).toContain("admin");
  expect(await roles(second)).not.toContain("admin");
});

test("a wrong password and an unknown address get the same answer", async ({ visitor, watch }) => {
  watch.expect(answered(401, 500));
  const account = new Account(visitor);
  const credentials = await account.signUp();
  await account.signOut();

  const answers: string[] = [];
  for (const wrong of [
    { ...credentials, password: "not the right password" },
    { ...newCredentials(), password: credentials.password },
  ]) {
    await account.signIn(wrong);
    const alert = visitor.page.getByRole("alert").filter({ hasText: /\S/ });
    await expect(alert).toBeVisible();
    answers.push(await alert.innerText());
    await expect(account.menu).toHaveCount(0);
  }
  expect(answers[0]).toBe(answers[1]);
});

test("signing in makes a new session and signing out ends it", async ({ visitor }) => {
  const account = new Account(visitor);
  const credentials = await account.signUp();
  const cookie = async () =>
    (await visitor.page.context().cookies()).find((each) => each.httpOnly)?.value;
  const first = await cookie();
  expect(first).toBeTruthy();

  await account.signOut();
  await account.signIn(credentials);
  await account.isSignedIn();
  expect(await cookie()).not.toBe(first);

  const context = visitor.page.context();
  const [current] = (await context.cookies()).filter((each) => each.httpOnly);
  if (current === undefined || first === undefined) throw new Error("no session cookie");
  await context.addCookies([{ ...current, value: first }]);
  expect((await visitor.api.send("GET", "/me")).status()).toBe(401);
});
