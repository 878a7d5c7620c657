import { readFileSync } from "node:fs";
import { expect, test } from "../fixtures/test";
import { Account, newCredentials } from "../pages/account";
import { Administration, PATHS } from "../pages/administration";

test.use({ variables: { GEMINI_API_KEY: "sandbox-canary-0123456789abcdef" } });

test("who runs the instance finds an account, disables it, and it is out at once", async ({
  person,
  somebody,
  watch,
}) => {
  watch.expect(/401/);
  const other = await somebody();
  const account = new Account(other);
  const { email } = await account.signUp();
  const administration = await Administration.follow(person);
  await administration.go("Accounts");
  await person.page.getByLabel("Name or address").fill(email.toUpperCase());
  await administration.press("Find");
  await expect(administration.table("Accounts").getByRole("row")).toHaveCount(2);

  await administration.press(`Disable: ${email}`);
  await administration.says("The account is disabled and signed out everywhere.");
  await expect(person.page.getByLabel("Name or address")).toHaveValue(email.toUpperCase());
  await expect(administration.table("Accounts").getByRole("row")).toHaveCount(2);
  await expect(administration.row("Accounts", email)).toContainText("Disabled");
  await other.page.goto(`${other.origin}/projects`);
  await expect(other.page).toHaveURL(/\/sign-in/);

  await administration.press(`Enable: ${email}`);
  await administration.says("The account may sign in again.");
  await account.signIn({ email, password: newCredentials().password });
  await account.isSignedIn();
});

test("another one is made admin; the last one always stays", async ({
  person,
  somebody,
  watch,
}) => {
  watch.expect(/404/);
  const other = await somebody();
  const { email } = await new Account(other).signUp();
  const me = await person.api.get<{ user: { email: string } }>("/me");
  const administration = await Administration.open(person, "Accounts");
  await administration.press(`Disable: ${me.user.email}`);
  await administration.says("This is the last account that can run this instance.");
  await administration.press(`Make admin: ${email}`);
  await administration.says("The account runs this instance now.");
  const theirs = await Administration.open(other, "Accounts");
  await theirs.press(`Remove as admin: ${me.user.email}`);
  await theirs.says("The account does not run this instance any more.");
  const answer = await person.page.goto(person.origin + PATHS.Accounts);
  expect(answer?.status()).toBe(404);
});

test("for everybody else there is nothing at these addresses", async ({
  person,
  somebody,
  watch,
}) => {
  watch.expect(/404/);
  await person.api.settings();
  const stranger = await somebody();
  const member = await somebody();
  await new Account(member).signUp();
  await member.page.getByRole("button", { name: "Account", exact: true }).click();
  await expect(member.page.getByRole("link", { name: "Administration" })).toHaveCount(0);
  for (const one of [stranger, member]) {
    const nothing = await one.page.goto(`${one.origin}/nothing/here`);
    const heading = one.page.getByRole("heading", { level: 1 });
    const words = await heading.innerText();
    expect(nothing?.status()).toBe(404);
    for (const path of Object.values(PATHS)) {
      const answer = await one.page.goto(one.origin + path);
      expect(answer?.status(), path).toBe(404);
      await expect(heading).toHaveText(words);
    }
    const sent = await one.page.request.post(`${one.origin}/admin/accounts/change`, {
      headers: { origin: one.origin },
      form: { made_for: "x", account: "x", wish: "disable" },
    });
    expect(sent.status()).toBe(404);
  }
});

test("a price is corrected, counts at once, and can be taken back", async ({ person }) => {
  const administration = await Administration.open(person, "Catalogue");
  await person.page.getByLabel("Operation").selectOption({ label: "Music" });
  await administration.press("Show");
  const rows = administration.table("Models").getByRole("row");
  const first = rows.filter({ hasText: "$" }).first();
  await expect(first).toContainText("As shipped");
  const name = await first.getByRole("rowheader").innerText();
  await first.getByRole("link").click();
  await person.hydrated();
  await expect(person.page.getByRole("heading", { name, level: 3 })).toBeVisible();
  const price = person.page.getByLabel(/^US dollars/).first();
  const notice = person.page.getByLabel("What people should know before they choose it");
  await price.fill("a lot");
  await notice.fill("Slow <b>today</b>");
  await administration.press("Save correction");
  await expect(person.page.getByRole("alert")).toContainText("Nothing was changed.");
  await expect(person.page.getByRole("heading", { name, level: 3 })).toBeVisible();
  await expect(price).toHaveValue("a lot");
  await expect(price).toHaveAttribute("aria-invalid", "true");
  await expect(price).toHaveAccessibleDescription(/^Write the price in dollars/);
  await expect(notice).toHaveValue("Slow <b>today</b>");
  await price.fill("1.25");
  await administration.press("Save correction");
  await administration.says("The correction is in force.");
  await expect(person.page.getByLabel("Operation")).toHaveValue("music");
  await expect(administration.row("Models", name).first()).toContainText("Corrected");
  await expect(administration.row("Models", name).first()).toContainText("$1.25");
  await administration.row("Models", name).first().getByRole("link").click();
  await person.hydrated();
  await person.page.getByRole("link", { name: "Back to all models" }).click();
  await person.hydrated();
  await expect(person.page.getByLabel("Operation")).toHaveValue("music");
  await administration.row("Models", name).first().getByRole("link").click();
  await person.hydrated();
  await administration.press("Take the correction back");
  await administration.says("What was shipped counts again.");
});

test("the environment is told by its variables and never shown", async ({ person }) => {
  const administration = await Administration.open(person, "Environment");
  await expect(administration.row("Keys of the environment", "GEMINI_API_KEY")).toContainText(
    "Set",
  );
  await expect(administration.row("Keys of the environment", "KIE_API_KEY")).toContainText(
    "Not set",
  );
  await expect(administration.row("Settings in force", "FILM_SIGN_UP")).toContainText("open");
  const html = await person.page.content();
  expect(html).not.toContain("canary");
  expect(html).not.toContain("cdef");
});

test("what was done is shown, filtered, and taken along as a file", async ({
  person,
  somebody,
}) => {
  const other = await somebody();
  const { email } = await new Account(other).signUp();
  await other.api.putKey("kie", "sandbox-secret-0123456789abcdef");
  const administration = await Administration.open(person, "Audit");
  await expect(administration.row("What was done", email).first()).toContainText(
    "Stored a key for KIE.ai",
  );
  await person.page.getByLabel("Who, by address").fill(email);
  await administration.press("Show");
  await expect(administration.table("What was done").getByRole("row")).toHaveCount(3);
  await person.page.getByLabel("What, such as key.replaced").fill("account.created");
  await administration.press("Show");
  await expect(administration.table("What was done").getByRole("row")).toHaveCount(2);
  const [download] = await Promise.all([
    person.page.waitForEvent("download"),
    person.page.getByRole("link", { name: "Download CSV" }).click(),
  ]);
  const text = readFileSync(await download.path(), "utf8");
  expect(text).toContain(email);
  expect(text).not.toContain("key.stored");
  expect(text).not.toContain("secret");
});

test("everything can be reached by keyboard alone", async ({ person }) => {
  await Administration.open(person, "Overview");
  const link = person.page
    .getByRole("navigation", { name: "Administration" })
    .getByRole("link", { name: "Accounts" });
  for (let presses = 0; presses < 40; presses += 1) {
    if (await link.evaluate((element) => element === document.activeElement)) break;
    await person.page.keyboard.press("Tab");
  }
  await expect(link).toBeFocused();
  await person.page.keyboard.press("Enter");
  await expect(person.page).toHaveURL(/\/admin\/accounts$/);
});
