// The account: each part of its page, and the answers that show something once.

import { expect } from "../fixtures/test";
import { AccountSecurity, codeOf } from "../pages/account-security";
import type { Scene } from "./tour";

export async function account({ person, look }: Scene): Promise<void> {
  const page = await AccountSecurity.open(person);
  await look(person, "account");
  await page.makeToken("Build server", ["Generate"]);
  await look(person, "account-new-token");
  await page.back("I have copied it");
  await look(person, "account-tokens", page.part("Access tokens"));
  await page.changePassword("not the right password", "five green umbrellas dance");
  await look(person, "account-password-wrong", page.part("Password"));

  const secret = await page.beginTwoStep();
  await look(person, "account-two-step");
  await page.firstCode("000000");
  await expect(person.page.getByRole("alert")).toContainText("does not fit");
  await look(person, "account-two-step-wrong", page.form("Turn two-step sign-in on"));
  await page.firstCode(codeOf(secret));
  await look(person, "account-recovery-codes");
  await page.back("I have kept them");
  await look(person, "account-two-step-on", page.part("Two-step sign-in"));

  await page.part("Access tokens").getByRole("link", { name: "HTTP API" }).click();
  await expect(person.page.getByRole("heading", { name: "HTTP API", level: 1 })).toBeVisible();
  await look(person, "api-docs");
}
