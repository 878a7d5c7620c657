// What is asked before anything is sent.

import { expect } from "../fixtures/test";
import { ProjectPage } from "../pages/project";
import { ProviderSettings } from "../pages/settings";
import { type Scene, equip } from "./tour";

/** What the server of this tour provides by itself. */
export const PROVIDED = {
  GEMINI_API_KEY: "sandbox-server-0123456789abcdef",
  MODAL_VIDEO_ENDPOINT: "https://film--video.modal.run",
};

export async function confirmation({ person, look }: Scene): Promise<void> {
  await equip(person, "gemini", "kie", "openrouter");
  const page = await ProviderSettings.open(person);
  await page.choose("Video", "modal");
  await look(person, "settings-provided", person.page.locator("#video"));
  await look(person, "settings-endpoints", person.page.locator("#endpoints"));

  const film = await ProjectPage.create(person, "The lighthouse keeper");
  const image = await film.ask("Scenes", "A lighthouse at dusk, seen from the sea.");
  await look(person, "confirmation");
  await image.why();
  await look(person, "confirmation-why");
  await image.why();
  await image.compare();
  await look(person, "confirmation-compare");
  await image.confirm();
  const made = (await person.api.generations())[0];
  await person.api.reaches(made?.id ?? "", "succeeded");

  expect((await person.api.send("DELETE", "/keys/gemini")).status()).toBe(204);
  const others = await film.ask("Scenes", "The same lighthouse in the morning.");
  await expect(others.dialog.getByRole("checkbox")).toBeVisible();
  await look(person, "confirmation-payer");
  await others.cancel();

  const models = { operations: { llm: { models: { openrouter: "harbour/new-model" } } } };
  expect((await person.api.send("PATCH", "/settings", models)).ok()).toBe(true);
  await person.reload();
  const story = await film.ask("Story", "A keeper finds a letter.");
  await expect(story.row("Estimated cost")).toContainText("unknown");
  await look(person, "confirmation-price-unknown");
  await story.cancel();
}
