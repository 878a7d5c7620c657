// Without a network edits wait, in the browser and in their order, and are stored on return. A key
// never waits in the browser's storage. Nothing is lost while the server is away.

import type { Page, Route } from "@playwright/test";
import { expect, test } from "../fixtures/test";
import { answered, unreachable } from "../fixtures/watch";
import type { Person } from "../pages/person";
import { ProviderSettings } from "../pages/settings";

const KEY = "sandbox-offline-0123456789abcdef";
const ADDRESS = "https://film--image.modal.run/v1";
const ANOTHER = "https://film--other.modal.run/v1";
const OFFLINE = "Offline. Will be saved on return.";
const PATCH = "**/fn/settings_patch";

/** The fields in the order in which their saves reach the server. */
function sentFields(page: Page): string[] {
  const fields: string[] = [];
  page.on("requestfinished", (request) => {
    if (!request.url().endsWith("/fn/settings_patch")) return;
    const { changes } = request.postDataJSON() as { changes: { field: string }[] };
    fields.push(...changes.map(({ field }) => field));
  });
  return fields;
}

const ORDER = ["operations.tts.provider", "operations.llm.models.gemini", "endpoints.image"];

/** A provider, a model and an address, in the order `ORDER`. */
async function threeEdits(settings: ProviderSettings): Promise<void> {
  await settings.provider("TTS").selectOption("elevenlabs");
  await settings.model("LLM").selectOption("gemini-3.1-pro-preview");
  await settings.endpoint("Modal image endpoint").fill(ADDRESS);
}

async function showThem(settings: ProviderSettings): Promise<void> {
  await expect(settings.provider("TTS")).toHaveValue("elevenlabs");
  await expect(settings.model("LLM")).toHaveValue("gemini-3.1-pro-preview");
  await expect(settings.endpoint("Modal image endpoint")).toHaveValue(ADDRESS);
}

async function areStored(person: Person): Promise<void> {
  await expect
    .poll(() => person.api.settings())
    .toMatchObject({
      operations: {
        tts: { provider: "elevenlabs" },
        llm: { models: { gemini: "gemini-3.1-pro-preview" } },
      },
      endpoints: { image: ADDRESS },
    });
}

/** Settings with Gemini for texts, on a page that has just lost its network. */
async function cutOff(person: Person): Promise<ProviderSettings> {
  const settings = await ProviderSettings.open(person);
  await settings.choose("LLM", "gemini");
  await person.page.context().setOffline(true);
  return settings;
}

/** All that the browser keeps for this site, as text. */
async function kept(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const databases = await indexedDB.databases();
    const caches = await globalThis.caches.keys();
    return JSON.stringify([
      { ...localStorage },
      { ...sessionStorage },
      databases.map(({ name }) => name),
      caches,
      document.cookie,
      history.state,
      location.href,
    ]);
  });
}

test("edits without a network wait and are sent in their order on return", async ({
  person,
  watch,
}) => {
  watch.expect(unreachable);
  const settings = await cutOff(person);
  const sent = sentFields(person.page);
  await threeEdits(settings);
  await expect(settings.status(OFFLINE)).toBeVisible();
  await showThem(settings);
  // Whoever looks elsewhere meanwhile changes nothing about the order.
  await person.page.evaluate(() => globalThis.dispatchEvent(new Event("pagehide")));
  expect(sent).toEqual([]);

  await person.page.context().setOffline(false);
  await expect(settings.status("Saved")).toBeVisible();
  await areStored(person);
  expect(sent).toEqual(ORDER);
  await showThem(settings);
});

test("edits of a page that was closed without a network are stored by the next page", async ({
  person,
  watch,
}) => {
  watch.expect(unreachable);
  const settings = await cutOff(person);
  await threeEdits(settings);
  await showThem(settings);
  const context = person.page.context();
  const next = await person.anotherTab();
  await person.page.close();
  await context.setOffline(false);

  const sent = sentFields(next.page);
  await next.open("/projects");
  await areStored(next);
  expect(sent).toEqual(ORDER);
  await showThem(await ProviderSettings.open(next));
  await expect.poll(() => kept(next.page)).not.toContain("film-waiting");
});

