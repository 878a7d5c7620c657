// A tour brings people to one state of the product after another and lets somebody look at each:
// the pictures for the documentation and the checks of accessibility see the same states.

import type { Locator, Page } from "@playwright/test";
import type { Server } from "../fixtures/server";
import type { Watch } from "../fixtures/watch";
import type { Person } from "../pages/person";

/** Looks at the state that somebody's page is in; at the part `at` where it is below the fold. */
export type Look = (person: Person, state: string, at?: Locator) => Promise<void>;

export interface Scene {
  readonly person: Person;
  readonly somebody: () => Promise<Person>;
  readonly server: Server;
  readonly watch: Watch;
  readonly look: Look;
}

/** A key that the simulated providers accept. */
export const KEY = "sandbox-gallery-0123456789abcdef";

/** A key that has the form of one and that nobody accepts. */
export const REFUSED = "sk_00000000000000000000000000000000000000000000bad";

export async function equip(person: Person, ...providers: string[]): Promise<void> {
  for (const provider of providers) await person.api.putKey(provider, KEY);
}

/** Holds the requests to an address back until the function that it answers with is called. */
export async function held(page: Page, url: string): Promise<() => void> {
  let release = (): void => undefined;
  const gate = new Promise<void>((resolve) => (release = resolve));
  await page.route(url, async (route) => {
    await gate;
    await route.continue();
  });
  return release;
}

interface Viewed {
  readonly width: number;
  readonly height: number;
  readonly colorScheme: "light" | "dark";
  readonly forcedColors?: "active" | "none";
}

/** Shows a state in another size and theme; the part `at` is brought into view. */
export async function view(person: Person, as: Viewed, at?: Locator): Promise<void> {
  const { page } = person;
  await page.setViewportSize({ width: as.width, height: as.height });
  await page.emulateMedia({
    colorScheme: as.colorScheme,
    forcedColors: as.forcedColors ?? "none",
    reducedMotion: "reduce",
  });
  await at?.evaluate((element) => element.scrollIntoView({ block: "start", behavior: "instant" }));
}

/** By how many pixels the page, or a dialog that is open, is wider than what shows it. */
export async function sideways(person: Person): Promise<number> {
  return person.page.evaluate(() =>
    Math.max(
      ...[document.documentElement, ...document.querySelectorAll("dialog[open]")].map(
        (element) => element.scrollWidth - element.clientWidth,
      ),
    ),
  );
}
