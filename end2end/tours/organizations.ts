// An organization from its first day: each of its parts with something on it, as an admin and as a
// member see it, and the page behind an invitation's link.

import { expect } from "../fixtures/test";
import { Account } from "../pages/account";
import { OrganizationPage, accept } from "../pages/organizations";
import { KEY, type Scene } from "./tour";

export async function organizations({ person, somebody, watch, look }: Scene): Promise<void> {
  await person.open("/organizations");
  await look(person, "organizations-empty");
  const pier = await OrganizationPage.create(person, "Pier Films");
  await look(person, "organization-new");
  await pier.part("Keys");
  await look(person, "organization-keys-empty");
  await pier.giveKey("Google Gemini API key", KEY);
  await look(person, "organization-keys");
  await pier.part("Defaults and rules");
  await look(person, "organization-rules");
  await pier.part("Usage");
  await look(person, "organization-usage");

  const member = await somebody();
  const { email } = await new Account(member).signUp();
  await pier.part("People and projects");
  const link = await pier.invite(email, "Member");
  await look(person, "organization-invited");
  await member.page.goto(link);
  await member.hydrated();
  await look(member, "invitation");
  await accept(member, link);
  await look(member, "organizations");
  watch.expect(/404/);
  await member.page.goto(link);
  await expect(member.page.getByRole("alert")).toBeVisible();
  await look(member, "invitation-over");
  for (const part of ["", "/keys", "/rules"] as const) {
    await OrganizationPage.open(member, pier.id, part);
    await look(member, `organization-member${part.replace("/", "-")}`);
  }
  const people = await OrganizationPage.open(person, pier.id);
  await look(person, "organization-people");
  await people.part("Audit");
  await look(person, "organization-audit");
}
