// The page "Account and security": the password, two-step sign-in, sessions and access tokens.

import { createHmac } from "node:crypto";
import { expect, type Locator } from "@playwright/test";
import type { Person } from "./person";

export class AccountSecurity {
  private constructor(private readonly person: Person) {}

  static async open(person: Person): Promise<AccountSecurity> {
    await person.open("/account");
    await expect(
      person.page.getByRole("heading", { name: "Account and security", level: 1 }),
    ).toBeVisible();
    return new AccountSecurity(person);
  }

  /** The page that is shown. */
  static at(person: Person): AccountSecurity {
    return new AccountSecurity(person);
  }

  part(name: string): Locator {
    return this.person.page.getByRole("region", { name, exact: true });
  }

  form(name: string): Locator {
    return this.person.page.getByRole("form", { name, exact: true });
  }

  async changePassword(from: string, to: string): Promise<void> {
    const form = this.form("Change the password");
    await form.getByLabel("Current password").fill(from);
    await form.getByLabel("New password").fill(to);
    await form.getByRole("button", { name: "Change password" }).click();
    await this.person.hydrated();
  }

  async confirm(label: "Password" | "Code", what: string): Promise<void> {
    const form = this.form("Confirm that it is you");
    await form.getByLabel(label, { exact: true }).fill(what);
    await form.getByRole("button", { name: "Confirm" }).click();
    await this.person.hydrated();
  }

  /** Makes a token and gives its text. */
  async makeToken(name: string, scopes: string[] = []): Promise<string> {
    const form = this.form("Make an access token");
    await form.getByLabel("Name of the token").fill(name);
    for (const scope of scopes) await form.getByLabel(new RegExp(`^${scope}:`)).check();
    await form.getByRole("button", { name: "Make token" }).click();
    await this.person.hydrated();
    return this.newToken.innerText();
  }

  get newToken(): Locator {
    return this.person.page.getByLabel("Access token", { exact: true });
  }

  /** Begins to set up two-step sign-in and gives the secret. */
  async beginTwoStep(): Promise<string> {
    await this.person.page.getByRole("button", { name: "Set up two-step sign-in" }).click();
    await this.person.hydrated();
    return (await this.person.page.locator("#totp-secret").innerText()).replace(/\s/g, "");
  }

  async firstCode(code: string): Promise<void> {
    const form = this.form("Turn two-step sign-in on");
    await form.getByLabel("Code").fill(code);
    await form.getByRole("button", { name: "Turn on" }).click();
    await this.person.hydrated();
  }

  /** The recovery codes that are shown. */
  async recoveryCodes(): Promise<string[]> {
    return this.person.page.getByRole("list", { name: "Your recovery codes" }).locator("li").allInnerTexts();
  }

  async back(name: "I have kept them" | "I have copied it"): Promise<void> {
    await this.person.page.getByRole("link", { name }).click();
    await this.person.hydrated();
  }

  get sessions(): Locator {
    return this.part("Where you are signed in").getByRole("row");
  }
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** The code that an authenticator app with this secret shows, `steps` of 30 seconds from now. */
export function codeOf(secret: string, steps = 0): string {
  let bits = "";
  for (const letter of secret) bits += ALPHABET.indexOf(letter).toString(2).padStart(5, "0");
  const bytes = (bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const digest = createHmac("sha1", Buffer.from(bytes)).update(step).digest();
  const at = digest[digest.length - 1]! & 0xf;
  const number = (digest.readUInt32BE(at) & 0x7fffffff) % 1_000_000;
  return number.toString().padStart(6, "0");
}
