// Makes the pictures of `docs/screenshots`. Only `make screenshots` runs this.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { root } from "../fixtures/process";
import type { Person } from "../pages/person";
import { everyState } from "../tours";
import { view } from "../tours/tour";

const folder = join(root, "docs", "screenshots");

/** These are shown in the dark and on a phone too. */
const MAIN = [
  "account",
  "admin-accounts",
  "admin-audit",
  "configure-missing-key",
  "fallback",
  "confirmation-compare",
  "landing",
  "moving-offered",
  "organization-keys",
  "organization-people",
  "plan",
  "project-settings-overridden",
  "settings",
  "settings-conflict",
  "settings-key-refused",
  "step-results",
  "usage",
];

/** These differ little from others that are shown. */
const LEFT_OUT = /^(step-(story|characters|videos|voiceover|music)|configure-(llm|image|voice|music)|sign-up|account-two-step(-wrong)?|organization-(keys-empty|member(-rules)?)|fallback-(refused|project))$/;

/** Times and waits as they were on one day, so that a picture changes only with the product. */
async function standStill({ page }: Person): Promise<void> {
  await page.evaluate(() => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let text = texts.nextNode(); text !== null; text = texts.nextNode()) {
      const words = text.nodeValue ?? "";
      const still = words
        .replace(/\d{4}-\d{2}-\d{2} \d{2}:\d{2}/g, "2026-03-02 10:00")
        .replace(/person-\d+-\w+@/g, "mara@")
        .replace(/person-\d+-\w+/g, "mara")
        .replace(/http:\/\/[\w.:]+\/invitations\/[\w-]{43}/g, "https://film.example.com/invitations/Zr8uT4kXw6vB2aLsD9hJgFpEoKiRtUyM5Qe7yN0c3m1")
        .replace(/fgp_[\w-]{43}/g, "fgp_5Qe7yN0c3m1Zr8uT4kXw6vB2aLsD9hJgFpEoKiRtUyM")
        .replace(/\b[A-Z2-7]{4}([- ][A-Z2-7]{4}){3,}\b/g, "GEZD GNBV GY3T QOJQ");
      if (still !== words) text.nodeValue = still;
    }
    for (const wait of document.querySelectorAll(".progress .hint")) wait.textContent = "12 s";
  });
}

everyState("pictures", async (person, state, at) => {
  if (LEFT_OUT.test(state)) return;
  mkdirSync(folder, { recursive: true });
  const shoot = async (name: string) => {
    await standStill(person);
    await person.page.screenshot({
      path: join(folder, `${name}.png`),
      animations: "disabled",
      caret: "hide",
    });
  };
  if (MAIN.includes(state)) {
    await view(person, { width: 390, height: 844, colorScheme: "light" }, at);
    await shoot(`${state}-phone`);
    await view(person, { width: 1280, height: 900, colorScheme: "dark" }, at);
    await shoot(`${state}-dark`);
  }
  await view(person, { width: 1280, height: 900, colorScheme: "light" }, at);
  await shoot(state);
});
