// Signing up, in and out.

import { expect, type Locator } from "@playwright/test";
import type { Person } from "./person";

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

let count = 0;

/** An address that nobody has, and a password. */
export function newCredentials(): Credentials {
  count += 1;
  return {
    email: `person-${count}-${Date.now().toString(36)}@example.org`,
    password: "correct horse battery staple",
  };
}

export class Account {
  constructor(private readonly person: Person) {}

  get email(): Locator {
    return this.person.page.getByLabel("Email");
  }

  get password(): Locator {
    return this.person.page.getByLabel("Password");
  }

  /** The field that a second factor wants. */
  get code(): Locator {
    return this.person.page.getByLabel("Code", { exact: true });
  }

  get menu(): Locator {
    return this.person.page.getByRole("button", { name: "Account", exact: true });
  }

  async signUp(credentials: Credentials = newCredentials()): Promise<Credentials> {
    await this.person.open("/sign-up");
    await this.complete(credentials);
    return credentials;
  }

  /** Fills the page to sign up, which is open, in and sends it. */
  async complete(credentials: Credentials): Promise<void> {
    await this.fill(credentials);
    await this.person.page.getByRole("button", { name: "Create account" }).click();
    await this.isSignedIn();
  }

  /** Signs in on the page whose address says where to go on. */
  async signIn(credentials: Credentials, next?: string): Promise<void> {
    await this.person.open(next === undefined ? "/sign-in" : `/sign-in?next=${encodeURIComponent(next)}`);
    await this.fill(credentials);
    await this.person.page.getByRole("button", { name: "Sign in", exact: true }).click();
  }

  async signOut(): Promise<void> {
    await this.menu.click();
    await this.person.page
      .getByRole("button", { name: "Sign out" })
      .or(this.person.page.getByRole("menuitem", { name: "Sign out" }))
      .click();
    await expect(this.menu).toHaveCount(0);
  }

  async isSignedIn(): Promise<void> {
    await expect(this.menu).toBeVisible();
    await this.person.hydrated();
  }

  private async fill(credentials: Credentials): Promise<void> {
    await this.email.fill(credentials.email);
    await this.password.fill(credentials.password);
  }
}
