import { expect, test } from "../fixtures/test";
import { answered } from "../fixtures/watch";
import { Account } from "../pages/account";
import { OrganizationPage, accept } from "../pages/organizations";
import { PlanPage } from "../pages/plan";
import { ProjectPage } from "../pages/project";
import { LOOKING_ONLY, ProjectPeoplePage, join, nameOf } from "../pages/project-people";
import { ProviderSettings } from "../pages/settings";

const KEY = "sandbox-editor-0123456789abcdef";

test("an editor generates with a key of their own, a viewer only looks, and the owner decides about both", async ({
  person: owner,
  somebody,
}) => {
  const film = await ProjectPage.create(owner, "The pier");
  const chosen = { operations: { image: { provider: "gemini" } } };
  const settings = `/projects/${film.id}/settings`;
  expect((await owner.api.send("PATCH", settings, chosen)).ok()).toBe(true);
  const people = await ProjectPeoplePage.from(owner);
  await expect(people.main).toContainText("You are alone in this project.");

  const editor = await somebody();
  const { email: editorsEmail } = await new Account(editor).signUp();
  const editors = nameOf(editorsEmail);
  await join(editor, await people.invite(editorsEmail, "Editor"), film.id);
  await people.back();
  const viewer = await somebody();
  const { email: viewersEmail } = await new Account(viewer).signUp();
  const viewers = nameOf(viewersEmail);
  await join(viewer, await people.invite(viewersEmail, "Viewer"), film.id);
  await people.back();
  await expect(people.row(editors).getByRole("combobox")).toHaveValue("editor");
  await expect(people.row(viewers).getByRole("combobox")).toHaveValue("viewer");

  // The viewer is told so wherever something could be changed.
  const looked = await ProjectPage.open(viewer, film.id);
  const told = viewer.page.getByRole("main").getByText(LOOKING_ONLY);
  await expect(told).toBeVisible();
  await expect(looked.prompt).toBeDisabled();
  await expect(looked.generate).toBeDisabled();
  const theirs = await ProviderSettings.ofProject(viewer, film.id);
  await expect(told).toBeVisible();
  await expect(theirs.provider("Image")).toHaveValue("gemini");
  await expect(theirs.provider("Image")).toBeDisabled();
  const plan = await PlanPage.open(viewer, film.id);
  await expect(told).toBeVisible();
  await expect(plan.button("Add to plan")).toHaveCount(0);
  await viewer.open(`${settings}/fallback`);
  await expect(told).toBeVisible();
  await expect(plan.button(/^Save the fallback/)).toHaveCount(0);
  const seen = await ProjectPeoplePage.open(viewer, film.id);
  await expect(seen.row(editors)).toContainText("Editor");
  await expect(seen.inviting).toHaveCount(0);
  await expect(seen.forms).toHaveCount(1);

  await editor.api.putKey("gemini", KEY);
  const edited = await ProjectPage.open(editor, film.id);
  const confirmation = await edited.ask("Scenes", "A pier in the rain.");
  await confirmation.confirm();
  await expect(edited.results.getByText("Done")).toBeVisible({ timeout: 30_000 });
  const [made] = await editor.api.generations();
  expect(made?.resolution.payer).toBe("user");

  await people.give(viewers, "Editor");
  const allowed = await ProjectPage.open(viewer, film.id);
  await expect(told).toHaveCount(0);
  await expect(allowed.generate).toBeEnabled();

  await people.remove(editors);
  await expect(people.row(editors)).toHaveCount(0);
  const after = await editor.api.send("GET", `/projects/${film.id}`);
  expect(after.status()).toBe(404);
});

test("an invitation is withdrawn, and who leaves is outside at once", async ({
  person: owner,
  somebody,
  watch,
}) => {
  watch.expect(answered(404));
  const { id } = await owner.api.createProject("The pier");
  const people = await ProjectPeoplePage.open(owner, id);
  const other = await somebody();
  const { email } = await new Account(other).signUp();
  const first = await people.invite(email, "Viewer");
  await people.back();
  await expect(people.row(email)).toContainText("Viewer");
  await people.withdraw(email);
  await other.page.goto(first);
  await expect(other.page.getByRole("alert")).toBeVisible();

  const second = await people.invite(email, "Editor");
  await join(other, second, id);
  const theirs = await ProjectPeoplePage.open(other, id);
  await expect(theirs.row(nameOf(email))).toContainText("(you)");
  await theirs.leave();
  expect((await other.api.send("GET", `/projects/${id}`)).status()).toBe(404);
  await other.open(`/projects/${id}/people`);
  await expect(theirs.main.getByRole("alert")).toBeVisible();
  await expect(theirs.main).not.toContainText("The pier");
});

test("an organization's project has the organization's people, and a member can be made a viewer", async ({
  person: admin,
  somebody,
}) => {
  const pier = await OrganizationPage.create(admin, "Pier Films");
  const member = await somebody();
  const { email } = await new Account(member).signUp();
  await accept(member, await pier.invite(email, "Member"));
  const body = { name: "The pier", organization_id: pier.id };
  const made = await admin.api.send("POST", "/projects", body);
  const { id } = (await made.json()) as { id: string };

  const people = await ProjectPeoplePage.open(admin, id);
  await expect(people.inviting).toHaveCount(0);
  await expect(people.main.getByRole("button", { name: /^Remove / })).toHaveCount(0);
  await people.give(nameOf(email), "Viewer");

  const looked = await ProjectPage.open(member, id);
  await expect(member.page.getByText(LOOKING_ONLY)).toBeVisible();
  await expect(looked.generate).toBeDisabled();
  const theirs = await ProjectPeoplePage.open(member, id);
  await expect(theirs.forms).toHaveCount(0);
});
