// The pages of the people who run the instance, with something on each.

import { expect } from "../fixtures/test";
import { Account } from "../pages/account";
import { Administration, PATHS, type Part } from "../pages/administration";
import { type Scene, equip } from "./tour";

export async function administration({ person, somebody, look }: Scene): Promise<void> {
  const other = await somebody();
  await new Account(other).signUp();
  await equip(person, "openrouter");
  await Administration.open(person, "Overview");
  for (const part of Object.keys(PATHS) as Part[]) {
    const shown = await Administration.open(person, part);
    await shown.isShown();
    await look(person, `admin-${part.toLowerCase()}`);
  }
  await person.open(`${PATHS.Catalogue}?operation=music`);
  const models = person.page.getByRole("table", { name: "Models" }).getByRole("row");
  await models.filter({ hasText: "$" }).first().getByRole("link").click();
  await person.hydrated();
  await look(person, "admin-correction");
  await person.page.getByLabel(/^US dollars/).first().fill("a lot");
  await person.page.getByRole("button", { name: "Save correction" }).click();
  await expect(person.page.getByRole("alert")).toContainText("Nothing was changed.");
  await person.hydrated();
  await look(person, "admin-correction-refused");
}
