// What an earlier product left in the browser moves to the account of whoever agrees to it. Each
// thing is in the browser or in the account at every moment, and in one of them in the end.

import type { Page, Route } from "@playwright/test";
import { expect, test } from "../fixtures/test";
import { answered } from "../fixtures/watch";
import { Account, newCredentials } from "../pages/account";
import { BLOB, CHOICES, KEYS, MovingDialog, OTHERS, blob, everything } from "../pages/moving";
import { Person } from "../pages/person";

const ADOPT = "**/fn/settings_adopt";
const READ_BACK = "**/fn/settings_open";
const lost = /net::ERR_FAILED/;

/** The old texts are there before somebody has an account. */
async function arrive(person: Person, texts = everything()): Promise<MovingDialog> {
  await person.open("/sign-up");
  await MovingDialog.leave(person, texts);
  await new Account(person).signUp();
  const moving = new MovingDialog(person);
  await expect(moving.dialog).toBeVisible();
  return moving;
}

/** Everything is in the account and only what never was ours is in the browser. */
async function isMoved(person: Person, moving: MovingDialog): Promise<void> {
  const { operations, keys } = await person.api.settings();
  expect(operations.llm?.provider).toBe("openrouter");
  expect(operations.tts?.provider).toBe("gemini");
  expect(operations.music?.provider).toBe("piapi");
  expect(operations.llm?.models).toEqual({
    openrouter: CHOICES["app-openrouter-model"],
    kie: CHOICES["app-kie-llm-model"],
  });
  for (const operation of ["image", "video", "tts", "music"]) {
    expect(operations[operation]?.models.kie).toBe(CHOICES[`app-kie-${operation}-model`]);
  }
  for (const { slot, key } of KEYS) expect(keys?.[slot]?.last4).toBe(key.slice(-4));
  const held = await moving.held();
  expect(JSON.stringify(held)).not.toContain("canary");
  for (const name of Object.keys(CHOICES)) expect(held[name], name).toBeUndefined();
  expect(held).toMatchObject(OTHERS);
  expect(JSON.parse(held[BLOB] ?? "")).toEqual({
    state: { projects: [{ id: "p1", story: 'A "quoted" {story}' }] },
    version: 0,
  });
}

/** Each thing is in the browser or in the account. */
async function nothingIsLost(person: Person, moving: MovingDialog): Promise<void> {
  const { operations, keys } = await person.api.settings();
  const held = JSON.stringify(await moving.held());
  for (const { slot, key } of KEYS) {
    expect(held.includes(key) || keys?.[slot]?.last4 === key.slice(-4), slot).toBe(true);
  }
  const account = JSON.stringify(operations);
  for (const [name, value] of Object.entries(CHOICES)) {
    expect(held.includes(name) || account.includes(value.replace("-tts", "")), name).toBe(true);
  }
}

test("everything moves to the account, and no key stays in the browser", async ({
  visitor,
  watch,
}) => {
  const moving = await arrive(visitor);
  await expect(moving.dialog.getByText("sandbox-canary")).toHaveCount(0);
  await expect(moving.item("Google Gemini API key")).toContainText("····a001");
  await expect(moving.item("TTS provider")).toContainText("Google Gemini");
  const urls: string[] = [];
  visitor.page.on("request", (request) => urls.push(request.url()));

  await moving.moveAll();
  await expect(moving.summary).toHaveText("16 of 16 are in your account now.");
  await expect(moving.retries).toHaveCount(0);
  await isMoved(visitor, moving);
  await moving.done.click();
  await expect(moving.dialog).toBeHidden();

  await visitor.open("/settings");
  await expect(moving.dialog).toBeHidden();
  await expect(visitor.page.getByLabel("LLM provider", { exact: true })).toHaveValue("openrouter");
  expect(urls.join(" ") + watch.console.join(" ")).not.toContain("canary");
});

test("the settings page shows what has just moved", async ({ person }) => {
  await MovingDialog.leave(person, everything());
  await person.open("/settings");
  const moving = new MovingDialog(person);
  await moving.moveAll();
  await moving.done.click();
  const main = person.page.getByRole("main");
  await expect(main.getByLabel("Music provider", { exact: true })).toHaveValue("piapi");
  await expect(main.getByText("Configured ····a002").first()).toBeVisible();
});

test("the same again changes nothing", async ({ visitor }) => {
  const moving = await arrive(visitor);
  await moving.moveAll();
  const before = await visitor.api.settings();
  const page = await visitor.page.context().newPage();
  const again = new Person(page, visitor.origin);
  await again.open("/usage");
  await MovingDialog.leave(again, everything());
  await again.reload();
  const second = new MovingDialog(again);
  await second.moveAll();
  await expect(second.dialog.getByText("Already in your account")).toHaveCount(16);
  expect(await again.api.settings()).toEqual(before);
  await isMoved(again, second);
});

