// The people of a project: their parts, the invitations to it, and leaving it.

import { expect, type Locator } from "@playwright/test";
import type { Person } from "./person";

export type ProjectRole = "Editor" | "Viewer";

/** What those read who may only look. */
export const LOOKING_ONLY =
  "You can look at this project and not change it. Ask its owner to make you an editor.";

export class ProjectPeoplePage {
  private constructor(private readonly person: Person) {}

  static async open(person: Person, project: string): Promise<ProjectPeoplePage> {
    await person.open(`/projects/${project}/people`);
    return ProjectPeoplePage.at(person);
  }

  /** The page, by the link of the project's page, which is open. */
  static async from(person: Person): Promise<ProjectPeoplePage> {
    await person.page.getByRole("main").getByRole("link", { name: "People", exact: true }).click();
    return ProjectPeoplePage.at(person);
  }

  private static async at(person: Person): Promise<ProjectPeoplePage> {
    const heading = person.page.getByRole("heading", { name: "People", level: 1, exact: true });
    await expect(heading).toBeVisible();
    await person.hydrated();
    return new ProjectPeoplePage(person);
  }

  get main(): Locator {
    return this.person.page.getByRole("main");
  }

  get said(): Locator {
    return this.main.getByRole("status");
  }

  /** The row of somebody who works here, or of an address that is invited. */
  row(name: string): Locator {
    return this.main.getByRole("row").filter({ hasText: name });
  }

  /** The form that invites and the open invitations; only owners have it. */
  get inviting(): Locator {
    return this.main.getByRole("region", { name: "Invite somebody" });
  }

  get forms(): Locator {
    return this.main.locator("form");
  }

  /** Invites an address; the link, which is shown this once. */
  async invite(email: string, role: ProjectRole): Promise<string> {
    await this.inviting.getByLabel("Address", { exact: true }).fill(email);
    await this.inviting.getByLabel("Role", { exact: true }).selectOption({ label: role });
    await this.inviting.getByRole("button", { name: "Make a link" }).click();
    const link = this.main.locator("output code");
    await expect(link).toBeVisible();
    return (await link.textContent()) ?? "";
  }

  /** From the link that is shown once back to the page. */
  async back(): Promise<void> {
    await this.main.getByRole("link", { name: /^← Back to the people of/ }).click();
    await ProjectPeoplePage.at(this.person);
  }

  /** Gives somebody another role. */
  async give(name: string, role: ProjectRole): Promise<void> {
    await this.main.getByLabel(`Role of ${name}`, { exact: true }).selectOption({ label: role });
    await this.main.getByRole("button", { name: `Change the role of ${name}`, exact: true }).click();
    await expect(this.said).toContainText("The role was changed.");
  }

  async remove(name: string): Promise<void> {
    await this.main.getByRole("button", { name: `Remove ${name}`, exact: true }).click();
    await expect(this.said).toContainText("They were removed");
  }

  async withdraw(email: string): Promise<void> {
    await this.main.getByRole("button", { name: `Withdraw the invitation of ${email}` }).click();
    await expect(this.said).toContainText("The invitation was withdrawn.");
  }

  async leave(): Promise<void> {
    await this.main.getByLabel("Yes, I want to leave").check();
    await this.main.getByRole("button", { name: "Leave the project" }).click();
    await expect(this.said).toContainText("You have left the project.");
  }
}

/** Opens the link of an invitation to a project, accepts it and waits for the project. */
export async function join(person: Person, link: string, project: string): Promise<void> {
  await person.page.goto(link);
  await person.hydrated();
  await person.page.getByRole("button", { name: "Accept" }).click();
  await person.page.waitForURL((url) => url.pathname === `/projects/${project}`);
  await person.hydrated();
}

/** What somebody is called who has signed up with this address. */
export function nameOf(email: string): string {
  return email.split("@")[0] ?? "";
}
