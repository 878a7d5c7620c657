// The pages of an organization, and the page behind an invitation's link.

import { expect, type Locator } from "@playwright/test";
import type { Person } from "./person";

export class OrganizationPage {
  private constructor(
    private readonly person: Person,
    readonly id: string,
  ) {}

  /** Makes an organization on the page of all. */
  static async create(person: Person, name: string): Promise<OrganizationPage> {
    await person.open("/organizations");
    const main = person.page.getByRole("main");
    await main.getByLabel("Name", { exact: true }).fill(name);
    await main.getByRole("button", { name: "Create organization" }).click();
    await main.getByRole("link", { name }).click();
    await expect(person.page.getByRole("heading", { name, level: 1 })).toBeVisible();
    await person.hydrated();
    const id = new URL(person.page.url()).pathname.split("/")[2] ?? "";
    return new OrganizationPage(person, id);
  }

  static async open(
    person: Person,
    id: string,
    part: "" | "/keys" | "/rules" | "/usage" | "/audit" = "",
  ): Promise<OrganizationPage> {
    await person.open(`/organizations/${id}${part}`);
    return new OrganizationPage(person, id);
  }

  get main(): Locator {
    return this.person.page.getByRole("main");
  }

  get said(): Locator {
    return this.main.getByRole("status");
  }

  async part(
    name: "People and projects" | "Keys" | "Defaults and rules" | "Usage" | "Audit",
  ): Promise<void> {
    await this.main
      .getByRole("navigation", { name: "Organization" })
      .getByRole("link", { name })
      .click();
    await this.person.hydrated();
  }

  /** Invites an address; the link, which is shown this once. */
  async invite(email: string, role: "Owner" | "Admin" | "Member"): Promise<string> {
    await this.main.getByLabel("Address", { exact: true }).fill(email);
    await this.main.getByLabel("Role", { exact: true }).selectOption({ label: role });
    await this.main.getByRole("button", { name: "Make a link" }).click();
    const link = this.main.locator("output code");
    await expect(link).toBeVisible();
    return (await link.textContent()) ?? "";
  }

  async leave(): Promise<void> {
    await this.main.getByLabel("I want to leave").check();
    await this.main.getByRole("button", { name: "Leave the organization" }).click();
  }

  async giveKey(name: string, key: string): Promise<void> {
    await this.main.getByLabel("Key", { exact: true }).selectOption({ label: name });
    await this.main.getByLabel("Its value").fill(key);
    await this.main.getByRole("button", { name: "Store the key" }).click();
    await expect(this.said).toContainText("The key is stored.");
  }

  row(name: string): Locator {
    return this.main.getByRole("row").filter({ hasText: name });
  }
}

/** Opens an invitation's link and accepts it. */
export async function accept(person: Person, link: string): Promise<void> {
  await person.page.goto(link);
  await person.hydrated();
  await person.page.getByRole("button", { name: "Accept" }).click();
  await expect(person.page.getByRole("main").getByRole("status")).toContainText("Welcome.");
}
