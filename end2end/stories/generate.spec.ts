import { expect, test } from "../fixtures/test";
import { type StepLabel, ProjectPage, isDrawn, plays } from "../pages/project";
import type { Person } from "../pages/person";

const KEY = "sandbox-generate-0123456789abcdef";

async function equip(person: Person): Promise<void> {
  for (const provider of ["openrouter", "gemini", "kie", "elevenlabs"]) {
    await person.api.putKey(provider, KEY);
  }
}

/** What the confirmation has to say for each step with the catalogue's own defaults. */
const EXPECTED: Record<Exclude<StepLabel, "Characters">, { provider: string; cost: RegExp }> = {
  Story: { provider: "OpenRouter", cost: /credit/ },
  Scenes: { provider: "Google Gemini", cost: /credit/ },
  Videos: { provider: "KIE.ai", cost: /credit/ },
  Voiceover: { provider: "Google Gemini", cost: /credit/ },
  Music: { provider: "KIE.ai", cost: /credit/ },
};

async function confirmed(
  project: ProjectPage,
  step: keyof typeof EXPECTED,
  prompt: string,
): Promise<void> {
  const confirmation = await project.ask(step, prompt);
  const { provider, cost } = EXPECTED[step];
  await expect(confirmation.row("Provider")).toContainText(provider);
  await expect(confirmation.row("Model")).toContainText(/\S/);
  await expect(confirmation.row("Estimated cost")).toContainText(cost);
  await expect(confirmation.row("Paid by")).toContainText("You, with your own key");
  const why = await confirmation.why();
  await expect(why.getByText("Built-in default").first()).toBeVisible();
  await expect(why.getByText("Your settings").first()).toBeVisible();
  await confirmation.confirm();
}

test("a film is made: text, picture, clip, voice and music, each confirmed first", async ({
  person,
}) => {
  test.setTimeout(120_000);
  await equip(person);
  const project = await ProjectPage.create(person, "The lighthouse keeper");

  await confirmed(project, "Story", "A lighthouse keeper finds a letter.");
  await expect
    .poll(async () => (await person.api.generations()).find((each) => each.text)?.text)
    .toBeTruthy();
  const text = (await person.api.generations()).find((each) => each.text)?.text ?? "";
  const opening = text.split(/\n/)[0]?.slice(0, 30) ?? "";
  expect(opening.length).toBeGreaterThan(10);
  await expect(project.results.getByText(opening).first()).toBeVisible();

  await confirmed(project, "Scenes", "A lighthouse at dusk.");
  await expect(project.picture.first()).toBeVisible({ timeout: 30_000 });
  await isDrawn(project.picture.first());

  await confirmed(project, "Videos", "Waves roll against the rocks.");
  await expect(project.clip.first()).toBeVisible({ timeout: 40_000 });
  await plays(project.clip.first());

  await confirmed(project, "Voiceover", "The letter had waited for forty years.");
  await expect(project.sound.first()).toBeVisible({ timeout: 30_000 });
  await plays(project.sound.first());

  await confirmed(project, "Music", "A slow piano with distant gulls.");
  await expect(project.sound.first()).toBeVisible({ timeout: 40_000 });
  await plays(project.sound.first());

  const made = await person.api.generations();
  expect(made.map((each) => `${each.operation} ${each.status}`).sort()).toEqual([
    "image succeeded",
    "llm succeeded",
    "music succeeded",
    "tts succeeded",
    "video succeeded",
  ]);
  for (const each of made) expect(each.resolution.payer).toBe("user");
});

test("results are still there after a reload", async ({ person }) => {
  await equip(person);
  const project = await ProjectPage.create(person, "Reloaded");
  const confirmation = await project.ask("Scenes", "A quiet harbour.");
  await confirmation.confirm();
  await isDrawn(project.picture.first());
  await person.reload();
  await project.show("Scenes");
  await isDrawn(project.picture.first());
});

test("a cancelled confirmation sends nothing", async ({ person }) => {
  await equip(person);
  const project = await ProjectPage.create(person, "Second thoughts");
  const confirmation = await project.ask("Story", "Never mind.");
  await confirmation.cancel();
  await expect(project.generate).toBeFocused();
  expect(await person.api.generations()).toEqual([]);
});

test("a provider's refusal is told in our words with the next step", async ({ person }) => {
  await person.api.putKey("openrouter", "sandbox-no-credit-0123456789abcdef");
  const project = await ProjectPage.create(person, "Broke");
  const confirmation = await project.ask("Story", "A story that nobody pays for.");
  await confirmation.confirm();
  await expect(
    person.page.getByText(
      "The account at OpenRouter has run out of credit. Add credit there, or switch to another provider.",
    ),
  ).toBeVisible({ timeout: 30_000 });
});

test("a blocked prompt says that the prompt has to change", async ({ person }) => {
  await equip(person);
  const project = await ProjectPage.create(person, "Blocked");
  const confirmation = await project.ask("Scenes", "[sandbox:blocked] something forbidden");
  await confirmation.confirm();
  await expect(
    person.page.getByText(/blocked this content by its safety rules. Change the prompt/),
  ).toBeVisible({ timeout: 30_000 });
});
