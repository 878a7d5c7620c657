import { expect, test } from "../fixtures/test";
import { unreachable } from "../fixtures/watch";
import { ProjectPage, isDrawn, plays } from "../pages/project";

test.use({ providers: "process" });

const KEY = "sandbox-restart-0123456789abcdef";
const POLLS = "/kie/api/v1/jobs/recordInfo";

test("a clip that was being made when the server was killed is finished after the start", async ({
  person,
  sandbox,
  server,
  watch,
}) => {
  watch.expect(unreachable);
  await person.api.putKey("gemini", KEY);
  await person.api.putKey("kie", KEY);
  const project = await ProjectPage.create(person, "Interrupted");
  await (await project.ask("Scenes", "A lighthouse.")).confirm();
  await isDrawn(project.picture.first());

  // The provider goes on working for as long as nobody gets an answer about it.
  await sandbox.fault({ path: POLLS, delay_ms: 120_000 });
  await (await project.ask("Videos", "The light turns.")).confirm();
  await expect
    .poll(async () => (await person.api.generations())[0])
    .toMatchObject({ operation: "video", status: "running" });
  const clip = (await person.api.generations())[0]?.id ?? "";
  expect(await sandbox.requests("/jobs/createTask")).toHaveLength(1);

  await server.kill();
  await sandbox.clearFaults();
  await server.resume();

  const finished = await person.api.reaches(clip, "succeeded");
  expect(finished.outputs[0]?.media_type).toMatch(/^video\//);
  expect(await sandbox.requests("/jobs/createTask")).toHaveLength(1);
  // The page was open all the time and gets there by itself.
  await expect(project.clip.first()).toBeVisible({ timeout: 30_000 });
  await plays(project.clip.first());
});

test("a lost answer to a request for a clip is unknown and never sent again", async ({
  person,
  sandbox,
  server,
  watch,
}) => {
  watch.expect(unreachable);
  await person.api.putKey("gemini", KEY);
  await person.api.putKey("kie", KEY);
  const picture = await person.api.generate({ operation: "image", input: { prompt: "A pier." } });
  await sandbox.fault({ path: "/kie/api/v1/jobs/createTask", drop_after_accept: true, times: 1 });
  const clip = await person.api.request({
    operation: "video",
    input: { prompt: "Rain on the pier.", image: picture.outputs[0]?.id },
  });
  await person.api.reaches(clip.id, "unknown");
  await server.stop();
  await server.resume();
  // Another clip goes all the way; by then the lost one would have been sent again.
  const next = await person.api.request({
    operation: "video",
    input: { prompt: "Sun on the pier.", image: picture.outputs[0]?.id },
  });
  await person.api.reaches(next.id, "succeeded");
  expect((await person.api.generation(clip.id)).status).toBe("unknown");
  expect(await sandbox.requests("/jobs/createTask")).toHaveLength(2);
});

test("no provider was ever given a key in an address", async ({ person, sandbox }) => {
  for (const provider of ["openrouter", "gemini", "kie", "elevenlabs"]) {
    await person.api.putKey(provider, KEY);
    await person.api.send("POST", `/keys/${provider}/test`, {});
  }
  await person.api.generate({ operation: "llm", input: { prompt: "One." } });
  await person.api.generate({ operation: "tts", input: { text: "Two." } });
  await person.api.generate({ operation: "tts", provider: "elevenlabs", input: { text: "Three." } });
  await person.api.generate({ operation: "music", input: { prompt: "Four." } });
  const journal = await sandbox.journal();
  expect(journal.length).toBeGreaterThan(6);
  expect(journal.filter((entry) => entry.known_key_in_url)).toEqual([]);
});
