import { expect, test } from "../fixtures/test";
import { ProjectPage, plays } from "../pages/project";

const KEY = "sandbox-look-again-0123456789abcdef";

test("a clip that nobody could ask about is looked at again, and is not sent a second time", async ({
  person,
  sandbox,
}) => {
  for (const provider of ["gemini", "kie"]) await person.api.putKey(provider, KEY);
  const { id: project_id } = await person.api.createProject("The pier");
  const picture = await person.api.generate({
    operation: "image",
    project_id,
    input: { prompt: "A pier." },
  });
  await sandbox.fault({ path: "/kie/api/v1/jobs/recordInfo", status: 503 });
  const clip = await person.api.request({
    operation: "video",
    project_id,
    step: "videos",
    input: { prompt: "Rain on the pier.", image: picture.outputs[0]?.id },
  });
  await person.api.reaches(clip.id, "unknown");
  await sandbox.clearFaults();

  const project = await ProjectPage.open(person, project_id);
  await project.show("Videos");
  const again = project.results.getByRole("button", { name: "Look again" });
  await expect(again).toBeVisible();
  await again.click();
  await expect(project.clip.first()).toBeVisible({ timeout: 30_000 });
  await plays(project.clip.first());
  await expect(again).toBeHidden();
  expect(await sandbox.requests("/jobs/createTask")).toHaveLength(1);
});
