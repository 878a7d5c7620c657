import { expect, test } from "../fixtures/test";
import { answered } from "../fixtures/watch";
import { ProviderSettings } from "../pages/settings";

const PATH = "/settings/history?field=operations.image.provider";

interface Changed {
  readonly version: number;
  readonly by_me: boolean;
  readonly from: string | null;
  readonly to: string | null;
}

test("an old value is found in the history and put back", async ({ person }) => {
  const settings = await ProviderSettings.open(person);
  await settings.choose("Image", "gemini");
  await settings.choose("Image", "kie");

  const history = settings.history("Image provider");
  await history.open();
  await expect(history.lines).toHaveCount(2);
  await expect(history.lines.first()).toContainText("You · Google Gemini → KIE.ai");
  await expect(history.lines.last()).toContainText("You · Automatic → Google Gemini");
  await expect(history.lines.first().getByRole("button")).toHaveCount(0);

  await history.restore("Google Gemini").click();
  await expect(settings.provider("Image")).toHaveValue("gemini");
  await settings.saved();
  await expect(history.lines).toHaveCount(3);
  await expect(history.lines.first()).toContainText("KIE.ai → Google Gemini");
  await expect(history.summary).toBeFocused();

  expect((await person.api.settings()).operations.image?.provider).toBe("gemini");
  const { data } = await person.api.get<{ data: Changed[] }>(PATH);
  expect(data.map(({ version, by_me, from, to }) => [version, by_me, from, to])).toEqual([
    [3, true, "kie", "gemini"],
    [2, true, "gemini", "kie"],
    [1, true, null, "gemini"],
  ]);
});

test("a field that never changed says so", async ({ person }) => {
  const settings = await ProviderSettings.open(person);
  const history = settings.history("Music provider");
  await history.open();
  await expect(history.group.getByText("Never changed.")).toBeVisible();
});

test("a history that cannot be loaded is asked for again", async ({ person, watch }) => {
  watch.expect(answered(500));
  const settings = await ProviderSettings.open(person);
  await settings.choose("Image", "kie");
  await person.page.route("**/fn/settings_history*", (route) => route.fulfill({ status: 500 }), {
    times: 1,
  });
  const history = settings.history("Image provider");
  await history.open();
  await expect(history.group.getByRole("alert")).toBeVisible();
  await history.group.getByRole("button", { name: "Retry" }).click();
  await expect(history.lines).toHaveCount(1);
});

test("a key tells what was done to it, and never which key it was", async ({ person }) => {
  const settings = await ProviderSettings.open(person);
  await settings.giveKey("OpenRouter", "sandbox-first-0123456789abcdef");
  await settings.button("OpenRouter", "Replace").click();
  await settings.giveKey("OpenRouter", "sandbox-second-0123456789abcdef");

  const history = settings.history("OpenRouter API key");
  await history.open();
  await expect(history.lines).toHaveCount(2);
  await expect(history.lines.first()).toContainText("You · replaced");
  await expect(history.lines.last()).toContainText("You · stored");
  await expect(history.group.getByRole("button")).toHaveCount(0);

  await settings.button("OpenRouter", "Undo").click();
  await expect(history.lines.first()).toContainText("You · brought back");
  await expect(history.group).not.toContainText("sandbox-");
});
