import { AxeBuilder } from "@axe-core/playwright";
import type { Locator } from "@playwright/test";
import { expect, test } from "../fixtures/test";
import type { Person } from "../pages/person";
import { ProjectPage } from "../pages/project";
import { ProviderModal, ProviderSettings } from "../pages/settings";
import { everyState } from "../tours";
import { sideways, view } from "../tours/tour";

const KEY = "sandbox-access-0123456789abcdef";

/**
 * What axe finds, in few words: in the dialog that is open, in the part that is new in this state,
 * or on the whole page.
 */
async function findings(person: Person, part?: Locator): Promise<string[]> {
  const { page } = person;
  const open = page.locator("dialog[open]");
  const looked = (await open.count()) > 0 ? open.first() : (part ?? page.locator("html"));
  await looked.evaluate((element) => {
    for (const old of document.querySelectorAll("[data-looked-at]")) {
      old.removeAttribute("data-looked-at");
    }
    element.setAttribute("data-looked-at", "");
  });
  const { violations } = await new AxeBuilder({ page }).include("[data-looked-at]").analyze();
  return violations.flatMap((violation) =>
    violation.nodes.map((node) => `${violation.id} at ${node.target.join(" ")}`),
  );
}

// Each state in both themes and both sizes, two of the four; no page is wider than any screen.
everyState("axe finds nothing and nothing scrolls sideways", async (person, state, part) => {
  for (const [width, colorScheme] of [
    [390, "dark"],
    [1280, "light"],
  ] as const) {
    const where = `${state} at ${width} px, ${colorScheme}`;
    await view(person, { width, height: 844, colorScheme }, part);
    expect.soft(await sideways(person), `${where}: pixels too wide`).toBe(0);
    expect.soft(await findings(person, part), where).toEqual([]);
  }
  await view(person, { width: 360, height: 800, colorScheme: "light" }, part);
  expect.soft(await sideways(person), `${state} at 360 px: pixels too wide`).toBe(0);
  await view(person, { width: 1280, height: 844, colorScheme: "light" }, part);
});

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
