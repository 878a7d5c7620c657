// Somebody who uses the keys alone. Nothing is focused but by Tab, nothing is pressed but keys.

import { expect, type Locator } from "@playwright/test";
import type { Person } from "./person";

/** More presses than any page has things to stop at. */
const ENOUGH = 150;

export class Keyboard {
  constructor(private readonly person: Person) {}

  /** Presses Tab until `wanted` has the focus. */
  async to(wanted: Locator): Promise<void> {
    await this.reach(wanted, "Tab");
  }

  /** Presses Shift+Tab until `wanted` has the focus. */
  async backTo(wanted: Locator): Promise<void> {
    await this.reach(wanted, "Shift+Tab");
  }

  async press(...keys: string[]): Promise<void> {
    for (const key of keys) await this.person.page.keyboard.press(key);
  }

  /** Goes to a field and types. */
  async type(field: Locator, text: string): Promise<void> {
    await this.to(field);
    await this.person.page.keyboard.type(text);
  }

  /** Goes to a link or button and presses Enter. */
  async enter(wanted: Locator): Promise<void> {
    await this.to(wanted);
    await this.press("Enter");
  }

  /** The same, but back. */
  async enterBack(wanted: Locator): Promise<void> {
    await this.backTo(wanted);
    await this.press("Enter");
  }

  private async reach(wanted: Locator, key: "Tab" | "Shift+Tab"): Promise<void> {
    await expect(wanted).toBeEnabled();
    for (let presses = 0; presses < ENOUGH; presses += 1) {
      if (await hasFocus(wanted)) {
        await expect(wanted).toBeInViewport();
        expect(await isMarked(wanted), `${wanted} shows that it has the focus`).toBe(true);
        return;
      }
      await this.press(key);
    }
    throw new Error(`${key} never came to ${wanted}`);
  }
}

async function hasFocus(wanted: Locator): Promise<boolean> {
  return wanted.evaluate((element) => element === document.activeElement);
}

/** Whether an outline says where the focus is. */
async function isMarked(wanted: Locator): Promise<boolean> {
  return wanted.evaluate((element) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
  });
}
