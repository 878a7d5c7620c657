import { answered } from "../fixtures/watch";
import { expect, test } from "../fixtures/test";
import { Account, newCredentials } from "../pages/account";
import { AccountSecurity, codeOf } from "../pages/account-security";
import { Keyboard } from "../pages/keyboard";
import type { Person } from "../pages/person";

const NEW = "five green umbrellas dance";

/** A request of a program that has nothing but a token. */
async function asks(person: Person, token: string, method: string, path: string, body?: unknown) {
  return fetch(`${person.origin}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

test("a token is shown once, does what it may and nothing else, and is revoked", async ({
  person,
}) => {
  const account = await AccountSecurity.open(person);
  const token = await account.makeToken("Build server", ["Settings"]);
  expect(token).toMatch(/^fgp_[\w-]{43}$/);
  expect(person.page.url()).not.toContain("fgp_");

  const made = await asks(person, token, "POST", "/projects", { name: "By a program" });
  expect(made.status).toBe(201);
  const projects = await asks(person, token, "GET", "/projects");
  expect(JSON.stringify(await projects.json())).toContain("By a program");
  const refused = await asks(person, token, "PUT", "/keys/gemini", { key: "sandbox-0123456789" });
  expect(refused.status).toBe(403);
  expect(await refused.json()).toMatchObject({ code: "FORBIDDEN", scope: "keys" });
  expect((await asks(person, token, "GET", "/tokens")).status).toBe(403);

  await account.back("I have copied it");
  const tokens = account.part("Access tokens");
  await expect(tokens.getByRole("row", { name: /Build server/ })).toContainText("read settings");
  await expect(person.page.locator("body")).not.toContainText(token);
  await tokens.getByRole("button", { name: "Revoke the token: Build server" }).click();
  await expect(tokens.getByRole("status")).toHaveText("The token is revoked.");
  expect((await asks(person, token, "GET", "/me")).status).toBe(401);
});

test("a token that is refused keeps its name, its days and its ticks", async ({ person }) => {
  const account = await AccountSecurity.open(person);
  const form = account.form("Make an access token");
  await form.getByLabel("Name of the token").fill("Night build");
  await form.getByLabel("Expires after").selectOption("30");
  await form.getByLabel(/^Read:/).uncheck();
  await form.getByRole("button", { name: "Make token" }).click();
  await expect(account.part("Access tokens").getByRole("alert")).toBeVisible();
  await person.hydrated();
  await expect(form.getByLabel("Name of the token")).toHaveValue("Night build");
  await expect(form.getByLabel("Expires after")).toHaveValue("30");
  await expect(form.getByRole("checkbox", { checked: true })).toHaveCount(0);
});

test("another browser is seen and signed out", async ({ visitor, somebody, watch }) => {
  watch.expect(answered(401));
  const credentials = await new Account(visitor).signUp();
  const other = await somebody();
  await new Account(other).signIn(credentials);
  await new Account(other).isSignedIn();

  const account = await AccountSecurity.open(visitor);
  await expect(account.sessions).toHaveCount(3);
  await expect(account.sessions.filter({ hasText: "This one" })).toContainText("127.0.0.1");
  await account.part("Where you are signed in").getByRole("button", { name: /^Sign out: / }).click();
  await expect(account.part("Where you are signed in").getByRole("status")).toHaveText(
    "That session has ended.",
  );
  await expect(account.sessions).toHaveCount(2);
  expect((await other.api.send("GET", "/me")).status()).toBe(401);
  await other.page.goto(`${other.origin}/account`);
  await expect(other.page.getByRole("button", { name: "Sign in", exact: true })).toBeVisible();
  expect((await visitor.api.send("GET", "/me")).status()).toBe(200);
});

test("a changed password signs out everybody else", async ({ visitor, somebody, watch }) => {
  watch.expect(answered(401, 500));
  const credentials = await new Account(visitor).signUp();
  const other = await somebody();
  await new Account(other).signIn(credentials);
  await new Account(other).isSignedIn();

  const account = await AccountSecurity.open(visitor);
  const said = account.part("Password").getByRole("status");
  await account.changePassword("not the right password", NEW);
  await expect(said).toContainText("The current password is another one.");
  await account.changePassword(credentials.password, "password1234");
  await expect(said).toContainText("at least 12 characters");
  await account.changePassword(credentials.password, NEW);
  await expect(said).toContainText("The password is changed.");
  expect((await other.api.send("GET", "/me")).status()).toBe(401);
  await expect(account.sessions).toHaveCount(2);

  const again = new Account(visitor);
  await again.signOut();
  await again.signIn(credentials);
  await expect(visitor.page.getByRole("alert").filter({ hasText: /\S/ })).toBeVisible();
  await again.signIn({ ...credentials, password: NEW });
  await again.isSignedIn();
});

test("two-step sign-in: set up, sign in with a code and with a recovery code, turn off", async ({
  visitor,
  watch,
}) => {
  test.setTimeout(120_000);
  watch.expect(answered(401, 500));
  const signing = new Account(visitor);
  const credentials = await signing.signUp();
  const account = await AccountSecurity.open(visitor);
  const secret = await account.beginTwoStep();
  const { page } = visitor;
  const qr = page.getByRole("img", { name: /QR code/ });
  expect(await qr.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(200);
  await account.firstCode("000000");
  await expect(page.getByRole("alert").filter({ hasText: "does not fit" })).toBeVisible();
  await account.firstCode(codeOf(secret, -1));
  const codes = await account.recoveryCodes();
  expect(codes).toHaveLength(10);
  await account.back("I have kept them");
  const part = account.part("Two-step sign-in");
  await expect(part).toContainText("10 recovery codes are left.");
  await expect(page.locator("body")).not.toContainText(codes[0]!);

  const signIn = async (code: string) => {
    await signing.signOut();
    await signing.signIn(credentials);
    await expect(signing.code).toBeFocused();
    await expect(signing.menu).toHaveCount(0);
    await signing.code.fill("000000");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("alert").filter({ hasText: "does not fit" })).toBeVisible();
    await signing.code.fill(code);
    await page.keyboard.press("Enter");
    await signing.isSignedIn();
  };
  await signIn(codeOf(secret));
  await signIn(codes[4]!);

  await AccountSecurity.open(visitor);
  await expect(part).toContainText("9 recovery codes are left.");
  await part.getByRole("button", { name: "Turn two-step sign-in off" }).click();
  await expect(part.getByRole("status")).toHaveText("Two-step sign-in is off.");
  await signing.signOut();
  await signing.signIn(credentials);
  await signing.isSignedIn();
});

test("all of it by the keys alone", async ({ visitor }) => {
  test.setTimeout(120_000);
  const { page } = visitor;
  const credentials = await new Account(visitor).signUp(newCredentials());
  const keyboard = new Keyboard(visitor);
  await keyboard.enter(page.getByRole("button", { name: "Account", exact: true }));
  await keyboard.enter(page.getByRole("link", { name: "Account and security" }));
  await visitor.hydrated();
  const account = AccountSecurity.at(visitor);
  await keyboard.type(page.getByLabel("Current password"), credentials.password);
  await keyboard.type(page.getByLabel("New password"), NEW);
  await keyboard.press("Enter");
  await expect(account.part("Password").getByRole("status")).toContainText("is changed");
  await visitor.hydrated();
  await keyboard.type(page.getByLabel("Name of the token"), "Without a mouse");
  await keyboard.to(page.getByLabel(/^Generate:/));
  await keyboard.press("Space");
  await keyboard.enter(page.getByRole("button", { name: "Make token" }));
  await expect(account.newToken).toHaveText(/^fgp_/);
  await visitor.hydrated();
  await keyboard.enter(page.getByRole("link", { name: "I have copied it" }));
  await expect(account.part("Access tokens").getByRole("row", { name: /Without/ })).toContainText(
    "read generate",
  );
});
