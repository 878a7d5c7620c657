// Before there is anything: the pages of a visitor, and what an earlier product left behind.

import { expect } from "../fixtures/test";
import { MovingDialog, everything } from "../pages/moving";
import type { Scene } from "./tour";

export async function arrival({ person, somebody, look }: Scene): Promise<void> {
  const visitor = await somebody();
  await visitor.open("/");
  await look(visitor, "landing");
  await visitor.open("/sign-in");
  await look(visitor, "sign-in");
  await visitor.open("/sign-up");
  await look(visitor, "sign-up");

  await person.open("/usage");
  await MovingDialog.leave(person, everything());
  await person.open("/projects");
  const moving = new MovingDialog(person);
  await expect(moving.dialog).toBeVisible();
  await look(person, "moving-offered");
  await moving.moveAll();
  await look(person, "moving-done");
  await moving.done.click();
  await look(person, "projects-empty");
}
