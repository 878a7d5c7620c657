// What is seen beside the contents: nothing jumps while things are saved, and the system's own
// colours are taken.

import { expect, test } from "../fixtures/test";
import type { Person } from "../pages/person";
import { ProjectPage } from "../pages/project";
import { ProviderSettings } from "../pages/settings";
import { view } from "../tours/tour";

declare global {
  interface Window {
    shifted: number;
  }
}

/** From now on everything that moves by itself is added up, also right after an input. */
async function watchShifts({ page }: Person): Promise<void> {
  await page.evaluate(() => {
    window.shifted = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        window.shifted += (entry as PerformanceEntry & { value: number }).value;
      }
    }).observe({ type: "layout-shift" });
  });
}

/** What has moved since the last call, once the page has been drawn with all that came. */
async function shifted({ page }: Person): Promise<number> {
  return page.evaluate(async () => {
    for (let frames = 0; frames < 3; frames += 1) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
    const shifted = window.shifted;
    window.shifted = 0;
    return shifted;
  });
}

for (const width of [1280, 390]) {
  test(`nothing jumps while a choice is saved and taken back, at ${width} px`, async ({ person }) => {
    const settings = await ProviderSettings.open(person);
    await view(person, { width, height: 844, colorScheme: "light" }, person.page.locator("#llm"));
    const models = settings.model("LLM").locator("option:not([disabled])");
    const other = await models.nth(2).getAttribute("value");
    await watchShifts(person);

    await settings.model("LLM").selectOption(other);
    await settings.saved();
    const undo = person.page.getByRole("button", { name: /^Undo: / });
    await expect(undo).toBeVisible();
    expect(await shifted(person), "with the save").toBeLessThan(0.02);
    await undo.click();
    await expect(settings.model("LLM")).toHaveValue("");
    await settings.saved();
    expect(await shifted(person), "with the way back").toBeLessThan(0.02);
  });
}

test("in the system's own colours what is chosen can be told apart", async ({ person }) => {
  const project = await ProjectPage.create(person, "High contrast");
  await view(person, { width: 1280, height: 800, colorScheme: "dark", forcedColors: "active" });
  await project.show("Scenes");
  const line = (name: string) =>
    person.page
      .getByRole("tab", { name, exact: true })
      .evaluate((tab) => getComputedStyle(tab).borderBottomColor);
  expect(await line("Scenes")).not.toBe(await line("Story"));
  await ProviderSettings.open(person);
  for (const text of ["Key missing", "Settings"]) {
    const border = person.page
      .getByRole("main")
      .or(person.page.getByRole("navigation", { name: "Main" }))
      .getByText(text, { exact: true })
      .first()
      .locator("xpath=ancestor-or-self::*[self::a or contains(@class, 'badge')][1]")
      .evaluate((element) => getComputedStyle(element).borderTopWidth);
    expect(await border, text).not.toBe("0px");
  }
});

test("nothing moves by itself for whoever asked for that", async ({ person }) => {
  await person.page.emulateMedia({ reducedMotion: "reduce" });
  const settings = await ProviderSettings.open(person);
  const scroll = person.page.locator("html");
  expect(await scroll.evaluate((html) => getComputedStyle(html).scrollBehavior)).toBe("auto");
  await settings.model("LLM").selectOption({ index: 2 });
  await settings.saved();
  const moving = await person.page.evaluate(
    () => document.getAnimations().filter((each) => each.playState === "running").length,
  );
  expect(moving).toBe(0);
});
