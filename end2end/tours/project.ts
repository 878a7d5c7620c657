// A project from nothing to results, with the dialog that asks for a key on the way.

import { expect } from "../fixtures/test";
import { PlanPage } from "../pages/plan";
import { ProjectPage, type StepLabel, isDrawn } from "../pages/project";
import { ProviderModal } from "../pages/settings";
import { KEY, type Scene, equip, held } from "./tour";

const STEPS: StepLabel[] = ["Story", "Characters", "Videos", "Voiceover", "Music"];

export async function project({ person, watch, look }: Scene): Promise<void> {
  watch.expect(/net::ERR_ABORTED/);
  const film = await ProjectPage.create(person, "The lighthouse keeper");
  for (const step of STEPS) {
    await film.show(step);
    await expect(film.generate).toBeVisible();
    await look(person, `step-${step.toLowerCase()}`);
  }
  await film.show("Scenes");
  await look(person, "step-empty");

  const modal = new ProviderModal(person);
  await film.configure.click();
  await expect(modal.dialog).toBeVisible();
  for (const tab of ["All", "LLM", "Image", "Video", "Voice", "Music"] as const) {
    await modal.tab(tab).click();
    await look(person, `configure-${tab.toLowerCase()}`);
  }
  await modal.done.click();

  await film.prompt.fill("A lighthouse at dusk, seen from the sea.");
  await film.generate.click();
  await expect(modal.tab("Image")).toHaveAttribute("aria-selected", "true");
  await look(person, "configure-missing-key");
  await modal.key("Google Gemini").fill(KEY);
  const confirmation = film.confirmation("Scenes");
  await expect(confirmation.dialog).toBeVisible();

  // The page learns the end of a generation from these; without them it is under way for long.
  const release = await held(person.page, "**/fn/generation_follow");
  await confirmation.confirm();
  await expect(film.results.getByRole("progressbar")).toBeVisible();
  await look(person, "step-generating");
  release();
  await isDrawn(film.picture.first());
  await look(person, "step-results");

  await (await film.ask("Scenes", "[sandbox:blocked] A storm breaks the lamp.")).confirm();
  await expect(film.results.getByText(/blocked this content/)).toBeVisible({ timeout: 30_000 });
  await look(person, "step-failed");
  await film.results.getByText("How this was chosen").first().click();
  await look(person, "step-why", film.results);

  await equip(person, "openrouter");
  await person.api.generate({ operation: "llm", input: { prompt: "A keeper finds a letter." } });
  await person.api.createProject("Harbour lights");
  await person.open("/projects");
  await look(person, "projects");
  await person.open("/usage");
  await expect(person.page.getByRole("table", { name: "By project" })).toBeVisible();
  await look(person, "usage");

  const plan = await PlanPage.open(person, film.id);
  await look(person, "plan-empty");
  await plan.add("Scenes", "Gulls over the waves.");
  await plan.add("Videos", "They turn towards the light.", "No. 1: Gulls over the waves.");
  await look(person, "plan");
  await plan.press(/^Start 1 item/);
  await expect(plan.batch.getByRole("status")).toContainText("Finished", { timeout: 30_000 });
  await look(person, "plan-finished");
}