/** How a request goes wrong, and whether it reaches the server. */
const ACCIDENTS: Record<string, (route: Route) => Promise<void>> = {
  "is answered with 500": (route) => route.fulfill({ status: 500, body: "no" }),
  "does not arrive": (route) => route.abort("failed"),
  "arrives and its answer is lost": async (route) => {
    await route.fetch();
    await route.abort("failed");
  },
};

/** Lets the requests with these numbers, from 1, go wrong. */
async function disturb(
  page: Page,
  url: string,
  numbers: readonly number[],
  accident: (route: Route) => Promise<void>,
): Promise<void> {
  let count = 0;
  await page.route(url, async (route) => {
    count += 1;
    if (numbers.includes(count)) await accident(route);
    else await route.continue();
  });
}

for (const [how, accident] of Object.entries(ACCIDENTS)) {
  test(`what is sent ${how}: it stays, and Retry moves it`, async ({ visitor, watch }) => {
    watch.expect(answered(500), lost);
    const moving = await arrive(visitor);
    await disturb(visitor.page, ADOPT, [1, 7, 12, 16], accident);
    await moving.moveAll();
    await expect(moving.retries).toHaveCount(4);
    await nothingIsLost(visitor, moving);
    expect((await moving.held())["app-llm-provider"]).toBe("openrouter");
    await moving.retryAll();
    await isMoved(visitor, moving);
  });

  test(`looking at the account ${how}: nothing leaves the browser before`, async ({
    visitor,
    watch,
  }) => {
    watch.expect(answered(500), lost);
    const moving = await arrive(visitor);
    const before = await moving.held();
    await disturb(visitor.page, READ_BACK, [1], accident);
    await moving.moveAll();
    await expect(moving.retries).toHaveCount(16);
    expect(await moving.held()).toMatchObject(before);
    await moving.retryAll();
    await isMoved(visitor, moving);
  });
}

test("a page that is left in the middle loses nothing", async ({ visitor }) => {
  const moving = await arrive(visitor);
  let count = 0;
  await visitor.page.route(ADOPT, async (route) => {
    count += 1;
    // The eighth is never answered.
    if (count < 8) await route.continue();
  });
  await moving.move.click();
  await expect.poll(() => count).toBe(8);
  await nothingIsLost(visitor, moving);
  await visitor.page.unroute(ADOPT);
  await visitor.reload();
  await expect(moving.dialog).toBeVisible();
  await moving.moveAll();
  await isMoved(visitor, moving);
});

test("two tabs move at once", async ({ visitor }) => {
  const first = await arrive(visitor);
  const other = new Person(await visitor.page.context().newPage(), visitor.origin);
  await other.open("/projects");
  const second = new MovingDialog(other);
  await Promise.all([first.moveAll(), second.moveAll()]);
  await nothingIsLost(visitor, first);
  // A tab may have written the blob from before the other one's removal: then it is asked again.
  const third = new Person(await visitor.page.context().newPage(), visitor.origin);
  await third.open("/projects");
  const last = new MovingDialog(third);
  if (await last.dialog.isVisible()) await last.moveAll();
  await isMoved(third, last);
});

test("a second person is asked for themselves, and whoever declined is not asked again", async ({
  visitor,
}) => {
  const account = new Account(visitor);
  const ada = newCredentials();
  const bob = newCredentials();
  await visitor.open("/sign-up");
  await MovingDialog.leave(visitor, everything());
  const moving = new MovingDialog(visitor);
  await account.signUp(ada);
  await expect(moving.move).toHaveText(`Move to ${ada.email}`);
  await moving.notMine.click();
  await expect(moving.dialog).toBeHidden();
  expect(await moving.held()).toMatchObject(everything());
  await visitor.reload();
  await expect(moving.dialog).toBeHidden();

  await account.signOut();
  await account.signUp(bob);
  await expect(moving.move).toHaveText(`Move to ${bob.email}`);
  await moving.moveAll();
  await isMoved(visitor, moving);
  await moving.done.click();

  await account.signOut();
  await account.signIn(ada);
  await account.isSignedIn();
  await expect(moving.dialog).toBeHidden();
  expect((await visitor.api.settings()).keys ?? {}).toEqual({});
});

test("nothing moves to somebody who has signed in in another tab meanwhile", async ({
  visitor,
  watch,
}) => {
  watch.expect(answered(401, 409));
  const moving = await arrive(visitor);
  const other = new Person(await visitor.page.context().newPage(), visitor.origin);
  await other.open("/projects");
  await new MovingDialog(other).notNow.click();
  await new Account(other).signOut();
  await new Account(other).signUp();

  await moving.moveAll();
  await expect(moving.dialog.getByText(/Somebody else has signed in/)).toHaveCount(16);
  expect(await moving.held()).toMatchObject(everything());
  expect((await other.api.settings()).version).toBe(0);
});

