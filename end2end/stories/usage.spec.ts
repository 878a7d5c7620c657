import { expect, test } from "../fixtures/test";

test("what was generated is on the Usage page, however one comes to it", async ({ person }) => {
  await person.api.putKey("openrouter", "sandbox-usage-0123456789abcdef");
  await person.api.generate({
    operation: "llm",
    provider: "openrouter",
    input: { prompt: "A lighthouse in the rain." },
  });
  await person.open("/projects");

  await person.follow("Usage");
  const latest = person.page.getByRole("table", { name: "Latest" });
  await expect(latest.getByRole("row")).toHaveCount(2);
  await expect(latest).toContainText("OpenRouter");

  // The server alone fills that page: coming back to it asks the server again.
  await person.hydrated();
  await person.follow("Projects");
  await expect(person.page.getByRole("heading", { name: "Projects" })).toBeVisible();
  await person.page.goBack();
  await expect(latest).toContainText("OpenRouter");
});

test("nothing generated is said, not left blank", async ({ person }) => {
  await person.open("/usage");
  await expect(person.page.getByText("Nothing has been generated yet.")).toBeVisible();
});
