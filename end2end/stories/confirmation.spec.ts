// The confirmation: changed in place, compared, agreed to, and what happens when something is
// otherwise by the time somebody says yes.

import { expect, test } from "../fixtures/test";
import { answered } from "../fixtures/watch";
import type { Person } from "../pages/person";
import { ProjectPage } from "../pages/project";
import { ProviderModal, ProviderSettings } from "../pages/settings";

const KEY = "sandbox-confirm-0123456789abcdef";

async function equip(person: Person, ...providers: string[]): Promise<void> {
  for (const provider of providers) await person.api.putKey(provider, KEY);
}

test("another resolution changes the estimate, the step and what is made", async ({ person }) => {
  await equip(person, "gemini");
  const project = await ProjectPage.create(person, "Sharper");
  const confirmation = await project.ask("Scenes", "A harbour at night.");
  const cost = confirmation.row("Estimated cost");
  await expect(cost).toContainText("20 credits");
  await expect(confirmation.row("Usually takes")).toContainText("not known yet");
  const resolution = confirmation.parameter("Resolution");
  await expect(resolution.locator("option").first()).toHaveText("Automatic (2K)");
  await resolution.focus();
  await resolution.selectOption("4K");
  await expect(cost).toContainText("30 credits");
  await expect(cost).not.toHaveAttribute("aria-busy");
  await expect(resolution).toBeFocused();

  await confirmation.cancel();
  await expect(project.parameter("Resolution")).toHaveValue("4K");
  const again = await project.ask("Scenes", "A harbour at night.");
  await expect(again.row("Estimated cost")).toContainText("30 credits");
  await again.confirm();
  const made = (await person.api.generations())[0];
  expect((made as unknown as { input: { resolution: string } }).input.resolution).toBe("4K");
  await person.api.reaches(made?.id ?? "", "succeeded");

  const third = await project.ask("Scenes", "A harbour at night.");
  await expect(third.row("Usually takes")).toContainText("once so far");
});

test("ways are compared; one is used once, another for the project", async ({ person }) => {
  await equip(person, "gemini", "kie");
  const project = await ProjectPage.create(person, "Compared");
  const confirmation = await project.ask("Scenes", "A quiet street.");
  await confirmation.parameter("Resolution").selectOption("4K");
  const ways = await confirmation.compare();
  await expect(ways.getByRole("row").nth(1)).toContainText(/credit|free/);
  await confirmation.showAll();
  await expect(ways.getByText("It cannot do this:").first()).toBeVisible();
  await expect(ways.getByRole("row", { name: /Chosen now/ })).toContainText("Google Gemini");

  await ways.getByRole("button", { name: /^Use once: KIE\.ai/ }).first().click();
  await expect(confirmation.row("Provider")).toContainText("KIE.ai");
  await expect(confirmation.row("Provider")).toContainText("For this time only");
  await confirmation.dialog.getByRole("button", { name: "Use what the settings say" }).click();
  await expect(confirmation.row("Provider")).toContainText("Google Gemini");
  await expect(confirmation.row("Provider")).not.toContainText("For this time only");

  await ways.getByRole("button", { name: /^Use for this project: KIE\.ai/ }).first().click();
  await expect(confirmation.row("Provider")).toContainText("KIE.ai");
  await expect(confirmation.row("Provider")).not.toContainText("For this time only");
  await expect(ways.getByRole("row", { name: /Chosen now/ })).toContainText("KIE.ai");
  const model = await confirmation.row("Model").locator("code").textContent();
  await confirmation.cancel();

  await person.open(`/projects/${project.id}/settings`);
  const settings = new ProviderSettings(person.page.getByRole("main"));
  await expect(settings.provider("Image")).toHaveValue("kie");
  await expect(settings.model("Image")).toHaveValue(model ?? "");
  expect((await person.api.settings()).operations.image?.provider ?? null).toBeNull();
});

test("a key is added from the comparison, and the confirmation comes back either way", async ({
  person,
}) => {
  await equip(person, "gemini");
  const project = await ProjectPage.create(person, "Another key");
  const confirmation = await project.ask("Scenes", "A boat.");
  const modal = new ProviderModal(person);
  const add = async () => {
    const ways = await confirmation.compare();
    await confirmation.showAll();
    await ways.getByRole("button", { name: /^Add key: KIE\.ai/ }).first().click();
    await expect(modal.tab("Image")).toHaveAttribute("aria-selected", "true");
  };
  await add();
  await modal.done.click();
  await expect(confirmation.row("Provider")).toContainText("Google Gemini");

  await add();
  await modal.key("KIE.ai").fill(KEY);
  await expect(confirmation.row("Provider")).toContainText("KIE.ai");
  await expect(confirmation.row("Provider")).toContainText("For this time only");
  await expect(modal.dialog).toBeHidden();
});

test("a confirmation that no longer holds is asked for anew", async ({ person, watch }) => {
  watch.expect(answered(409));
  await equip(person, "gemini", "kie");
  const project = await ProjectPage.create(person, "Changed meanwhile");
  const confirmation = await project.ask("Scenes", "A bridge.");
  await expect(confirmation.row("Provider")).toContainText("Google Gemini");
  const changed = await person.api.send("PATCH", "/settings", {
    operations: { image: { provider: "kie" } },
  });
  expect(changed.status()).toBe(200);

  await confirmation.generate.click();
  await expect(
    confirmation.dialog.getByText(/KIE\.ai instead of Google Gemini would generate it/),
  ).toBeVisible();
  await expect(confirmation.row("Provider")).toContainText("KIE.ai");
  expect(await person.api.generations()).toEqual([]);
  await confirmation.confirm();
  expect((await person.api.generations())[0]?.resolution.provider).toBe("kie");
});

test.describe("with a key of the server's own", () => {
  test.use({ variables: { GEMINI_API_KEY: "sandbox-server-0123456789abcdef" } });

  test("somebody else pays only after it was agreed to", async ({ person }) => {
    await equip(person, "gemini");
    await person.api.generate({ operation: "image", input: { prompt: "A first picture." } });
    const removed = await person.api.send("DELETE", "/keys/gemini");
    expect(removed.status()).toBe(204);

    const project = await ProjectPage.create(person, "Who pays");
    const confirmation = await project.ask("Scenes", "A second picture.");
    await expect(
      confirmation.dialog.getByText(
        "Last time you paid with your own key. This time this server's operator pays.",
      ),
    ).toBeVisible();
    await expect(confirmation.generate).toBeDisabled();
    await expect(confirmation.generate).toHaveAccessibleDescription(/who is to pay/);
    await confirmation.dialog
      .getByRole("checkbox", { name: "I want this server's operator to pay for this" })
      .check();
    await confirmation.confirm();
    const made = (await person.api.generations())[0];
    expect(made?.resolution.payer).toBe("instance");

    await person.api.reaches(made?.id ?? "", "succeeded");
    const next = await project.ask("Scenes", "A third picture.");
    await expect(next.dialog.getByRole("checkbox")).toHaveCount(0);
    await expect(next.generate).toBeEnabled();
  });
});
