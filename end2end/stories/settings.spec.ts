import { answered, unreachable } from "../fixtures/watch";
import { withoutTests } from "../fixtures/api";
import { expect, test } from "../fixtures/test";
import { Person } from "../pages/person";
import { ProviderSettings } from "../pages/settings";

const KEY = "sandbox-settings-0123456789abcdef";

test("a provider and its key are saved by themselves and are still there after a reload", async ({
  person,
}) => {
  let settings = await ProviderSettings.open(person);
  await settings.choose("LLM", "openrouter");
  await settings.giveKey("OpenRouter", KEY);
  await expect(settings.configured("OpenRouter")).toHaveText("Configured ····cdef");

  await person.reload();
  settings = await ProviderSettings.open(person);
  await expect(settings.provider("LLM")).toHaveValue("openrouter");
  await expect(settings.configured("OpenRouter")).toHaveText("Configured ····cdef");

  const field = settings.key("OpenRouter");
  if ((await field.count()) === 0) await settings.button("OpenRouter", "Replace").click();
  await expect(field).toHaveValue("");
  expect(await person.page.content()).not.toContain(KEY);
});

test("each provider has its own key and each operation its own provider", async ({ person }) => {
  let settings = await ProviderSettings.open(person);
  await settings.choose("LLM", "openrouter");
  await settings.giveKey("OpenRouter", KEY);
  await settings.choose("TTS", "elevenlabs");
  await settings.giveKey("ElevenLabs", "sandbox-voices-0123456789ab9876");

  await person.reload();
  settings = await ProviderSettings.open(person);
  await expect(settings.provider("LLM")).toHaveValue("openrouter");
  await expect(settings.configured("OpenRouter")).toHaveText("Configured ····cdef");
  await expect(settings.provider("TTS")).toHaveValue("elevenlabs");
  await expect(settings.configured("ElevenLabs")).toHaveText("Configured ····9876");
});

test("every provider of an operation can be chosen", async ({ person }) => {
  const settings = await ProviderSettings.open(person);
  const serving = {
    LLM: ["openrouter", "claude", "claude-cli", "gemini", "modal", "kie"],
    Image: ["gemini", "nano-banana", "kie", "modal", "modal-edit"],
    Video: ["kie", "modal"],
    TTS: ["gemini", "elevenlabs", "openai", "kie", "modal"],
    Music: ["piapi", "suno", "kie", "modal"],
  } as const;
  for (const [operation, ids] of Object.entries(serving)) {
    const select = settings.provider(operation as keyof typeof serving);
    const values = await select
      .locator("option:not([disabled])")
      .evaluateAll((options) => options.map((option) => (option as HTMLOptionElement).value));
    expect(values).toEqual(["", ...ids]);
  }
});

test("a model is remembered per provider", async ({ person }) => {
  const settings = await ProviderSettings.open(person);
  await settings.choose("TTS", "gemini");
  const models = settings.model("TTS").locator("option:not([disabled])");
  const other = await models.last().getAttribute("value");
  await settings.model("TTS").selectOption(other);
  await settings.saved();
  await settings.choose("TTS", "elevenlabs");
  await expect(settings.model("TTS")).not.toHaveValue(other ?? "");
  await settings.choose("TTS", "gemini");
  await expect(settings.model("TTS")).toHaveValue(other ?? "");
});

test("a key can be removed", async ({ person }) => {
  const settings = await ProviderSettings.open(person);
  await settings.choose("LLM", "openrouter");
  await settings.giveKey("OpenRouter", KEY);
  await settings.button("OpenRouter", "Remove").click();
  await expect(settings.configured("OpenRouter")).toHaveCount(0);
  await expect(settings.key("OpenRouter")).toHaveValue("");
  await expect.poll(async () => (await person.api.settings()).keys?.openrouter).toBeUndefined();
});

test("a key that was removed or replaced comes back with Undo", async ({ person }) => {
  const settings = await ProviderSettings.open(person);
  await settings.choose("LLM", "openrouter");
  await settings.giveKey("OpenRouter", KEY);
  await expect(settings.button("OpenRouter", "Undo")).toHaveCount(0);

  await settings.button("OpenRouter", "Remove").click();
  await expect(settings.button("OpenRouter", "Undo")).toBeFocused();
  await person.page.keyboard.press("Enter");
  await expect(settings.configured("OpenRouter")).toHaveText("Configured ····cdef");
  await expect(settings.button("OpenRouter", "Undo")).toHaveCount(0);

  await settings.button("OpenRouter", "Replace").click();
  await settings.giveKey("OpenRouter", "sandbox-another-0123456789abc123");
  await expect(settings.configured("OpenRouter")).toHaveText("Configured ····c123");
  const undo = settings.button("OpenRouter", "Undo");
  await expect(undo).toHaveAccessibleDescription("OpenRouter API key");
  await undo.click();
  await expect(settings.configured("OpenRouter")).toHaveText("Configured ····cdef");
});

