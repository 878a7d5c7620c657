import { expect, test } from "../fixtures/test";
import { ProjectPage, plays } from "../pages/project";

test.use({ providers: "process" });

const KEY = "sandbox-look-again-0123456789abcdef";

test("a clip that nobody could ask about is looked at again, and is not sent a second time", async ({
  person,
  sandbox,
}) => {
  for (const provider of ["gemini", "kie"]) await person.api.putKey(provider, KEY);
  const { id } = await person.api.createProject("The pier");
  await person.api.generate({ operation: "image", project_id: id, input: { prompt: "A pier." } });
  await sandbox.fault({ path: "/kie/api/v1/jobs/recordInfo", status: 503 });
  const project = await ProjectPage.open(person, id);
  await (await project.ask("Videos", "Rain on the pier.")).confirm();
  const again = project.results.getByRole("button", { name: "Look again" });
  await expect(again).toBeVisible({ timeout: 40_000 });
  await sandbox.clearFaults();
  await again.click();
  await expect(project.clip.first()).toBeVisible({ timeout: 30_000 });
  await plays(project.clip.first());
  await expect(again).toBeHidden();
  expect(await sandbox.requests("/jobs/createTask")).toHaveLength(1);
});
