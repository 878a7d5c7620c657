import { expect, test } from "../fixtures/test";
import { Account, newCredentials } from "../pages/account";
import { OrganizationPage, accept } from "../pages/organizations";
import { ProjectPage } from "../pages/project";

const SHARED = "sandbox-shared-0123456789abcdef-7Q4Z";
const THEIRS = "sandbox-harbour-0123456789abcdef-9X2K";

test("an admin shares a key; a member generates with it, the organization pays, and the member never sees it", async ({
  person: admin,
  somebody,
}) => {
  const pier = await OrganizationPage.create(admin, "Pier Films");
  const premium = { plan: "premium" };
  const planned = await admin.api.send("PATCH", `/admin/organizations/${pier.id}`, premium);
  expect(planned.ok()).toBe(true);
  await pier.part("Keys");
  await pier.giveKey("Google Gemini API key", SHARED);
  await expect(pier.row("Google Gemini API key")).toContainText("····7Q4Z");

  const member = await somebody();
  const seen: string[] = [];
  member.page.on("response", async (response) => {
    seen.push(await response.text().catch(() => ""));
  });
  const theirAccount = newCredentials();
  await pier.part("People and projects");
  const link = await pier.invite(theirAccount.email, "Member");
  await member.page.goto(link);
  await member.hydrated();
  await member.page.getByRole("link", { name: "Create one" }).click();
  await new Account(member).complete(theirAccount);
  await expect(member.page.getByRole("heading", { name: "Pier Films" })).toBeVisible();
  await accept(member, link);

  // Their own organization has nothing to do with it.
  const harbour = await OrganizationPage.create(member, "Harbour");
  await harbour.part("Keys");
  await harbour.giveKey("Google Gemini API key", THEIRS);

  const shared = await OrganizationPage.open(member, pier.id, "/keys");
  await expect(shared.main).toContainText("Google Gemini: available");
  await expect(shared.main.getByRole("button", { name: "Store the key" })).toHaveCount(0);

  const made = await member.api.send("POST", "/projects", {
    name: "The pier",
    organization_id: pier.id,
  });
  const { id } = (await made.json()) as { id: string };
  const chosen = { operations: { image: { provider: "gemini" } } };
  expect((await member.api.send("PATCH", `/projects/${id}/settings`, chosen)).ok()).toBe(true);
  const project = await ProjectPage.open(member, id);
  const confirmation = await project.ask("Scenes", "A pier in the rain.");
  await expect(confirmation.row("Paid by")).toContainText("organization");
  await confirmation.confirm();
  await expect(project.results.getByText("Done")).toBeVisible({ timeout: 30_000 });
  const [generation] = await member.api.generations();
  expect(generation?.resolution.payer).toBe("organization");

  const spent = await OrganizationPage.open(admin, pier.id, "/usage");
  const paid = spent.row(theirAccount.email.split("@")[0] ?? "").getByRole("cell");
  await expect(paid.nth(0)).toHaveText("Your organization");
  await expect(paid.nth(1)).toHaveText("1");
  await expect(paid.nth(2)).toHaveText(/^[\d.]+ credits \(\$\d+\.\d*[1-9]\d*\)$/);
  const theirs = await admin.api.send("GET", `/organizations/${harbour.id}`);
  expect(theirs.status()).toBe(404);

  await member.open("/settings");
  await member.open(`/projects/${id}`);
  const everything = seen.join("\n");
  expect(everything).toContain("The pier");
  for (const secret of [SHARED, "7Q4Z"]) expect(everything).not.toContain(secret);
});

test("a member who is removed is outside at the next request, and a link works once", async ({
  person: admin,
  somebody,
}) => {
  const pier = await OrganizationPage.create(admin, "Pier Films");
  const member = await somebody();
  const { email } = await new Account(member).signUp();
  const link = await pier.invite(email, "Admin");
  await accept(member, link);
  await member.page.goto(link);
  await expect(member.page.getByRole("alert")).toBeVisible();

  const page = await OrganizationPage.open(admin, pier.id);
  await page.main.getByRole("button", { name: /^Remove / }).click();
  await expect(page.said).toContainText("The member was removed.");
  await page.part("Audit");
  await expect(page.row("Removed a member who was admin")).toBeVisible();
  await page.part("People and projects");
  const after = await member.api.send("GET", `/organizations/${pier.id}`);
  expect(after.status()).toBe(404);

  await page.leave();
  await expect(page.said).toContainText("This is its last owner.");
});

test("rules that are refused keep what was typed and name the line", async ({ person: admin }) => {
  const pier = await OrganizationPage.create(admin, "Pier Films");
  await pier.part("Defaults and rules");
  const models = pier.main.getByLabel("Models, each on a line with its provider");
  await models.fill("kie nano\nkie");
  await pier.main.getByRole("button", { name: "Save the rules" }).click();
  await expect(pier.said).toContainText("Nothing was saved.");
  await expect(pier.main).toContainText("Line 2: ");
  await expect(models).toHaveValue("kie nano\nkie");
  await models.fill("");
  await pier.main.getByRole("button", { name: "Save the rules" }).click();
  await expect(pier.said).toContainText("Saved.");
});

test("a stranger sees nothing of an organization", async ({ person: admin, somebody, watch }) => {
  watch.expect(/404/);
  const pier = await OrganizationPage.create(admin, "Pier Films");
  const stranger = await somebody();
  await new Account(stranger).signUp();
  const page = await OrganizationPage.open(stranger, pier.id);
  await expect(page.main).not.toContainText("Pier Films");
  await expect(page.main.getByRole("alert")).toBeVisible();
});
