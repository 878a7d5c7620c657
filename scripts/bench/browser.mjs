// Measures in Chromium what a person waits for: how long the dialogs take to open, and how long a
// choice takes until another tab shows it.

import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(join(process.cwd(), "end2end", "package.json"));
const { chromium } = require("@playwright/test");

const ROUNDS = 15;

/** Opens a page of the product and waits until it is alive. */
async function open(context, url) {
  const page = await context.newPage();
  await page.goto(url);
  await page.waitForSelector('html[data-hydrated="true"]');
  return page;
}

/** From the click on a button to the first frame after an element is there, in milliseconds. */
function opening(page, button, shown) {
  return page.evaluate(
    ([label, selector]) =>
      new Promise((resolve) => {
        const pressed = [...document.querySelectorAll("main button")].find(
          (each) => each.textContent.trim() === label,
        );
        const begin = performance.now();
        const look = () => {
          if (!document.querySelector(selector)) return requestAnimationFrame(look);
          // What is drawn in this frame is on the screen when the next one begins.
          requestAnimationFrame(() => resolve(performance.now() - begin));
        };
        pressed.click();
        look();
      }),
    [button, shown],
  );
}

/** Chooses the first or second provider, and the moment at which that was. */
function choose(page, id, value) {
  return page.evaluate(
    ([id, value]) => {
      const select = document.getElementById(id);
      select.value = value;
      const at = Date.now();
      select.dispatchEvent(new Event("change", { bubbles: true }));
      return at;
    },
    [id, value],
  );
}

/** The moment at which a select shows a value. */
function shows(page, id, value) {
  return page.evaluate(
    ([id, value]) =>
      new Promise((resolve) => {
        const look = () => {
          if (document.getElementById(id).value === value) return resolve(Date.now());
          setTimeout(look, 1);
        };
        look();
      }),
    [id, value],
  );
}

/** Times in milliseconds by what they are of. The person must have a key of OpenRouter. */
export async function measure(origin, cookie, project) {
  const browser = await chromium.launch({
    executablePath: process.env.FILM_CHROMIUM ?? "/usr/bin/chromium",
    args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
  });
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const [name, ...value] = cookie.split("=");
  await context.addCookies([{ name, value: value.join("="), url: origin }]);

  const page = await open(context, `${origin}/projects/${project}`);
  const modal = [];
  const confirmation = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    modal.push(await opening(page, "Configure providers", "dialog[open]"));
    await page.keyboard.press("Escape");
    await page.waitForSelector("dialog[open]", { state: "detached" });
  }
  await page.getByRole("textbox", { name: "Prompt" }).fill("One line.");
  for (let round = 0; round < ROUNDS; round += 1) {
    confirmation.push(await opening(page, "Generate", "dialog[open] table"));
    await page.keyboard.press("Escape");
    await page.waitForSelector("dialog[open]", { state: "detached" });
  }
  await page.close();

  const here = await open(context, `${origin}/settings`);
  const there = await open(context, `${origin}/settings`);
  const id = await here.getByLabel("LLM provider", { exact: true }).getAttribute("id");
  const tabs = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const wanted = ["gemini", "openrouter"][round % 2];
    const heard = shows(there, id, wanted);
    const at = await choose(here, id, wanted);
    tabs.push((await heard) - at);
  }
  await browser.close();
  return { modal, confirmation, tabs };
}
