// Every change of a setting can be taken back, the newest first; what somebody else has changed since
// stays as they left it.

import { expect, test } from "../fixtures/test";
import type { Person } from "../pages/person";
import { ProviderSettings } from "../pages/settings";

const ADDRESS = "https://film--image.modal.run/v1";

/** Waits until nothing is on its way, and takes back the last change: the one with this name. */
async function takeBack(settings: ProviderSettings, name: string): Promise<void> {
  await expect(settings.undo).toHaveAccessibleName(`Undo: ${name}`);
  await settings.undo.click();
}

/** One change of each kind, in this order. */
async function changeEverything(settings: ProviderSettings): Promise<void> {
  await settings.choose("Image", "gemini");
  await settings.model("Image").selectOption("gemini-3-pro-image");
  await settings.saved();
  await settings.parameter("Image resolution").selectOption("4K");
  await settings.saved();
  await settings.endpoint("Modal image endpoint").fill(ADDRESS);
  await settings.saved();
}

async function takeEverythingBack(settings: ProviderSettings): Promise<void> {
  await takeBack(settings, "Modal image endpoint");
  await expect(settings.endpoint("Modal image endpoint")).toHaveValue("");
  await takeBack(settings, "Image resolution");
  await expect(settings.parameter("Image resolution")).toHaveValue("");
  await takeBack(settings, "Image model of Google Gemini");
  await expect(settings.model("Image")).toHaveValue("");
  await takeBack(settings, "Image provider");
  await expect(settings.provider("Image")).toHaveValue("");
  await expect(settings.undo).toHaveAccessibleName("Undo: nothing to take back");
  await expect(settings.undo).toBeDisabled();
}

async function holdsNothing(person: Person, path: string): Promise<void> {
  await expect
    .poll(async () => {
      const { operations, endpoints } = await person.api.get<{
        operations: Record<string, { provider?: string; models?: object; parameters?: object }>;
        endpoints: object;
      }>(path);
      return [operations.image ?? {}, endpoints];
    })
    .toEqual([{ provider: null, models: {} }, {}]);
}

test("every kind of change is taken back, several in a row", async ({ person }) => {
  const settings = await ProviderSettings.open(person);
  await expect(settings.undo).toHaveCount(0);
  await changeEverything(settings);
  await settings.ownKeysFirst.check();
  await settings.saved();
  await takeBack(settings, "Use my own keys first");
  await expect(settings.ownKeysFirst).not.toBeChecked();
  await takeEverythingBack(settings);
  await holdsNothing(person, "/settings");
});

test("every kind of change in a project is taken back", async ({ person }) => {
  const { id } = await person.api.createProject("Undone");
  const settings = await ProviderSettings.ofProject(person, id);
  await changeEverything(settings);
  await takeEverythingBack(settings);
  await holdsNothing(person, `/projects/${id}/settings`);
});

test("one field goes back step by step, by keyboard", async ({ person }) => {
  const settings = await ProviderSettings.open(person);
  for (const provider of ["gemini", "kie", "nano-banana"]) await settings.choose("Image", provider);
  await expect(settings.undo).toHaveAccessibleName("Undo: Image provider");
  await settings.undo.focus();
  for (const before of ["kie", "gemini", ""]) {
    await expect(settings.undo).toBeEnabled();
    await person.page.keyboard.press("Enter");
    await expect(settings.provider("Image")).toHaveValue(before);
    await expect(settings.undo).toBeFocused();
  }
  await expect(settings.undo).toBeDisabled();
  await expect
    .poll(async () => (await person.api.settings()).operations.image?.provider)
    .toBeNull();
});

test("what was changed elsewhere since is not taken back", async ({ person }) => {
  const settings = await ProviderSettings.open(person);
  await settings.choose("TTS", "elevenlabs");
  await settings.choose("Image", "gemini");
  const other = await ProviderSettings.open(await person.anotherTab());
  await other.choose("Image", "kie");
  await expect(settings.provider("Image")).toHaveValue("kie");
  // The newest change that still stands is the one before.
  await takeBack(settings, "TTS provider");
  await expect(settings.provider("TTS")).toHaveValue("");
  await expect(settings.provider("Image")).toHaveValue("kie");
  await expect(settings.undo).toBeDisabled();
});

test("an undo without a connection waits like any change", async ({ person, watch }) => {
  watch.expect(/net::ERR_INTERNET_DISCONNECTED/);
  const settings = await ProviderSettings.open(person);
  await settings.choose("Image", "gemini");
  await person.page.context().setOffline(true);
  await takeBack(settings, "Image provider");
  await expect(settings.status("Offline. Will be saved on return.")).toBeVisible();
  await expect(settings.provider("Image")).toHaveValue("");
  await person.page.context().setOffline(false);
  await settings.saved();
  await expect(settings.provider("Image")).toHaveValue("");
  expect((await person.api.settings()).operations.image?.provider).toBeNull();
});
