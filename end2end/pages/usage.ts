// The Usage page: what was spent, the budgets, and the latest generations.

import { expect, type Locator } from "@playwright/test";
import type { Person } from "./person";

export class UsagePage {
  private constructor(private readonly person: Person) {}

  static async open(person: Person, filters = ""): Promise<UsagePage> {
    await person.open(`/usage${filters}`);
    await expect(person.page.getByRole("heading", { name: "Usage", level: 1 })).toBeVisible();
    return new UsagePage(person);
  }

  /** The page that is shown. */
  static at(person: Person): UsagePage {
    return new UsagePage(person);
  }

  /** One of the tables, by its caption. */
  table(caption: "By operation" | "By provider" | "By project" | "Latest"): Locator {
    return this.person.page.getByRole("table", { name: caption });
  }

  get chart(): Locator {
    return this.person.page.getByRole("img", { name: /^Spent on each day/ });
  }

  private get filters(): Locator {
    return this.person.page.getByRole("form", { name: "What is shown" });
  }

  async show(label: "Provider" | "Operation" | "Project", words: string): Promise<void> {
    await this.filters.getByLabel(label, { exact: true }).selectOption({ label: words });
    await this.filters.getByRole("button", { name: "Show" }).click();
    await this.person.hydrated();
  }

  get csv(): Locator {
    return this.filters.getByRole("link", { name: "Download CSV" });
  }

  get budgets(): Locator {
    return this.person.page.getByRole("region", { name: "Budgets" });
  }

  async setBudget(limit: string, howLong: "Each day" | "Each month"): Promise<void> {
    const form = this.person.page.getByRole("form", { name: "Set a budget" });
    await form.getByLabel("Limit in credits").fill(limit);
    await form.getByLabel("How long").selectOption({ label: howLong });
    await form.getByRole("button", { name: "Set budget" }).click();
    await expect(this.budgets.getByRole("status")).toHaveText("The budget is set.");
  }

  async removeBudget(name: string): Promise<void> {
    await this.budgets.getByRole("button", { name: `Remove the budget: ${name}` }).click();
    await expect(this.budgets.getByRole("status")).toHaveText("The budget was removed.");
  }
}