test("what the account has stays, and the old value leaves only when asked to", async ({
  person,
}) => {
  await person.api.putKey("gemini", "sandbox-own-0123456789-b001");
  const patch = { operations: { llm: { provider: "gemini" } } };
  expect((await person.api.send("PATCH", "/settings", patch)).ok()).toBe(true);
  await MovingDialog.leave(person, everything());
  await person.reload();
  const moving = new MovingDialog(person);
  await moving.moveAll();
  await expect(moving.summary).toHaveText(
    "14 of 16 are in your account now. 2 stay here: your account has other values.",
  );
  const { operations, keys } = await person.api.settings();
  expect([operations.llm?.provider, keys?.gemini?.last4]).toEqual(["gemini", "b001"]);
  const held = await moving.held();
  expect(held["app-llm-provider"]).toBe("openrouter");
  expect(JSON.parse(held[BLOB] ?? "").state.apiConfig).toEqual({
    geminiApiKey: KEYS[0].key,
    grokApiKey: "",
  });

  for (const label of ["LLM provider", "Google Gemini API key"]) {
    await moving.dialog
      .getByRole("button", { name: `Remove it from this browser: ${label}` })
      .click();
    await expect(moving.item(label)).toContainText("No longer in this browser");
  }
  expect(JSON.stringify(await moving.held())).not.toContain("canary");
  expect((await person.api.settings()).keys?.gemini?.last4).toBe("b001");
});

test("what cannot be stored says why and stays, and what is not understood is named", async ({
  visitor,
}) => {
  const moving = await arrive(visitor, {
    "app-kie-video-model": "gone/model",
    "app-music-provider": "grok",
    "app-llm-provider": "kie",
    [BLOB]: blob({ grokApiKey: "xai-canary-0123456789", kieApiKey: "····1c96" }),
  });
  await expect(moving.dialog.getByText("grokApiKey in film-generator-storage")).toBeVisible();
  await expect(moving.dialog.getByText("It is not a whole API key.")).toBeVisible();
  await moving.moveAll();
  await expect(moving.item("Video model of KIE.ai")).toContainText("does not offer this model");
  const held = await moving.held();
  expect(held["app-kie-video-model"]).toBe("gone/model");
  expect(held["app-music-provider"]).toBe("grok");
  expect(held["app-llm-provider"]).toBeUndefined();
  expect(held[BLOB]).toContain("xai-canary-0123456789");
  await expect(moving.dialog.getByText("xai-canary")).toHaveCount(0);
});

test("a browser that does not write keeps the key until it does", async ({ visitor }) => {
  const moving = await arrive(visitor);
  await visitor.page.evaluate((name) => {
    const original = Storage.prototype.setItem;
    Storage.prototype.setItem = function (key: string, value: string) {
      if (key === name) throw new DOMException("full", "QuotaExceededError");
      original.call(this, key, value);
    };
    Object.assign(window, { letWrite: () => (Storage.prototype.setItem = original) });
  }, BLOB);
  await moving.moveAll();
  await expect(moving.retries).toHaveCount(KEYS.length);
  await nothingIsLost(visitor, moving);
  await visitor.page.evaluate(() => (window as unknown as { letWrite(): void }).letWrite());
  await moving.retryAll();
  await isMoved(visitor, moving);
});

test("Escape is Not now: it is asked again after the next sign-in", async ({ visitor }) => {
  const account = new Account(visitor);
  const credentials = newCredentials();
  await visitor.open("/sign-up");
  await MovingDialog.leave(visitor, everything());
  await account.signUp(credentials);
  const moving = new MovingDialog(visitor);
  await expect(moving.dialog).toBeVisible();
  // Nobody who is typing agrees by accident.
  await visitor.page.keyboard.press("Enter");
  await visitor.page.keyboard.press("Escape");
  await expect(moving.dialog).toBeHidden();
  expect(await moving.held()).toMatchObject(everything());
  await visitor.open("/settings");
  await expect(moving.dialog).toBeHidden();

  await account.signOut();
  await account.signIn(credentials);
  await expect(moving.dialog).toBeVisible();
  await moving.notNow.focus();
  await visitor.page.keyboard.press("Enter");
  await expect(moving.dialog).toBeHidden();
});

test("nobody is asked where nothing was left", async ({ visitor }) => {
  await visitor.open("/sign-up");
  await MovingDialog.leave(visitor, { ...OTHERS, [BLOB]: blob({ geminiApiKey: "" }) });
  await new Account(visitor).signUp();
  await visitor.open("/settings");
  await expect(visitor.page.getByRole("dialog")).toHaveCount(0);
});
