import { expect, test } from "../fixtures/test";
import { PlanPage } from "../pages/plan";
import { ProjectPage } from "../pages/project";

const KEY = "sandbox-plan-0123456789abcdef";

test("a film is planned, priced without a request, cured and made as one batch", async ({
  person,
}) => {
  await person.api.patchSettings({
    operations: { image: { provider: "gemini" }, video: { provider: "kie" } },
  });
  const film = await ProjectPage.create(person, "The planned film");
  await person.page.getByRole("link", { name: "Plan", exact: true }).click();
  const plan = await PlanPage.at(person);
  await person.hydrated();
  await expect(person.page.getByText("Nothing is planned yet.")).toBeVisible();

  await plan.add("Scenes", "A harbour at dusk");
  await plan.add("Scenes", "[sandbox:blocked] A storm");
  await plan.add("Videos", "The tide comes in", "No. 1: A harbour at dusk");
  await expect(plan.item("The tide comes in")).toContainText("With the picture of no. 1.");

  // Without keys nothing can be started, and each item says what helps.
  await expect(plan.start).toHaveCount(0);
  const cure = plan.item("A storm").getByRole("link", { name: "Give a key for Google Gemini" });
  await expect(cure).toHaveAttribute("href", "/settings#image");
  await person.api.putKey("gemini", KEY);
  await person.api.putKey("kie", KEY);
  await person.reload();
  await expect(cure).toHaveCount(0);
  await expect(plan.totals.getByRole("row", { name: /^Everything 3/ })).toBeVisible();
  await expect(plan.totals.getByRole("row", { name: /^KIE\.ai 1/ })).toBeVisible();
  await expect(plan.totals).toContainText("Paid by: You, with your own key");

  await expect(plan.start).toHaveText(/^Start 3 items for up to [\d.]+ credits/);
  await plan.press(/^Start 3 items/);
  await expect(plan.batch.getByRole("progressbar")).toBeVisible();
  // The page tells by itself how far it is.
  await expect(plan.batch.getByRole("status")).toHaveText(
    "Finished: 2 of 3 done, 1 did not work.",
    { timeout: 60_000 },
  );
  await expect(plan.item("A storm")).toContainText("blocked this content");
  await expect(plan.item("The tide comes in")).toContainText("Done");
  await expect(plan.button(/^Retry 1 item for up to/)).toBeVisible();

  await plan.item("The tide comes in").getByRole("link", { name: "Open its step" }).click();
  await expect(film.results.getByText("Done")).toBeVisible();
});

test("a batch is paused, goes on and is cancelled, and what was typed meanwhile stays", async ({
  person,
}) => {
  await person.api.patchSettings({ operations: { image: { provider: "gemini" } } });
  await person.api.putKey("gemini", "sandbox-slow-0123456789abcdef");
  const { id } = await person.api.createProject("Slow");
  const items = Array.from({ length: 14 }, (_, number) => ({
    step: "scenes",
    input: { prompt: `Scene ${number}` },
  }));
  await person.api.send("POST", `/projects/${id}/plan`, { items });
  const plan = await PlanPage.open(person, id);
  await plan.press(/^Start 14 items/);
  const status = plan.batch.getByRole("status");
  await expect(status).toContainText("0 of 14 done, 4 being made");
  await person.page.getByLabel("Prompt or text").fill("A thought that is not finished");
  await plan.button("Pause").focus();
  await expect(status).toContainText("4 of 14 done", { timeout: 20_000 });
  await expect(plan.button("Pause")).toBeFocused();
  await expect(person.page.getByLabel("Prompt or text")).toHaveValue(
    "A thought that is not finished",
  );
  await plan.press("Pause");
  await expect(status).toHaveText(/^Paused: .* waiting\.$/);
  await plan.press("Resume");
  await plan.press("Cancel batch");
  await expect(status).toContainText("Cancelled");
  await expect(plan.start).toBeVisible({ timeout: 30_000 });
});

test("what is written in a step goes into the plan instead of being made", async ({ person }) => {
  const film = await ProjectPage.create(person, "Later");
  await film.show("Scenes");
  const add = person.page.getByRole("button", { name: "Add to plan" });
  await add.click();
  await expect(person.page.getByText("Write something first.")).toBeVisible();
  await film.prompt.fill("A lamp that nobody lit");
  await add.click();
  await expect(person.page.getByText("It is in the plan.")).toBeVisible();
  const plan = await PlanPage.open(person, film.id);
  await expect(plan.item("A lamp that nobody lit")).toContainText("Scenes");
  expect(await person.api.generations()).toEqual([]);
  await plan.press("Remove no. 1 from the plan");
  await expect(person.page.getByText("Nothing is planned yet.")).toBeVisible();
});

test("a plan that has changed since it was shown is not started", async ({ person }) => {
  await person.api.patchSettings({ operations: { image: { provider: "gemini" } } });
  await person.api.putKey("gemini", KEY);
  const { id } = await person.api.createProject("Changing");
  const add = (prompt: string) =>
    person.api.send("POST", `/projects/${id}/plan`, { items: [{ step: "scenes", input: { prompt } }] });
  await add("One");
  const plan = await PlanPage.open(person, id);
  await add("Two");
  await plan.press(/^Start 1 item/);
  await expect(person.page.getByText(/is not what you saw any more/)).toBeVisible();
  await expect(plan.batch).toHaveCount(0);
  await expect(plan.start).toHaveText(/^Start 2 items/);
});