test("the mask of a stored key is refused as a key", async ({ person, watch }) => {
  watch.expect(answered(422, 500));
  const settings = await ProviderSettings.open(person);
  await settings.choose("LLM", "openrouter");
  await settings.giveKey("OpenRouter", KEY);
  const before = (await person.api.settings()).keys?.openrouter;

  await settings.button("OpenRouter", "Replace").click();
  await settings.key("OpenRouter").fill("Configured ····cdef");
  await settings.key("OpenRouter").press("Enter");
  await expect(settings.keyGroup("OpenRouter").getByText(/masked form of a stored key/)).toBeVisible();
  expect((await person.api.settings()).keys?.openrouter).toEqual(before);
});

test("half a key is not saved while it is typed", async ({ person }) => {
  const settings = await ProviderSettings.open(person);
  await settings.choose("LLM", "openrouter");
  const asked: string[] = [];
  person.page.on("request", (request) => {
    if (request.method() === "POST") asked.push(request.url());
  });
  await settings.key("OpenRouter").pressSequentially("sk-or-");
  // A complete key is saved 500 ms after the last key stroke; the model's write proves that this
  // time has passed.
  const models = settings.model("LLM").locator("option:not([disabled])");
  await settings.model("LLM").selectOption(await models.last().getAttribute("value"));
  await settings.saved();
  expect(asked.filter((url) => url.includes("key"))).toEqual([]);
  expect((await person.api.settings()).keys?.openrouter).toBeUndefined();
});

test("Save failed while the server is away, and Retry saves once it is back", async ({
  person,
  server,
  watch,
}) => {
  watch.expect(unreachable);
  const settings = await ProviderSettings.open(person);
  await settings.choose("LLM", "openrouter");
  await settings.choose("LLM", "gemini");

  await server.stop();
  await settings.provider("LLM").selectOption("openrouter");
  await expect(settings.status("Save failed")).toBeVisible();
  await expect(settings.provider("LLM")).toHaveValue("gemini");

  await server.resume();
  await settings.retry.click();
  await settings.saved();
  await expect(settings.provider("LLM")).toHaveValue("openrouter");
  expect((await person.api.settings()).operations.llm?.provider).toBe("openrouter");
});

test("a key that was typed while the server was away is saved by Retry", async ({
  person,
  server,
  watch,
}) => {
  watch.expect(unreachable);
  const settings = await ProviderSettings.open(person);
  await settings.choose("LLM", "openrouter");
  await server.stop();
  await settings.key("OpenRouter").fill(KEY);
  await expect(settings.status("Save failed")).toBeVisible();
  await server.resume();
  await settings.retry.click();
  await expect(settings.configured("OpenRouter")).toHaveText("Configured ····cdef");
});

test("an edit is not lost when the page is left at once", async ({ person }) => {
  let settings = await ProviderSettings.open(person);
  await settings.choose("LLM", "openrouter");
  await settings.key("OpenRouter").fill(KEY);
  await person.follow("Projects");
  await expect.poll(async () => (await person.api.settings()).keys?.openrouter?.last4).toBe("cdef");

  settings = await ProviderSettings.open(person);
  await settings.provider("LLM").selectOption("gemini");
  await person.page.goto("about:blank");
  await expect
    .poll(async () => (await person.api.settings()).operations.llm?.provider)
    .toBe("gemini");
});

test("two tabs that change different fields both win", async ({ person }) => {
  const first = await ProviderSettings.open(person);
  const other = new Person(await person.page.context().newPage(), person.origin);
  const second = await ProviderSettings.open(other);
  await first.choose("LLM", "gemini");
  await second.choose("TTS", "elevenlabs");
  const { operations } = await person.api.settings();
  expect([operations.llm?.provider, operations.tts?.provider]).toEqual(["gemini", "elevenlabs"]);
});

test("Test tells about a key without changing anything", async ({ person }) => {
  const settings = await ProviderSettings.open(person);
  await settings.choose("LLM", "openrouter");
  await settings.giveKey("OpenRouter", KEY);
  const before = await person.api.settings();
  await settings.button("OpenRouter", "Test").click();
  const report = settings.keyGroup("OpenRouter");
  await expect(report.getByText(/accepts|accepted|works|valid/i).first()).toBeVisible();
  const after = await person.api.settings();
  expect(after.keys?.openrouter?.tested?.report).toBeDefined();
  expect(withoutTests(after)).toEqual(before);
});

test("another model says what it costs instead of the inherited one", async ({ person }) => {
  const settings = await ProviderSettings.open(person);
  await settings.model("Image").selectOption({ label: "Nano Banana (Gemini 2.5 Flash Image) — 7.8 credits per image" });
  await settings.saved();
  await expect(person.page.getByText("A typical image costs 7.8 credits instead of 20 credits.")).toBeVisible();
});
