// Who takes over where a provider fails: of a person, and of one project.

import { expect, type Locator } from "@playwright/test";
import type { Person } from "./person";

export class FallbackPage {
  private constructor(private readonly person: Person) {}

  /** The page, by the link of the settings that it belongs to. */
  static async from(person: Person, settings: string): Promise<FallbackPage> {
    await person.open(settings);
    await person.page.getByRole("link", { name: "Who takes over when a provider fails" }).click();
    await expect(person.page.getByRole("heading", { name: "Fallback", level: 1 })).toBeVisible();
    await person.hydrated();
    return new FallbackPage(person);
  }

  section(name: string): Locator {
    return this.person.page.getByRole("region", { name });
  }

  chosen(name: string): Locator {
    return this.section(name).getByLabel("Who takes over");
  }

  get said(): Locator {
    return this.person.page.getByRole("main").getByRole("status");
  }

  async save(name: string): Promise<void> {
    await this.section(name).getByRole("button", { name: "Save the fallback" }).click();
    await this.person.hydrated();
  }
}
