// What a person does to get their providers right: find a model, ask for the newest list, put a key
// into the right place, use servers of their own, watch a text being written.

import { ProjectPage, type StepLabel } from "../pages/project";
import { ProviderSettings } from "../pages/settings";
import { expect, test } from "../fixtures/test";
import { answered } from "../fixtures/watch";

const KEY = "sandbox-abc-0123456789abcdef";
const STORY: StepLabel = "Story";

test("a text can be read while it is written", async ({ person }) => {
  await person.api.putKey("openrouter", KEY);
  const project = await ProjectPage.create(person, "A film");
  const confirmation = await project.ask(STORY, "A lighthouse keeper and her radio.");
  await confirmation.confirm();
  const live = project.results.locator(".prose.live");
  await expect(live).not.toBeEmpty();
  const early = (await live.textContent()) ?? "";
  const whole = project.results.locator(".prose:not(.live)");
  await expect(whole).toBeVisible();
  const text = (await whole.textContent()) ?? "";
  expect(text.length).toBeGreaterThanOrEqual(early.length);
  expect(text.startsWith(early.slice(0, 10))).toBe(true);
});

test("the models of a provider are searched as one types", async ({ person }) => {
  const settings = await ProviderSettings.open(person);
  await settings.choose("Image", "kie");
  const options = settings.model("Image").locator("option");
  const all = await options.count();
  expect(all).toBeGreaterThan(40);
  await person.page.getByLabel("Search by name (Image)").fill("nano pro");
  await expect(options.filter({ hasText: /nano banana pro/i }).first()).toBeAttached();
  expect(await options.count()).toBeLessThan(10);
  const found = await options.filter({ hasText: /nano banana pro/i }).first().getAttribute("value");
  await settings.model("Image").selectOption(found);
  await settings.saved();
  await person.page.getByLabel("Search by name (Image)").fill("");
  await expect(options).toHaveCount(all);
  await expect(settings.model("Image")).toHaveValue(found ?? "");
});

test("the newest list is fetched from the provider and its models can be chosen", async ({
  person,
}) => {
  let settings = await ProviderSettings.open(person);
  await settings.choose("LLM", "gemini");
  await settings.giveKey("Google Gemini", KEY);
  const before = await settings.model("LLM").locator("option").count();
  const card = person.page.locator("#llm");
  await card.getByText("About this list of models").click();
  await expect(card.getByText(/catalogue|own list/)).toBeVisible();
  await card.getByRole("button", { name: "Fetch the newest list of Google Gemini" }).click();
  await expect(card.getByText("Google Gemini's own list, fetched just now.")).toBeVisible();
  const options = settings.model("LLM").locator("option");
  await expect.poll(() => options.count()).toBeGreaterThan(before);
  const after = await options.count();
  await person.reload();
  settings = await ProviderSettings.open(person);
  await expect(settings.model("LLM").locator("option")).toHaveCount(after);
});

test("a list that cannot be fetched leaves the old one and says so", async ({ person }) => {
  const settings = await ProviderSettings.open(person);
  await settings.choose("LLM", "claude");
  await settings.giveKey("Claude", "sandbox-down-0123456789abcdef");
  const card = person.page.locator("#llm");
  await card.getByText("About this list of models").click();
  await card.getByRole("button", { name: "Fetch the newest list of Claude" }).click();
  await expect(card.getByText(/The models are shown as they were known before/)).toBeVisible();
  await expect(settings.model("LLM").locator("option").nth(3)).toBeAttached();
});

test("a model with an end date warns with the date", async ({ person }) => {
  const settings = await ProviderSettings.open(person);
  await settings.choose("TTS", "openai");
  await expect(person.page.locator("#tts").getByText(/2027-01-06/).first()).toBeVisible();
});

test("a key in the wrong field is offered to the right one", async ({ person }) => {
  const settings = await ProviderSettings.open(person);
  await settings.choose("LLM", "gemini");
  const key = `sk-or-v1-${"0123456789abcdef".repeat(4)}`;
  await settings.key("Google Gemini").fill(key);
  const group = settings.keyGroup("Google Gemini");
  await expect(group.getByText(/looks like a key of OpenRouter/)).toBeVisible();
  await settings.key("Google Gemini").blur();
  expect((await person.api.settings()).keys).toBeUndefined();
  await group.getByRole("button", { name: "Save it as the key of OpenRouter" }).click();
  await expect(settings.configured("OpenRouter")).toHaveText("Configured ····cdef");
  await expect(settings.key("Google Gemini")).toHaveValue("");
  expect(Object.keys((await person.api.settings()).keys ?? {})).toEqual(["openrouter"]);
});

