import { readFileSync } from "node:fs";
import { expect, test } from "../fixtures/test";
import { answered } from "../fixtures/watch";
import { Account } from "../pages/account";
import type { Person } from "../pages/person";
import { ProviderSettings } from "../pages/settings";

const KEY = "sandbox-transfer-0123456789abcdef";

/** Downloads the settings of the page that is open. */
async function exported(person: Person): Promise<{ name: string; text: string }> {
  const started = person.page.waitForEvent("download");
  await person.page.getByRole("link", { name: "Export settings" }).click();
  const download = await started;
  return {
    name: download.suggestedFilename(),
    text: readFileSync(await download.path(), "utf8"),
  };
}

async function pick(person: Person, text: string): Promise<void> {
  await person.page.getByLabel("Import settings").setInputFiles({
    name: "settings.json",
    mimeType: "application/json",
    buffer: Buffer.from(text),
  });
}

function preview(person: Person) {
  return person.page.getByRole("table", { name: "What the import would change" });
}

test("settings go to another account by a file, without keys", async ({ person, somebody }) => {
  const settings = await ProviderSettings.open(person);
  await settings.choose("LLM", "openrouter");
  await settings.giveKey("OpenRouter", KEY);
  await settings.choose("TTS", "elevenlabs");
  const { name, text } = await exported(person);
  expect(name).toBe("film-generator-settings.json");
  expect(text).not.toContain(KEY);
  expect(text).not.toContain(KEY.slice(-4));
  expect(JSON.parse(text)).toEqual({
    format: "film-generator-settings",
    version: 1,
    operations: { llm: { provider: "openrouter" }, tts: { provider: "elevenlabs" } },
    endpoints: {},
    preferences: {},
  });

  const other = await somebody();
  await new Account(other).signUp();
  const theirs = await ProviderSettings.open(other);
  await pick(other, text);
  const rows = preview(other).getByRole("row");
  await expect(rows).toHaveText([
    /Setting.*Now.*After/,
    /LLM provider.*Automatic.*OpenRouter/,
    /TTS provider.*Automatic.*ElevenLabs/,
  ]);
  expect((await other.api.settings()).version).toBe(0);

  await other.page.getByRole("button", { name: "Apply 2 changes" }).click();
  await expect(other.page.getByText("2 changes applied.")).toBeVisible();
  await expect(theirs.provider("LLM")).toHaveValue("openrouter");
  await expect(theirs.provider("TTS")).toHaveValue("elevenlabs");
  const { operations } = await other.api.settings();
  expect([operations.llm?.provider, operations.tts?.provider]).toEqual(["openrouter", "elevenlabs"]);

  await pick(other, text);
  await expect(other.page.getByText(/Nothing would change/)).toBeVisible();
});

test("a preview that is out of date overwrites nothing", async ({ person, watch }) => {
  watch.expect(answered(409));
  const settings = await ProviderSettings.open(person);
  const text = JSON.stringify({
    format: "film-generator-settings",
    version: 1,
    operations: { image: { provider: "kie" }, tts: { provider: "elevenlabs" } },
  });
  await pick(person, text);
  await expect(preview(person)).toBeVisible();
  const changed = await person.api.send("PATCH", "/settings", {
    operations: { tts: { provider: "openai" } },
  });
  expect(changed.status()).toBe(200);

  await person.page.getByRole("button", { name: "Apply 2 changes" }).click();
  await expect(person.page.getByText(/Nothing was saved/)).toBeVisible();
  const { operations } = await person.api.settings();
  expect([operations.image?.provider, operations.tts?.provider]).toEqual([null, "openai"]);

  await person.page.getByRole("button", { name: "Preview again" }).click();
  await expect(preview(person)).toContainText("OpenAI");
  await person.page.getByRole("button", { name: "Apply 2 changes" }).click();
  await expect(settings.provider("TTS")).toHaveValue("elevenlabs");
});

test("what cannot be set is left out, and a file with a key is not read", async ({ person, watch }) => {
  watch.expect(answered(422));
  await ProviderSettings.open(person);
  const file = { format: "film-generator-settings", version: 1 };
  await pick(
    person,
    JSON.stringify({
      ...file,
      operations: { image: { provider: "kie", models: { gemini: "gone" } } },
      endpoints: { image: "http://me--film.modal.run" },
    }),
  );
  await expect(preview(person).getByText(/Left out/)).toHaveCount(2);
  await expect(person.page.getByRole("button", { name: "Apply 1 change", exact: true })).toBeVisible();
  await person.page.getByRole("button", { name: "Discard" }).click();
  await expect(preview(person)).toHaveCount(0);

  await pick(person, JSON.stringify({ ...file, keys: { kie: KEY } }));
  await expect(person.page.getByText(/contains “keys”/)).toBeVisible();
  await expect(person.page.getByRole("button", { name: "Preview again" })).toHaveCount(0);
  await pick(person, " ".repeat(300_000));
  await expect(person.page.getByText(/larger than 256 KiB/)).toBeVisible();
  expect((await person.api.settings()).version).toBe(0);
});

test("a project's settings have a file of their own", async ({ person }) => {
  const project = await person.api.createProject("Harbour Lights");
  const patch = { operations: { image: { provider: "kie" } } };
  const path = `/projects/${project.id}/settings`;
  expect((await person.api.send("PATCH", path, patch)).status()).toBe(200);
  await person.open(path);
  const { name, text } = await exported(person);
  expect(name).toBe("film-generator-settings-harbour-lights.json");
  expect(JSON.parse(text).operations).toEqual(patch.operations);
});
