import { AxeBuilder } from "@axe-core/playwright";
import type { Locator } from "@playwright/test";
import { expect } from "../fixtures/test";
import type { Person } from "../pages/person";
import { everyState } from "../tours";
import { sideways, view } from "../tours/tour";

/**
 * What axe finds, in few words: in the dialog that is open, in the part that is new in this state,
 * or on the whole page.
 */
async function findings(person: Person, part?: Locator): Promise<string[]> {
  const { page } = person;
  const open = page.locator("dialog[open]");
  const looked = (await open.count()) > 0 ? open.first() : (part ?? page.locator("html"));
  await looked.evaluate((element) => {
    for (const old of document.querySelectorAll("[data-looked-at]")) {
      old.removeAttribute("data-looked-at");
    }
    element.setAttribute("data-looked-at", "");
  });
  const { violations } = await new AxeBuilder({ page }).include("[data-looked-at]").analyze();
  return violations.flatMap((violation) =>
    violation.nodes.map((node) => `${violation.id} at ${node.target.join(" ")}`),
  );
}

// Each state in both themes and both sizes, two of the four; no page is wider than any screen.
everyState("axe finds nothing and nothing scrolls sideways", async (person, state, part) => {
  for (const [width, colorScheme] of [
    [390, "dark"],
    [1280, "light"],
  ] as const) {
    const where = `${state} at ${width} px, ${colorScheme}`;
    await view(person, { width, height: 844, colorScheme }, part);
    expect.soft(await sideways(person), `${where}: pixels too wide`).toBe(0);
    expect.soft(await findings(person, part), where).toEqual([]);
  }
  await view(person, { width: 360, height: 800, colorScheme: "light" }, part);
  expect.soft(await sideways(person), `${state} at 360 px: pixels too wide`).toBe(0);
  await view(person, { width: 1280, height: 844, colorScheme: "light" }, part);
});
