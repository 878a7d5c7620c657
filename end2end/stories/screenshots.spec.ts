// Pictures of the pages for people to look at, in `.artifacts/`. Each page also has to fit its
// width without scrolling sideways.

import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "../fixtures/test";
import type { Person } from "../pages/person";
import { ProjectPage, isDrawn } from "../pages/project";
import { ProviderModal, ProviderSettings } from "../pages/settings";

const folder = join(dirname(fileURLToPath(import.meta.url)), "..", ".artifacts");
const KEY = "sandbox-picture-0123456789abcdef";

/** The whole page; while a dialog is open, what is seen of it. */
async function picture(person: Person, name: string): Promise<void> {
  const behindDialog = (await person.page.getByRole("dialog").count()) > 0;
  const path = join(folder, `${name}.png`);
  await person.page.screenshot({ path, fullPage: !behindDialog });
  const overflow = await person.page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect.soft(overflow, `${name} scrolls sideways`).toBeLessThanOrEqual(0);
}

for (const width of [1280, 390, 360]) {
  for (const colorScheme of ["light", "dark"] as const) {
    test(`pictures at ${width} px, ${colorScheme}`, async ({ person, somebody }) => {
      test.setTimeout(120_000);
      mkdirSync(folder, { recursive: true });
      const named = (page: string) => `${page}-${width}-${colorScheme}`;
      const visitor = await somebody();
      for (const who of [person, visitor]) {
        await who.page.setViewportSize({ width, height: 800 });
        await who.page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      }
      await visitor.open("/sign-in");
      await picture(visitor, named("sign-in"));
      await visitor.open("/sign-up");
      await picture(visitor, named("sign-up"));

      await person.open("/projects");
      await picture(person, named("projects-empty"));
      const project = await ProjectPage.create(person, "The lighthouse keeper");
      await picture(person, named("project"));

      await project.show("Scenes");
      await project.prompt.fill("A lighthouse at dusk.");
      await project.generate.click();
      const modal = new ProviderModal(person);
      await expect(modal.dialog).toBeVisible();
      await picture(person, named("modal"));
      await modal.key("Google Gemini").fill(KEY);
      const confirmation = project.confirmation("Scenes");
      await expect(confirmation.dialog).toBeVisible();
      await picture(person, named("confirmation"));
      await confirmation.confirm();
      await isDrawn(project.picture.first());
      await picture(person, named("result"));

      await person.open("/projects");
      await picture(person, named("projects"));
      await ProviderSettings.open(person);
      await picture(person, named("settings"));
      await person.open(`/projects/${project.id}/settings`);
      await picture(person, named("project-settings"));
    });
  }
}