test("a pasted .env file shows a plan before anything is stored", async ({ person }) => {
  const settings = await ProviderSettings.open(person);
  await settings.choose("LLM", "openrouter");
  const file = [
    "# keys",
    `OPENROUTER_API_KEY="${KEY}"`,
    `export KIE_API_KEY='sandbox-kie-0123456789ab1c96'`,
    "ELEVENLABS_API_KEY=sk-ant-api03-0123456789abcdef",
    "DATABASE_URL=postgres://somewhere",
  ].join("\n");
  await settings.key("OpenRouter").evaluate((field, text) => {
    const data = new DataTransfer();
    data.setData("text", text);
    field.dispatchEvent(
      new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }),
    );
  }, file);
  const plan = person.page.locator(".env-paste");
  await expect(plan.getByText("This would be stored, in place of what is there:")).toBeVisible();
  await expect(plan.getByRole("listitem")).toHaveCount(3);
  await expect(plan.getByText("This looks like a key of Claude.")).toBeVisible();
  await expect(plan.getByText("1 other line means nothing here.")).toBeVisible();
  expect((await person.api.settings()).keys).toBeUndefined();
  await plan.getByRole("button", { name: "Store 2 values" }).click();
  await expect(settings.configured("OpenRouter")).toHaveText("Configured ····cdef");
  await expect(settings.configured("KIE.ai")).toHaveText("Configured ····1c96");
  await expect(person.page.locator("#env-paste")).toHaveValue("");
});

test.describe("servers of one's own", () => {
  test.use({ providers: "process" });

  test("a protected Modal deployment is tested and used", async ({ person, sandbox, watch }) => {
    watch.expect(answered(422));
    const settings = await ProviderSettings.open(person);
    const { page } = person;
    await settings.choose("Image", "modal");
    const endpoint = page.getByLabel("Modal image endpoint", { exact: true });
    await endpoint.fill(`${sandbox.origin}/modal-protected/image`);
    await page.getByRole("button", { name: "Test the endpoints" }).click();
    await expect(page.locator("#key-modal-notes").getByText(/Modal image endpoint:/).first()).toBeVisible();

    await page.getByLabel("Modal proxy token key", { exact: true }).fill("ak-0123456789abcdef");
    await page.getByLabel("Modal proxy token secret", { exact: true }).fill("as-0123456789abcdef");
    await page.getByRole("button", { name: "Save token" }).click();
    await expect(page.locator("#key-modal-notes").getByText(/Modal account token/)).toBeVisible();

    await page.getByLabel("Modal proxy token key", { exact: true }).fill("wk-sandbox-0123456789ab");
    await page.getByLabel("Modal proxy token secret", { exact: true }).fill("ws-sandbox-0123456789ab");
    await page.getByRole("button", { name: "Save token" }).click();
    const group = page.locator(".key-field").filter({ hasText: "Modal proxy token" });
    await expect(group.getByText("Configured ····89ab")).toBeVisible();
    await group.getByRole("button", { name: "Test" }).click();
    await expect(group.getByText(/^Tested .* UTC$/)).toBeVisible();

    const made = await person.api.generate({
      operation: "image",
      provider: "modal",
      input: { prompt: "A harbour." },
    });
    expect(made.outputs[0]?.media_type).toBe("image/png");
    expect(made.resolution.payer).toBe("user");
  });
});

test("what a test found stays beside the key", async ({ person }) => {
  let settings = await ProviderSettings.open(person);
  await settings.choose("TTS", "elevenlabs");
  await settings.giveKey("ElevenLabs", KEY);
  await settings.button("ElevenLabs", "Test").click();
  await expect(settings.keyGroup("ElevenLabs").getByText(/^Tested .* UTC$/)).toBeVisible();
  await person.reload();
  settings = await ProviderSettings.open(person);
  const group = settings.keyGroup("ElevenLabs");
  await expect(group.getByText(/^Tested .* UTC$/)).toBeVisible();
  await expect(group.getByText(/accepts/)).toBeVisible();
});