test("two tabs without a network lose nothing of each other", async ({ person, watch }) => {
  watch.expect(unreachable);
  const other = await person.anotherTab();
  const second = await ProviderSettings.open(other);
  const first = await cutOff(person);
  await first.provider("TTS").selectOption("elevenlabs");
  await expect(first.status(OFFLINE)).toBeVisible();
  await second.endpoint("Modal image endpoint").fill(ADDRESS);
  await expect(second.status(OFFLINE)).toBeVisible();
  const context = person.page.context();
  const next = await person.anotherTab();
  await person.page.close();
  await other.page.close();
  await context.setOffline(false);

  const settings = await ProviderSettings.open(next);
  await expect(settings.provider("TTS")).toHaveValue("elevenlabs");
  await expect(settings.endpoint("Modal image endpoint")).toHaveValue(ADDRESS);
  await expect
    .poll(() => next.api.settings())
    .toMatchObject({ operations: { tts: { provider: "elevenlabs" } }, endpoints: { image: ADDRESS } });
});

test("an edit asks when its field was changed elsewhere meanwhile", async ({ person, watch }) => {
  watch.expect(unreachable, answered(409));
  const settings = await cutOff(person);
  await threeEdits(settings);
  await expect(settings.status(OFFLINE)).toBeVisible();
  const changed = await person.api.send("PATCH", "/settings", { endpoints: { image: ANOTHER } });
  expect(changed.status()).toBe(200);

  await person.page.context().setOffline(false);
  await expect(settings.conflict).toContainText(ANOTHER);
  await expect(settings.conflict).toContainText(ADDRESS);
  expect((await person.api.settings()).endpoints.image).toBe(ANOTHER);
  await expect
    .poll(async () => (await person.api.settings()).operations.tts?.provider)
    .toBe("elevenlabs");
  await settings.keepMine.click();
  await settings.saved();
  await areStored(person);
});

test("a key is never kept in the browser, and is saved on return", async ({ person, watch }) => {
  watch.expect(unreachable);
  const settings = await ProviderSettings.open(person);
  await settings.choose("LLM", "openrouter");
  await person.page.context().setOffline(true);
  await settings.key("OpenRouter").fill(KEY);
  await settings.provider("TTS").selectOption("elevenlabs");
  await expect(settings.keyGroup("OpenRouter").getByText(/^You are offline\./)).toBeVisible();
  const text = await kept(person.page);
  expect(text, "the edit of a setting is there").toContain("elevenlabs");
  expect(text).not.toContain(KEY);
  expect(text).not.toContain(KEY.slice(0, 16));

  await person.page.context().setOffline(false);
  await expect(settings.configured("OpenRouter")).toHaveText("Configured ····cdef");
  await expect
    .poll(async () => (await person.api.settings()).operations.tts?.provider)
    .toBe("elevenlabs");
  expect(await kept(person.page)).not.toContain(KEY);
});

test("nothing is lost while the server is away", async ({ person, server, watch }) => {
  watch.expect(unreachable);
  const settings = await ProviderSettings.open(person);
  await settings.choose("LLM", "gemini");
  await server.stop();
  await threeEdits(settings);
  await expect(settings.status("Save failed")).toBeVisible();
  await expect(settings.endpoint("Modal image endpoint")).toHaveValue(ADDRESS);
  await settings.retry.click();
  await expect(settings.status("Save failed")).toBeVisible();

  await server.resume();
  await settings.retry.click();
  await settings.saved();
  await showThem(settings);
  await areStored(person);
});

test.describe("a save whose answer was lost", () => {
  const arrivesUnanswered = async (route: Route) => {
    await route.fetch();
    await route.abort();
  };
  const blocked = /net::ERR_FAILED/;

  test("is not in conflict with itself", async ({ person, watch }) => {
    watch.expect(blocked, answered(409));
    await person.page.route("**/api/v1/events", (route) => route.abort());
    const settings = await ProviderSettings.open(person);
    await person.page.route(PATCH, arrivesUnanswered, { times: 1 });
    await settings.provider("Image").selectOption("kie");
    await expect(settings.status("Save failed")).toBeVisible();
    expect((await person.api.settings()).operations.image?.provider).toBe("kie");
    await settings.retry.click();
    await settings.saved();
    await expect(settings.conflict).toHaveCount(0);
    await expect(settings.provider("Image")).toHaveValue("kie");
  });

  test("is known to be stored as soon as the server tells of it", async ({ person, watch }) => {
    watch.expect(blocked);
    const settings = await ProviderSettings.open(person);
    await person.page.route(PATCH, arrivesUnanswered, { times: 1 });
    await settings.endpoint("Modal image endpoint").fill(ADDRESS);
    await settings.saved();
    await expect(settings.retry).toHaveCount(0);
    await expect(settings.endpoint("Modal image endpoint")).toHaveValue(ADDRESS);
    expect((await person.api.settings()).endpoints.image).toBe(ADDRESS);
  });
});
