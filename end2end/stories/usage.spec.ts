import { readFileSync } from "node:fs";
import { expect, test } from "../fixtures/test";
import type { Person } from "../pages/person";
import { ProjectPage } from "../pages/project";
import { UsagePage } from "../pages/usage";

const KEY = "sandbox-usage-0123456789abcdef";

/** A text and a picture, made in a project. */
async function spend(person: Person): Promise<string> {
  for (const provider of ["openrouter", "gemini"]) await person.api.putKey(provider, KEY);
  const { id } = await person.api.createProject("=The lighthouse");
  const prompt = "A lighthouse in the rain.";
  for (const [operation, provider] of [
    ["llm", "openrouter"],
    ["image", "gemini"],
  ]) {
    await person.api.generate({ operation, provider, project_id: id, input: { prompt } });
  }
  return id;
}

test("what was spent is shown by day, operation, provider and project, and can be filtered", async ({
  person,
}) => {
  await spend(person);
  const usage = await UsagePage.open(person);
  await expect(usage.chart).toBeVisible();
  await expect(usage.table("By operation")).toContainText("Text");
  await expect(usage.table("By operation")).toContainText("Images");
  await expect(usage.table("By provider").getByRole("row")).toHaveCount(3);
  await expect(usage.table("By project")).toContainText("=The lighthouse");
  await expect(usage.table("By project")).toContainText("You, with your own key");

  await usage.show("Provider", "Google Gemini");
  await expect(person.page).toHaveURL(/provider=gemini/);
  await expect(usage.table("By provider").getByRole("row")).toHaveCount(2);
  await expect(usage.table("By operation")).not.toContainText("Text");
  await person.reload();
  await expect(usage.table("By provider").getByRole("row")).toHaveCount(2);
});

test("the file for spreadsheets holds the same and starts no formula", async ({ person }) => {
  await spend(person);
  const usage = await UsagePage.open(person);
  const [download] = await Promise.all([person.page.waitForEvent("download"), usage.csv.click()]);
  const text = readFileSync(await download.path(), "utf8");
  expect(text).toContain("openrouter");
  expect(text).toContain("gemini");
  expect(text).toContain("'=The lighthouse");
  for (const cell of text.split(/[\r\n,]+/)) expect(cell).not.toMatch(/^"?[=+@]/);
});

test("one comes back to the page and sees what it shows now", async ({ person }) => {
  await spend(person);
  await person.open("/projects");
  await person.follow("Usage");
  const usage = UsagePage.at(person);
  await expect(usage.table("Latest").getByRole("row")).toHaveCount(3);
  // The server alone fills that page: coming back to it asks the server again.
  await person.hydrated();
  await person.follow("Projects");
  await expect(person.page.getByRole("heading", { name: "Projects" })).toBeVisible();
  await person.page.goBack();
  await expect(usage.table("Latest").getByRole("row")).toHaveCount(3);
});

test("nothing generated is said, not left blank", async ({ person }) => {
  await UsagePage.open(person);
  await expect(person.page.getByText("Nothing has been generated yet.")).toBeVisible();
});

test("a budget stops what does not fit, says whose it is, and lets it through once it is gone", async ({
  person,
  watch,
}) => {
  watch.expect(/402/);
  await person.api.putKey("openrouter", KEY);
  const usage = await UsagePage.open(person);
  await usage.setBudget("0", "Each day");
  await expect(usage.budgets.getByRole("rowheader", { name: "Yours" })).toBeVisible();

  const project = await ProjectPage.create(person, "Too much");
  const confirmation = await project.ask("Story", "A long story.");
  const refusal = "Your daily budget does not cover this";
  await expect(confirmation.row("Estimated cost")).toContainText(refusal);
  await confirmation.generate.click();
  await expect(confirmation.dialog.getByRole("alert")).toContainText(refusal);
  await person.page.getByRole("link", { name: "See the budgets" }).click();
  await person.hydrated();

  await usage.removeBudget("Yours, Each day");
  const again = await ProjectPage.open(person, project.id);
  await (await again.ask("Story", "A long story.")).confirm();
  await expect(again.results.getByText("Done")).toBeVisible({ timeout: 20_000 });
});
