import { AxeBuilder } from "@axe-core/playwright";
import { expect, test } from "../fixtures/test";
import type { Person } from "../pages/person";
import { ProjectPage, type StepLabel } from "../pages/project";
import { ProviderModal, ProviderSettings } from "../pages/settings";

const KEY = "sandbox-access-0123456789abcdef";
const STEPS: StepLabel[] = ["Story", "Characters", "Scenes", "Videos", "Voiceover", "Music"];

/** What axe finds on the page as it is now, in few words. */
async function findings(person: Person, where: string): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page: person.page }).analyze();
  return violations.flatMap((violation) =>
    violation.nodes.map((node) => `${where}: ${violation.id} at ${node.target.join(" ")}`),
  );
}

for (const colorScheme of ["light", "dark"] as const) {
  test(`axe finds nothing on any page, ${colorScheme}`, async ({ person, somebody }) => {
    test.setTimeout(120_000);
    const found: string[] = [];
    const visitor = await somebody();
    await visitor.page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await person.page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    for (const path of ["/sign-in", "/sign-up"]) {
      await visitor.open(path);
      found.push(...(await findings(visitor, path)));
    }

    await person.open("/projects");
    found.push(...(await findings(person, "no projects")));
    const project = await ProjectPage.create(person, "Accessible");
    for (const step of STEPS) {
      await project.show(step);
      await expect(project.generate).toBeVisible();
      found.push(...(await findings(person, `step ${step}`)));
    }
    await project.configure.click();
    const modal = new ProviderModal(person);
    await expect(modal.dialog).toBeVisible();
    for (const tab of ["All", "LLM", "Image", "Video", "Voice", "Music"] as const) {
      await modal.tab(tab).click();
      found.push(...(await findings(person, `modal ${tab}`)));
    }
    await modal.done.click();

    await person.api.putKey("openrouter", KEY);
    await person.reload();
    const confirmation = await project.ask("Story", "A story for everybody.");
    found.push(...(await findings(person, "confirmation")));
    await confirmation.confirm();
    await expect.poll(async () => (await person.api.generations())[0]?.status).toBe("succeeded");
    found.push(...(await findings(person, "result")));

    await person.open("/projects");
    found.push(...(await findings(person, "projects")));
    await ProviderSettings.open(person);
    found.push(...(await findings(person, "settings")));
    await person.page.goto(`${person.origin}/projects/${project.id}/settings`);
    await person.hydrated();
    await expect(person.page.getByRole("heading", { name: "Model Configuration" })).toBeVisible();
    found.push(...(await findings(person, "project settings")));
    expect(found).toEqual([]);
  });
}

/** Presses Tab until `wanted` has the focus. */
async function tabTo(person: Person, wanted: ReturnType<Person["page"]["locator"]>): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    if (await wanted.evaluate((element) => element === document.activeElement)) return;
    await person.page.keyboard.press("Tab");
  }
  throw new Error("the focus never got there");
}

test("a key is given on Settings with the keyboard alone", async ({ person }) => {
  const settings = await ProviderSettings.open(person);
  await tabTo(person, settings.provider("LLM"));
  await settings.provider("LLM").press("g");
  await settings.saved();
  await tabTo(person, settings.key("Google Gemini"));
  await person.page.keyboard.type(KEY);
  await person.page.keyboard.press("Enter");
  await expect(settings.configured("Google Gemini")).toBeVisible();
  expect((await person.api.settings()).keys?.gemini?.last4).toBe("cdef");
});

test("the modal keeps the focus inside, Escape closes it and the focus returns", async ({
  person,
}) => {
  const project = await ProjectPage.create(person, "By keyboard");
  await tabTo(person, project.configure);
  await person.page.keyboard.press("Enter");
  const modal = new ProviderModal(person);
  await expect(modal.dialog).toBeVisible();
  const focusIsInside = () =>
    modal.dialog.evaluate(
      (dialog) => dialog.contains(document.activeElement) || document.activeElement === document.body,
    );
  expect(await focusIsInside()).toBe(true);
  for (let presses = 0; presses < 30; presses += 1) {
    await person.page.keyboard.press("Tab");
    expect(await focusIsInside()).toBe(true);
  }

  await tabTo(person, modal.dialog.getByRole("tab", { selected: true }));
  await person.page.keyboard.press("ArrowRight");
  await expect(modal.tab("Image")).toBeFocused();
  await expect(modal.tab("Image")).toHaveAttribute("aria-selected", "true");

  await person.page.keyboard.press("Escape");
  await expect(modal.dialog).toBeHidden();
  await expect(project.configure).toBeFocused();
});

test("a generation is confirmed with the keyboard alone", async ({ person }) => {
  await person.api.putKey("openrouter", KEY);
  const project = await ProjectPage.create(person, "Hands on the keys");
  await project.show("Story");
  await tabTo(person, project.prompt);
  await person.page.keyboard.type("A story without a mouse.");
  await tabTo(person, project.generate);
  await person.page.keyboard.press("Enter");
  const { dialog } = project.confirmation("Story");
  await expect(dialog).toBeVisible();
  await tabTo(person, dialog.getByRole("button", { name: "Generate", exact: true }));
  await person.page.keyboard.press("Enter");
  await expect(dialog).toBeHidden();
  await expect.poll(async () => (await person.api.generations())[0]?.status).toBe("succeeded");
});
