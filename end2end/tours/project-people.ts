// The people of a project in every state, and a project's pages as a viewer sees them.

import { expect } from "../fixtures/test";
import { Account } from "../pages/account";
import { OrganizationPage } from "../pages/organizations";
import { ProjectPage } from "../pages/project";
import { LOOKING_ONLY, ProjectPeoplePage, join, nameOf } from "../pages/project-people";
import type { Scene } from "./tour";

export async function projectPeople({ person, somebody, look }: Scene): Promise<void> {
  const film = await ProjectPage.create(person, "The lighthouse keeper");
  const items = [{ step: "scenes", input: { prompt: "Gulls over the waves." } }];
  expect((await person.api.send("POST", `/projects/${film.id}/plan`, { items })).status()).toBe(201);
  const people = await ProjectPeoplePage.from(person);
  await look(person, "people-alone");

  const viewer = await somebody();
  const { email } = await new Account(viewer).signUp();
  const link = await people.invite(email, "Viewer");
  await look(person, "people-link");
  await join(viewer, link, film.id);
  await people.back();
  await people.invite("keeper@example.org", "Editor");
  await people.back();
  await people.give(nameOf(email), "Viewer");
  await look(person, "people");

  await expect(viewer.page.getByText(LOOKING_ONLY)).toBeVisible();
  await look(viewer, "viewer-project");
  for (const [page, state] of [
    ["settings", "viewer-settings"],
    ["settings/fallback", "viewer-fallback"],
    ["plan", "viewer-plan"],
  ] as const) {
    await viewer.open(`/projects/${film.id}/${page}`);
    await expect(viewer.page.getByText(LOOKING_ONLY)).toBeVisible();
    await look(viewer, state);
  }
  const theirs = await ProjectPeoplePage.open(viewer, film.id);
  await look(viewer, "people-viewer");
  await theirs.leave();
  await look(viewer, "people-left");
  await viewer.open(`/projects/${film.id}/people`);
  await expect(theirs.main.getByRole("alert")).toBeVisible();
  await look(viewer, "people-outside");

  const harbour = await OrganizationPage.create(person, "Harbour");
  const body = { name: "Harbour lights", organization_id: harbour.id };
  const made = await person.api.send("POST", "/projects", body);
  const { id } = (await made.json()) as { id: string };
  await ProjectPeoplePage.open(person, id);
  await look(person, "people-organization");
}
