import { expect, test } from "../fixtures/test";
import { answered } from "../fixtures/watch";
import { Account } from "../pages/account";
import { ProviderSettings } from "../pages/settings";

const KEY = "sandbox-first-0123456789abcdef";

test("a second person sees nothing of the first", async ({ person, somebody, watch }) => {
  watch.expect(answered(404));
  await person.api.putKey("openrouter", KEY);
  await person.api.putKey("gemini", KEY);
  const project = await person.api.createProject("A secret film");
  const picture = await person.api.generate({
    operation: "image",
    project_id: project.id,
    input: { prompt: "A secret." },
  });
  const address = picture.outputs[0]?.url ?? "";
  expect((await person.page.request.get(person.origin + address)).status()).toBe(200);

  const other = await somebody();
  await new Account(other).signUp();
  await other.open("/projects");
  await expect(other.page.getByText("A secret film")).toHaveCount(0);
  const settings = await ProviderSettings.open(other);
  await settings.choose("LLM", "openrouter");
  await expect(settings.configured("OpenRouter")).toHaveCount(0);
  expect((await other.api.settings()).keys ?? {}).toEqual({});
  expect(await other.api.projects()).toEqual([]);

  const denied = await other.page.request.get(other.origin + address);
  expect(denied.status()).toBe(404);
  await other.page.goto(`${other.origin}/projects/${project.id}`);
  await expect(other.page.getByText("A secret film")).toHaveCount(0);

  const nobody = await somebody();
  expect((await nobody.page.request.get(nobody.origin + address)).status()).toBe(401);
});
