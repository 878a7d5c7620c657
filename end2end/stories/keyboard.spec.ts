// Everything that matters, with the keys alone: no mouse, and no field that was not reached by Tab.

import { expect, test } from "../fixtures/test";
import { Account, newCredentials } from "../pages/account";
import { Keyboard } from "../pages/keyboard";
import type { Person } from "../pages/person";
import { ProjectPage } from "../pages/project";
import { ProviderModal, ProviderSettings } from "../pages/settings";

const KEY = "sandbox-keyboard-0123456789abcdef";

function link(person: Person, name: string) {
  return person.page.getByRole("navigation", { name: "Main" }).getByRole("link", { name });
}

test("from the first page to a picture", async ({ visitor }) => {
  test.setTimeout(90_000);
  const { page } = visitor;
  const keyboard = new Keyboard(visitor);
  const account = new Account(visitor);
  const { email, password } = newCredentials();

  await visitor.open("/");
  await keyboard.enter(link(visitor, "Sign up"));
  await keyboard.type(account.email, email);
  await keyboard.type(account.password, password);
  await keyboard.press("Enter");
  await account.isSignedIn();

  await keyboard.enter(link(visitor, "Settings"));
  const settings = new ProviderSettings(page.getByRole("main"));
  await keyboard.to(settings.provider("Image"));
  await page.keyboard.type("KIE");
  await settings.saved();
  await expect(settings.provider("Image")).toHaveValue("kie");
  await keyboard.press("Home", "ArrowDown");
  await expect(settings.provider("Image")).toHaveValue("gemini");
  await keyboard.type(settings.key("Google Gemini"), KEY);
  await keyboard.press("Enter");
  await expect(settings.configured("Google Gemini")).toHaveText("Configured ····cdef");
  await expect(settings.button("Google Gemini", "Replace")).toBeFocused();
  await expect
    .poll(async () => (await visitor.api.settings()).operations.image?.provider)
    .toBe("gemini");

  await keyboard.enterBack(link(visitor, "Projects"));
  await keyboard.type(page.getByLabel("Project name"), "Without a mouse");
  await keyboard.to(page.getByRole("button", { name: "Create project" }));
  await keyboard.press("Shift+Tab");
  await expect(page.getByLabel("Project name")).toBeFocused();
  await keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Without a mouse" })).toBeVisible();

  const project = await ProjectPage.at(visitor);
  await keyboard.to(project.step("Story"));
  await keyboard.press("ArrowRight", "ArrowRight");
  await expect(project.step("Scenes")).toBeFocused();
  await expect(project.step("Scenes")).toHaveAttribute("aria-selected", "true");
  await keyboard.type(project.prompt, "A lighthouse at dusk.");

  await keyboard.enter(project.generate);
  const confirmation = project.confirmation("Scenes");
  await expect(confirmation.generate).toBeFocused();
  await keyboard.press("Escape");
  await expect(confirmation.dialog).toBeHidden();
  await expect(project.generate).toBeFocused();

  await keyboard.press("Enter");
  await expect(confirmation.generate).toBeFocused();
  await keyboard.backTo(confirmation.parameter("Resolution"));
  await page.keyboard.type("4K");
  await expect(confirmation.row("Estimated cost")).toContainText("30 credits");
  await expect(confirmation.parameter("Resolution")).toBeFocused();
  const why = confirmation.dialog.getByText("Why this provider?", { exact: true });
  await keyboard.to(why);
  await keyboard.press("Space");
  await expect(confirmation.dialog.getByText("Built-in default").first()).toBeVisible();
  await keyboard.enter(confirmation.generate);
  await expect(confirmation.dialog).toBeHidden();
  await expect(project.generate).toBeFocused();
  await expect(project.picture.first()).toBeVisible({ timeout: 30_000 });
});

test("the comparison in the confirmation", async ({ person }) => {
  for (const provider of ["gemini", "kie"]) await person.api.putKey(provider, KEY);
  const keyboard = new Keyboard(person);
  const project = await ProjectPage.create(person, "Compared by keys");
  await project.show("Scenes");
  await keyboard.type(project.prompt, "A quiet street.");
  await keyboard.enter(project.generate);
  const confirmation = project.confirmation("Scenes");
  await expect(confirmation.generate).toBeFocused();

  await keyboard.enterBack(confirmation.dialog.getByText("Compare providers", { exact: true }));
  const ways = confirmation.ways;
  await keyboard.enter(ways.getByRole("button", { name: /^Use once: KIE\.ai/ }).first());
  await expect(confirmation.row("Provider")).toContainText("For this time only");
  await keyboard.enterBack(
    confirmation.dialog.getByRole("button", { name: "Use what the settings say" }),
  );
  await expect(confirmation.row("Provider")).toContainText("Google Gemini");
  // The button has gone; the focus is still in the dialog and the next press goes on from there.
  await keyboard.enter(confirmation.generate);
  await expect(confirmation.dialog).toBeHidden();
  await expect.poll(async () => (await person.api.generations()).length).toBe(1);
});

test("the configuration dialog keeps the focus inside, and gives it back after Escape", async ({
  person,
}) => {
  const keyboard = new Keyboard(person);
  const project = await ProjectPage.create(person, "Configured by keys");
  await keyboard.enter(project.configure);
  const modal = new ProviderModal(person);
  await expect(modal.dialog).toBeVisible();
  const focusIsInside = () =>
    modal.dialog.evaluate(
      (dialog) => dialog.contains(document.activeElement) || document.activeElement === document.body,
    );
  for (let presses = 0; presses < 30; presses += 1) {
    expect(await focusIsInside()).toBe(true);
    await keyboard.press("Tab");
  }

  await keyboard.to(modal.tab("LLM"));
  await keyboard.press("ArrowRight");
  await expect(modal.tab("Image")).toBeFocused();
  await expect(modal.tab("Image")).toHaveAttribute("aria-selected", "true");
  await keyboard.type(modal.key("Google Gemini"), KEY);
  await keyboard.press("Enter");
  await expect(modal.configured("Google Gemini")).toBeVisible();
  await keyboard.press("Escape");
  await expect(modal.dialog).toBeHidden();
  await expect(project.configure).toBeFocused();
});

test("an old value is put back from the history", async ({ person }) => {
  const keyboard = new Keyboard(person);
  const settings = await ProviderSettings.open(person);
  await keyboard.to(settings.provider("Image"));
  await person.page.keyboard.type("Google");
  await settings.saved();
  await keyboard.press("Tab", "Shift+Tab");
  await person.page.keyboard.type("KIE");
  await expect
    .poll(async () => (await person.api.settings()).operations.image?.provider)
    .toBe("kie");

  const history = settings.history("Image provider");
  await keyboard.enter(history.summary);
  await expect(history.lines).toHaveCount(2);
  await keyboard.to(history.restore("Google Gemini"));
  await keyboard.press("Space");
  await expect(settings.provider("Image")).toHaveValue("gemini");
  await expect(history.lines).toHaveCount(3);
  await expect(history.summary).toBeFocused();
  expect((await person.api.settings()).operations.image?.provider).toBe("gemini");
});

test("the first press of Tab offers the way past the navigation", async ({ person }) => {
  const keyboard = new Keyboard(person);
  await person.open("/settings");
  await keyboard.press("Tab");
  const skip = person.page.getByRole("link", { name: "Skip to content" });
  await expect(skip).toBeFocused();
  await keyboard.press("Enter");
  await expect(person.page.getByRole("main")).toBeFocused();
});
