// Who takes over where a provider fails: nobody, somebody, and a form that cannot be saved.

import { expect } from "../fixtures/test";
import { FallbackPage } from "../pages/fallback";
import { type Scene, equip } from "./tour";

export async function fallback({ person, look }: Scene): Promise<void> {
  await equip(person, "gemini", "kie");
  const page = await FallbackPage.from(person, "/settings");
  await look(person, "fallback");
  await page.chosen("Images").selectOption("kie");
  await page.save("Images");
  await expect(page.said).toHaveText("The fallback is saved.");
  await look(person, "fallback-saved");
  for (const box of await page.section("Text").getByRole("checkbox").all()) await box.uncheck();
  await page.chosen("Text").selectOption("gemini");
  await page.save("Text");
  await expect(page.said).toContainText("Choose at least one kind of failure");
  await look(person, "fallback-refused", page.section("Text"));
  const { id } = await person.api.createProject("The pier");
  await FallbackPage.from(person, `/projects/${id}/settings`);
  await look(person, "fallback-project");
}
