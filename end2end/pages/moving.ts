// What an earlier product left in the browser, and the dialog that offers to move it.

import { expect, type Locator } from "@playwright/test";
import type { Person } from "./person";

export const BLOB = "film-generator-storage";

/** Every choice by its name, with an old value. */
export const CHOICES: Readonly<Record<string, string>> = {
  "app-llm-provider": "openrouter",
  "app-image-provider": "gemini",
  "app-video-provider": "kie",
  "app-tts-provider": "gemini-tts",
  "app-music-provider": "piapi",
  "app-openrouter-model": "anthropic/claude-4.5-sonnet",
  "app-kie-llm-model": "claude/claude-sonnet-4-20250514",
  "app-kie-image-model": "seedream/4-5-text-to-image",
  "app-kie-video-model": "grok-imagine/image-to-video",
  "app-kie-tts-model": "elevenlabs/text-to-dialogue-v3",
  "app-kie-music-model": "suno/v3-5-music",
};

/** Every key of the blob, with the slot that it goes to. */
export const KEYS = [
  { member: "geminiApiKey", slot: "gemini", key: "sandbox-canary-gemini-0000a001" },
  { member: "kieApiKey", slot: "kie", key: "sandbox-canary-kie-0000a002" },
  { member: "elevenLabsApiKey", slot: "elevenlabs", key: "sandbox-canary-eleven-0000a003" },
  { member: "nanoBananaApiKey", slot: "nano-banana", key: "sandbox-canary-nano-0000a004" },
  { member: "claudeApiKey", slot: "claude", key: "sandbox-canary-claude-0000a005" },
] as const;

/** What belongs to the old interface and stays. */
export const OTHERS: Readonly<Record<string, string>> = {
  "app-language": "sk",
  "app-dark-mode": "true",
  "app-reduced-motion": "false",
  "app-notify-complete": "true",
  "app-auto-save": "true",
  "app-currency": "EUR",
  "app-settings-migrated": "true",
  "model-config-shown-p1": "true",
};

/** The blob of an early version, with these keys. */
export function blob(keys: Readonly<Record<string, string>>): string {
  const state = { projects: [{ id: "p1", story: 'A "quoted" {story}' }], apiConfig: keys };
  return JSON.stringify({ state, version: 0 });
}

/** All that could ever be left in a browser. */
export function everything(): Record<string, string> {
  const keys = Object.fromEntries(KEYS.map(({ member, key }) => [member, key]));
  return { ...CHOICES, ...OTHERS, [BLOB]: blob({ ...keys, grokApiKey: "" }) };
}

export class MovingDialog {
  readonly dialog: Locator;

  constructor(private readonly person: Person) {
    this.dialog = person.page.getByRole("dialog", {
      name: "Settings from before were found in this browser",
    });
  }

  /** Leaves texts in the browser as an earlier product did. */
  static async leave(person: Person, texts: Readonly<Record<string, string>>): Promise<void> {
    await person.page.evaluate((texts) => {
      for (const [name, text] of Object.entries(texts)) localStorage.setItem(name, text);
    }, texts);
  }

  /** All texts that the browser holds. */
  async held(): Promise<Record<string, string>> {
    return this.person.page.evaluate(() => ({ ...localStorage }));
  }

  get move(): Locator {
    return this.dialog.getByRole("button", { name: /^Move to / });
  }

  get notNow(): Locator {
    return this.dialog.getByRole("button", { name: "Not now" });
  }

  get notMine(): Locator {
    return this.dialog.getByRole("button", { name: "These are not mine" });
  }

  get done(): Locator {
    return this.dialog.getByRole("button", { name: "Done" });
  }

  get retries(): Locator {
    return this.dialog.getByRole("button", { name: /^Retry: / });
  }

  get summary(): Locator {
    return this.dialog.getByRole("status");
  }

  /** One item by its name in the interface. */
  item(label: string): Locator {
    return this.dialog.getByRole("listitem").filter({ hasText: label });
  }

  /** Moves everything and waits until nothing is on its way any more. */
  async moveAll(): Promise<void> {
    await this.move.click();
    await expect(this.done).toBeVisible({ timeout: 30_000 });
  }

  /** Tries everything again that failed, until nothing fails any more. */
  async retryAll(): Promise<void> {
    await expect(async () => {
      if ((await this.retries.count()) > 0) await this.retries.first().click();
      await expect(this.done).toBeVisible();
      await expect(this.retries).toHaveCount(0, { timeout: 100 });
    }).toPass({ timeout: 30_000 });
  }
}
