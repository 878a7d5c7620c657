// The plan of a project: what is still to be made, what it comes to, and the batch that makes it.

import { expect, type Locator } from "@playwright/test";
import type { Person } from "./person";

export class PlanPage {
  private constructor(private readonly person: Person) {}

  static async open(person: Person, project: string): Promise<PlanPage> {
    await person.open(`/projects/${project}/plan`);
    return PlanPage.at(person);
  }

  /** The plan that is shown. */
  static async at(person: Person): Promise<PlanPage> {
    await expect(person.page.getByRole("heading", { name: "Plan", level: 1, exact: true })).toBeVisible();
    return new PlanPage(person);
  }

  /** Adds an item by hand; a clip may begin with a picture of the plan. */
  async add(step: string, text: string, picture?: string): Promise<void> {
    const { page } = this.person;
    const form = page.getByRole("region", { name: "Add an item" });
    const value = await form.getByRole("option", { name: new RegExp(`^${step} `) }).getAttribute("value");
    await form.getByLabel("Step").selectOption(value);
    await form.getByLabel("Prompt or text").fill(text);
    if (picture !== undefined) {
      const option = form.getByRole("option", { name: picture });
      await form
        .getByLabel("First picture of a clip")
        .selectOption(await option.getAttribute("value"));
    }
    await this.answered(form.getByRole("button", { name: "Add to plan" }));
    await expect(page.getByText("It is in the plan.")).toBeVisible();
  }

  /** The row of an item, by its text. */
  item(text: string): Locator {
    return this.person.page
      .getByRole("region", { name: "Items" })
      .first()
      .getByRole("row")
      .filter({ hasText: text });
  }

  /** What everything comes to. */
  get totals(): Locator {
    return this.person.page.getByRole("region", { name: "Still to be made" }).first();
  }

  get batch(): Locator {
    return this.person.page.getByRole("region", { name: "Batch" });
  }

  get start(): Locator {
    return this.person.page.getByRole("button", { name: /^Start / });
  }

  button(name: string | RegExp): Locator {
    return this.person.page.getByRole("button", { name });
  }

  /** Presses a button whose answer is the page again. */
  async press(name: string | RegExp): Promise<void> {
    await this.answered(this.button(name));
  }

  private async answered(button: Locator): Promise<void> {
    await Promise.all([this.person.page.waitForEvent("domcontentloaded"), button.click()]);
    await this.person.hydrated();
  }
}
