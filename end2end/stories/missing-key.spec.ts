import { expect, test } from "../fixtures/test";
import { ProjectPage, isDrawn } from "../pages/project";
import { ProviderModal } from "../pages/settings";

test("a generation without a key asks for it and then goes on by itself", async ({ person }) => {
  const project = await ProjectPage.create(person, "No key yet");
  await project.show("Scenes");
  await project.prompt.fill("A boat in the fog.");
  await project.generate.click();

  const modal = new ProviderModal(person);
  await expect(modal.dialog).toBeVisible();
  await expect(modal.tab("Image")).toHaveAttribute("aria-selected", "true");
  await expect(modal.dialog.getByText(/API key/).first()).toBeVisible();
  expect(await person.api.generations()).toEqual([]);

  await modal.key("Google Gemini").fill("sandbox-missing-0123456789abcdef");

  const confirmation = project.confirmation("Scenes");
  await expect(confirmation.dialog).toBeVisible();
  await expect(modal.dialog).toBeHidden();
  await expect(confirmation.row("Provider")).toContainText("Google Gemini");
  await confirmation.confirm();
  await isDrawn(project.picture.first());
});

test("closing the modal without a key leaves everything as it was", async ({ person }) => {
  const project = await ProjectPage.create(person, "Not now");
  await project.show("Story");
  await project.prompt.fill("A story for later.");
  await project.generate.click();
  const modal = new ProviderModal(person);
  await expect(modal.tab("LLM")).toHaveAttribute("aria-selected", "true");
  await person.page.keyboard.press("Escape");
  await expect(modal.dialog).toBeHidden();
  await expect(project.prompt).toHaveValue("A story for later.");
  await expect(project.generate).toBeFocused();
  expect(await person.api.generations()).toEqual([]);
});

test("Configure providers opens the same settings as a view", async ({ person }) => {
  const project = await ProjectPage.create(person, "Configured here");
  await project.configure.click();
  const modal = new ProviderModal(person);
  await expect(modal.tab("All")).toBeVisible();
  await modal.tab("Voice").click();
  await modal.choose("TTS", "elevenlabs");
  await modal.giveKey("ElevenLabs", "sandbox-modal-0123456789abcdef");
  await modal.done.click();
  await expect(modal.dialog).toBeHidden();
  await expect(project.configure).toBeFocused();
  const settings = await person.api.settings();
  expect(settings.operations.tts?.provider).toBe("elevenlabs");
  expect(settings.keys?.elevenlabs?.last4).toBe("cdef");
});
