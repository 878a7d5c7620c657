import { expect, test } from "../fixtures/test";
import { FallbackPage } from "../pages/fallback";
import { ProjectPage } from "../pages/project";

test.use({ providers: "process" });

const KEY = "sandbox-fallback-0123456789abcdef";

test("who takes over is chosen on a page, and takes over when the provider fails", async ({
  person,
  sandbox,
}) => {
  for (const provider of ["gemini", "kie"]) await person.api.putKey(provider, KEY);
  const first = { operations: { image: { provider: "gemini" } } };
  expect((await person.api.send("PATCH", "/settings", first)).ok()).toBe(true);

  const page = await FallbackPage.from(person, "/settings");
  await expect(page.chosen("Images")).toHaveValue("");
  await page.chosen("Images").selectOption("kie");
  await page.section("Images").getByLabel("At most, in credits").fill("40");
  await page.section("Images").getByLabel("It cannot be reached in time").uncheck();
  await page.save("Images");
  await expect(page.said).toHaveText("The fallback is saved.");
  await expect(page.chosen("Images")).toHaveValue("kie");
  await expect(page.section("Images").getByLabel("It cannot be reached in time")).not.toBeChecked();

  await sandbox.fault({ path: "/gemini", status: 503 });
  const project = await ProjectPage.create(person, "The pier");
  await (await project.ask("Scenes", "A pier in the rain.")).confirm();
  await expect(project.results.getByText("Done")).toBeVisible({ timeout: 40_000 });
  const [made] = await person.api.generations();
  expect(made?.resolution.provider).toBe("kie");
  expect(await sandbox.requests("/jobs/createTask")).toHaveLength(1);
});

test("a project inherits it and may name somebody else; what changed elsewhere is not overwritten", async ({
  person,
}) => {
  const mine = await FallbackPage.from(person, "/settings");
  await mine.chosen("Voiceover").selectOption("elevenlabs");
  await mine.save("Voiceover");
  const { id } = await person.api.createProject("The pier");
  const page = await FallbackPage.from(person, `/projects/${id}/settings`);
  await expect(page.chosen("Voiceover").locator("option").first()).toHaveText(
    "As in your own settings: ElevenLabs",
  );

  const theirs = { operations: { tts: { fallback: { provider: "kie", on: ["timeout"] } } } };
  const saved = await person.api.send("PATCH", `/projects/${id}/settings`, theirs);
  expect(saved.ok()).toBe(true);
  await page.chosen("Voiceover").selectOption("openai");
  await page.save("Voiceover");
  await expect(page.said).toContainText("changed elsewhere");
  await expect(page.chosen("Voiceover")).toHaveValue("kie");
  await page.chosen("Voiceover").selectOption("");
  await page.save("Voiceover");
  await expect(page.said).toHaveText("The fallback is saved.");
  await expect(page.chosen("Voiceover")).toHaveValue("");
});

test("no kind of failure is no fallback, and the page says what to do", async ({ person }) => {
  const page = await FallbackPage.from(person, "/settings");
  const text = page.section("Text");
  await page.chosen("Text").selectOption("gemini");
  for (const box of await text.getByRole("checkbox").all()) await box.uncheck();
  await page.save("Text");
  await expect(page.said).toContainText("Choose at least one kind of failure");
});
