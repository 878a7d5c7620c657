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
