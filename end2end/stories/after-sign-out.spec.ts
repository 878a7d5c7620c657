// Whoever comes to the browser after somebody signed out sees nothing of them.

import { expect, test } from "../fixtures/test";
import { answered } from "../fixtures/watch";
import { Account } from "../pages/account";

test("going back after signing out shows nothing", async ({ person, watch }) => {
  watch.expect(answered(401));
  const name = "A film that nobody may see";
  await person.api.putKey("openrouter", "sandbox-secret-0123456789abcdef");
  const project = await person.api.createProject(name);
  await person.open("/projects");
  await expect(person.page.getByText(name)).toBeVisible();
  await person.page.getByText(name).click();
  await expect(person.page).toHaveURL(new RegExp(project.id));
  await person.open("/settings");
  await expect(person.page.getByText("····cdef").first()).toBeVisible();
  await person.open("/usage");
  await new Account(person).signOut();

  for (let step = 0; step < 5; step += 1) {
    await person.page.goBack();
    await person.hydrated();
    const seen = await person.page.content();
    expect(seen, person.page.url()).not.toContain(name);
    expect(seen, person.page.url()).not.toContain("····cdef");
  }
  expect((await person.api.send("GET", "/settings")).status()).toBe(401);
});
