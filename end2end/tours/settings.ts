// Settings in every state that a save, a key and a search can be in.

import { expect } from "../fixtures/test";
import { answered, unreachable } from "../fixtures/watch";
import { FallbackPage } from "../pages/fallback";
import type { Person } from "../pages/person";
import { ProviderSettings } from "../pages/settings";
import { REFUSED, type Scene, equip, held } from "./tour";

const PATCH = "**/fn/settings_patch";

/** Chooses the last model that is listed; it is not the one in use. */
async function otherModel(settings: ProviderSettings): Promise<void> {
  const models = settings.model("Image").locator("option:not([disabled])");
  await settings.model("Image").selectOption(await models.last().getAttribute("value"));
}

export async function settings(scene: Scene): Promise<void> {
  const { person, look } = scene;
  await ProviderSettings.open(person);
  await look(person, "settings-fresh");
  await person.open("/projects");
  const release = await held(person.page, "**/fn/settings_open");
  await person.follow("Settings");
  await expect(person.page.locator(".skeleton").first()).toBeVisible();
  await look(person, "settings-loading");
  release();

  await equip(person, "openrouter", "gemini", "kie");
  await person.api.putKey("elevenlabs", REFUSED);
  const set = (operations: unknown) => person.api.send("PATCH", "/settings", { operations });
  expect((await set({ image: { provider: "kie" } })).ok()).toBe(true);
  expect(
    (await set({ image: { provider: "gemini" }, tts: { provider: "elevenlabs" } })).ok(),
  ).toBe(true);
  const refused = await person.api.request({ operation: "tts", input: { text: "Hello." } });
  await person.api.reaches(refused.id, "failed");
  await person.api.generate({ operation: "image", input: { prompt: "A gull." } });

  const page = await ProviderSettings.open(person);
  await look(person, "settings");
  await look(person, "settings-key-refused", page.keyGroup("ElevenLabs"));
  await saves(scene, page);
  await opened(person, page, look);
  await ofProject(person, look);
  await FallbackPage.from(person, "/settings");
  await look(person, "fallback");
}

/** The indicator and the notes, from a save that is under way to one that is in conflict. */
async function saves({ person, watch, look }: Scene, page: ProviderSettings): Promise<void> {
  watch.expect(answered(409, 500), unreachable);
  const at = person.page.locator("#image");
  let release = await held(person.page, PATCH);
  await otherModel(page);
  await expect(page.status("Saving…")).toBeVisible();
  await look(person, "settings-saving", at);
  release();
  await page.saved();
  await look(person, "settings-saved", at);

  await person.page.route(PATCH, (route) => route.fulfill({ status: 500 }));
  await page.model("Image").selectOption("");
  await expect(page.status("Save failed")).toBeVisible();
  await look(person, "settings-save-failed", at);
  await person.page.unroute(PATCH);
  await page.retry.click();
  await page.saved();

  await person.page.context().setOffline(true);
  await otherModel(page);
  await expect(person.page.getByText("Offline. Will be saved on return.")).toBeVisible();
  await look(person, "settings-offline", at);
  await person.page.context().setOffline(false);
  await page.saved();

  release = await held(person.page, PATCH);
  await page.provider("Image").selectOption("kie");
  await expect(page.status("Saving…")).toBeVisible();
  const theirs = { operations: { image: { provider: "nano-banana" } } };
  expect((await person.api.send("PATCH", "/settings", theirs)).ok()).toBe(true);
  release();
  const mine = person.page.getByRole("button", { name: "Keep mine" });
  await expect(mine).toBeVisible();
  await look(person, "settings-conflict", at);
  await mine.click();
  await page.saved();
}

/** What is folded away, or comes on demand. */
async function opened(
  person: Person,
  page: ProviderSettings,
  look: Scene["look"],
): Promise<void> {
  const main = person.page.getByRole("main");
  await page.button("KIE.ai", "Test").click();
  await expect(page.keyGroup("KIE.ai").getByText(/^Tested/)).toBeVisible();
  await look(person, "settings-key-tested", page.keyGroup("KIE.ai"));
  await page.button("KIE.ai", "Replace").click();
  await look(person, "settings-key-replacing", page.keyGroup("KIE.ai"));
  await page.keyGroup("KIE.ai").getByRole("button", { name: "Keep the stored key" }).click();

  const history = page.history("Image provider");
  await history.open();
  await expect(history.lines.first()).toBeVisible();
  await look(person, "settings-history", person.page.locator("#image"));
  await history.summary.click();
  const why = person.page.locator("#image .why");
  await why.locator("summary").click();
  await expect(why.getByRole("listitem").first()).toBeVisible();
  await look(person, "settings-why", why);

  await main.getByText("Paste a whole .env file").click();
  await main.getByLabel(/^Lines such as/).fill(
    "OPENAI_API_KEY=sandbox-gallery-0123\nPIAPI_API_KEY=\nEDITOR=vi",
  );
  await expect(main.getByRole("button", { name: "Store 1 value" })).toBeVisible();
  await look(person, "settings-env-file", main.locator(".env-paste"));
  await main.getByRole("button", { name: "Throw away" }).click();

  await main.getByLabel("Import settings").setInputFiles({
    name: "settings.json",
    mimeType: "application/json",
    buffer: Buffer.from(
      JSON.stringify({
        format: "film-generator-settings",
        version: 1,
        operations: {
          image: { provider: "gemini", models: { gemini: "gone" } },
          music: { provider: "suno" },
        },
      }),
    ),
  });
  await expect(main.getByRole("table", { name: "What the import would change" })).toBeVisible();
  await look(person, "settings-import", main.locator("#transfer"));
  await main.getByLabel("Search settings").fill("gem");
  await expect(main.getByRole("search").getByRole("listitem").first()).toBeVisible();
  await look(person, "settings-search", main.getByRole("heading", { name: "Settings", level: 1 }));
}

async function ofProject(person: Person, look: Scene["look"]): Promise<void> {
  const { id } = await person.api.createProject("The lighthouse keeper");
  const path = `/projects/${id}/settings`;
  await person.open(path);
  await expect(person.page.getByRole("heading", { name: "Model Configuration" })).toBeVisible();
  await look(person, "project-settings");
  const own = { operations: { llm: { provider: "claude" }, image: { provider: "modal" } } };
  expect((await person.api.send("PATCH", path, own)).ok()).toBe(true);
  await person.reload();
  await look(person, "project-settings-overridden");
}
