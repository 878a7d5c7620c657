// The pages of the people who run the instance.

import { expect, type Locator } from "@playwright/test";
import type { Person } from "./person";

export type Part =
  "Overview" | "Accounts" | "Organizations" | "Catalogue" | "Environment" | "Audit";

export const PATHS: Readonly<Record<Part, string>> = {
  Overview: "/admin",
  Accounts: "/admin/accounts",
  Organizations: "/admin/organizations",
  Catalogue: "/admin/catalog",
  Environment: "/admin/environment",
  Audit: "/admin/audit",
};

export class Administration {
  private constructor(private readonly person: Person) {}

  static async open(person: Person, part: Part): Promise<Administration> {
    await person.open(PATHS[part]);
    const administration = new Administration(person);
    await administration.isShown();
    return administration;
  }

  /** By the Account menu. */
  static async follow(person: Person): Promise<Administration> {
    await person.page.getByRole("button", { name: "Account", exact: true }).click();
    await person.page.getByRole("link", { name: "Administration" }).click();
    await person.hydrated();
    const administration = new Administration(person);
    await administration.isShown();
    return administration;
  }

  async isShown(): Promise<void> {
    const heading = this.person.page.getByRole("heading", { name: "Administration", level: 1 });
    await expect(heading).toBeVisible();
  }

  async go(part: Part): Promise<void> {
    const parts = this.person.page.getByRole("navigation", { name: "Administration" });
    await parts.getByRole("link", { name: part }).click();
    await this.person.hydrated();
    await expect(parts.getByRole("link", { name: part })).toHaveAttribute("aria-current", "page");
  }

  table(name: string): Locator {
    return this.person.page.getByRole("table", { name });
  }

  row(table: string, words: string): Locator {
    return this.table(table).getByRole("row").filter({ hasText: words });
  }

  async press(name: string): Promise<void> {
    await this.person.page.getByRole("button", { name }).click();
    await this.person.hydrated();
  }

  async says(words: string): Promise<void> {
    const said = this.person.page.getByRole("status").filter({ hasText: words });
    await expect(said).toBeVisible();
  }
}
