import { withoutTests } from "../fixtures/api";
import { expect, test } from "../fixtures/test";
import { ProjectPage } from "../pages/project";
import { ProviderSettings } from "../pages/settings";

const WRONG = "sk-or-v1-0000000000000000000000000000000000000000000000000000000000000bad";

test("a wrong key gives the provider's error in our words and changes nothing stored", async ({
  person,
}) => {
  await person.api.putKey("openrouter", WRONG);
  const before = await person.api.settings();

  const project = await ProjectPage.create(person, "Wrong key");
  const confirmation = await project.ask("Story", "A story behind a locked door.");
  await confirmation.confirm();
  await expect(
    person.page.getByText(
      "OpenRouter does not accept this API key. Replace the key in Settings, or switch to another provider.",
    ),
  ).toBeVisible({ timeout: 30_000 });

  const [failed] = await person.api.generations();
  expect(failed).toMatchObject({ status: "failed", error: { code: "PROVIDER_ERROR", reason: "bad_key" } });
  expect(withoutTests(await person.api.settings())).toEqual(before);

  const settings = await ProviderSettings.open(person);
  await expect(
    settings.keyGroup("OpenRouter").getByText(/^OpenRouter refused this key on .* Replace the key\.$/),
  ).toBeVisible();
});

test("Test says that the provider refuses a key", async ({ person }) => {
  await person.api.putKey("openrouter", WRONG);
  const before = await person.api.settings();
  const settings = await ProviderSettings.open(person);
  await settings.button("OpenRouter", "Test").click();
  await expect(settings.keyGroup("OpenRouter").getByText(/does not accept/)).toBeVisible();
  expect(withoutTests(await person.api.settings())).toEqual(before);
});

test("a test over the API of a typed key leaves the stored one in place", async ({ person }) => {
  await person.api.putKey("openrouter", "sandbox-good-0123456789abcdef");
  const before = await person.api.settings();
  const response = await person.api.send("POST", "/keys/openrouter/test", { key: WRONG });
  expect(response.status()).toBe(200);
  const report = (await response.json()) as Record<string, { result: string; message: string }>;
  expect(report.auth?.result).toBe("failed");
  expect(Object.keys(report).sort()).toEqual(["auth", "format", "host", "models", "quota"]);
  expect(JSON.stringify(report)).not.toContain(WRONG);
  expect(await person.api.settings()).toEqual(before);
});
