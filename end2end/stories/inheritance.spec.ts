// What a project takes over from its owner, what it says itself, what follows from a change, and how
// one finds out why something is as it is.

import { expect, test } from "../fixtures/test";
import type { Person } from "../pages/person";
import { ProjectPage } from "../pages/project";
import { ProviderSettings } from "../pages/settings";

const KEY = "sandbox-inherit-0123456789abcdef";

async function patch(person: Person, path: string, body: unknown): Promise<void> {
  const answer = await person.api.send("PATCH", path, body);
  expect(answer.status()).toBe(200);
}

function section(person: Person, id: string) {
  return person.page.locator(`section#${id}`);
}

test("a project says what it has of its own, and gives it back", async ({ person }) => {
  await patch(person, "/settings", { operations: { image: { provider: "kie" } } });
  const { id } = await person.api.createProject("Its own way");
  const settings = await ProviderSettings.ofProject(person, id);
  const image = section(person, "image");
  await expect(settings.provider("Image").locator("option").first()).toHaveText(
    "Automatic (KIE.ai · Your settings)",
  );
  await expect(image.locator(".origin")).toHaveCount(0);

  await settings.choose("Image", "gemini");
  const origin = image.locator(".origin").first();
  await expect(origin).toContainText("it comes before your own setting (KIE.ai).");
  await person.reload();
  await expect(origin).toContainText("it comes before your own setting (KIE.ai).");
  await origin.getByRole("button", { name: "Use my setting" }).click();
  await expect(settings.provider("Image")).toHaveValue("");
  await expect(settings.provider("Image")).toBeFocused();
  await expect(image.locator(".origin")).toHaveCount(0);
  await settings.saved();
  await expect(settings.model("Image").locator("option").first()).toContainText("Seedream");
});

test("own settings say which projects follow, and what a change does to them", async ({ person }) => {
  const follows = await person.api.createProject("Harbour");
  const own = await person.api.createProject("Lighthouse");
  await patch(person, `/projects/${own.id}/settings`, { operations: { image: { provider: "kie" } } });
  const settings = await ProviderSettings.open(person);
  const reach = section(person, "image").locator(".reach").first();
  await expect(reach).toHaveText(
    "1 project follows this: Harbour. With a word of their own: Lighthouse (KIE.ai).",
  );

  await settings.choose("Image", "kie");
  await expect(reach).toHaveText(
    "Changes 1 project: Harbour. A typical image costs 6.5 credits instead of 20 credits.",
  );
  await settings.choose("Image", "gemini");
  await expect(reach).toHaveText(
    "Changes 1 project: Harbour. A typical image costs 20 credits instead of 6.5 credits.",
  );
  const images = async (id: string) => {
    const answer = await person.api.send("POST", "/resolve", { operation: "image", project_id: id });
    return ((await answer.json()) as { provider: string }).provider;
  };
  await person.api.putKey("gemini", KEY);
  await person.api.putKey("kie", KEY);
  expect([await images(follows.id), await images(own.id)]).toEqual(["gemini", "kie"]);

  // A project that gets a word of its own elsewhere does not follow any more.
  const other = await person.anotherTab();
  await (await ProviderSettings.ofProject(other, follows.id)).choose("Video", "modal");
  await expect(section(person, "video").locator(".reach").first()).toHaveText(
    "1 project follows this: Lighthouse. With a word of their own: Harbour (Modal).",
  );
});

test("a new project is among those that follow", async ({ person }) => {
  const settings = await ProviderSettings.open(person);
  await expect(section(person, "image").locator(".reach").first()).toBeEmpty();
  await person.follow("Projects");
  await person.page.getByLabel("Project name").fill("Brand new");
  await person.page.getByRole("button", { name: "Create project" }).click();
  await expect(person.page.getByRole("heading", { name: "Brand new" })).toBeVisible();
  await person.follow("Settings");
  await expect(settings.provider("Image")).toBeVisible();
  await expect(section(person, "image").locator(".reach").first()).toHaveText(
    "1 project follows this: Brand new.",
  );
});

test("a default parameter goes from the person to the project, the step and what is made", async ({
  person,
}) => {
  await person.api.putKey("gemini", KEY);
  const own = await ProviderSettings.open(person);
  await own.choose("Image", "gemini");
  const resolution = "Image resolution";
  await expect(own.parameter(resolution).locator("option").first()).toHaveText(
    "Automatic (2K · the model's own)",
  );
  await own.parameter(resolution).selectOption("4K");
  await own.saved();

  const project = await ProjectPage.create(person, "Sharp by default");
  await project.show("Scenes");
  await expect(project.parameter("Resolution").locator("option").first()).toHaveText(
    "Automatic (4K · default)",
  );
  const asked = await project.ask("Scenes", "A harbour.");
  await expect(asked.row("Estimated cost")).toContainText("30 credits");
  await asked.cancel();

  const settings = await ProviderSettings.ofProject(person, project.id);
  await expect(settings.parameter(resolution)).toHaveValue("");
  await expect(settings.parameter(resolution).locator("option").first()).toHaveText(
    "Automatic (4K · Your settings)",
  );
  await settings.parameter(resolution).selectOption("1K");
  await settings.saved();
  await expect(section(person, "image").locator(".origin")).toContainText(
    "it comes before your own setting (4K).",
  );

  const again = await ProjectPage.open(person, project.id);
  const confirmation = await again.ask("Scenes", "A harbour.");
  await expect(again.parameter("Resolution").locator("option").first()).toHaveText(
    "Automatic (1K · default)",
  );
  await expect(confirmation.row("Estimated cost")).toContainText("13 credits");
  await confirmation.cancel();

  const wanted = async (project_id?: string, input: object = {}) => {
    const made = await person.api.request({
      operation: "image",
      ...(project_id === undefined ? {} : { project_id }),
      input: { prompt: "A pier.", ...input },
    });
    const stored = await person.api.get<{ input: { resolution?: string } }>(
      `/generations/${made.id}`,
    );
    return stored.input.resolution;
  };
  expect(await wanted(project.id)).toBe("1K");
  expect(await wanted()).toBe("4K");
  expect(await wanted(project.id, { resolution: "2K" })).toBe("2K");
});

test.describe("what the operator provides", () => {
  test.use({
    variables: {
      GEMINI_API_KEY: "sandbox-operator-0123456789abcdef",
      MODAL_IMAGE_ENDPOINT: "https://operator--image.modal.run/v1",
    },
  });

  test("is shown with a lock and the name of its variable, never with its value", async ({
    person,
  }) => {
    const settings = await ProviderSettings.open(person);
    await settings.choose("Image", "gemini");
    const managed = (variable: string) =>
      person.page.locator(".managed").filter({ has: person.page.getByText(variable, { exact: true }) });
    await expect(managed("GEMINI_API_KEY").first()).toContainText(
      "Provided by this server as GEMINI_API_KEY. What you enter here comes before it.",
    );
    await expect(managed("MODAL_IMAGE_ENDPOINT").first()).toBeVisible();
    const html = await person.page.content();
    expect(html).not.toContain("sandbox-operator");
    expect(html).not.toContain("operator--image");
  });
});

test("Why this? lists every level and leads to where it is changed", async ({ person }) => {
  await patch(person, "/settings", { operations: { image: { provider: "kie" } } });
  const project = await person.api.createProject("Reasons");
  const settings = await ProviderSettings.ofProject(person, project.id);
  await settings.choose("Image", "gemini");
  const image = section(person, "image");
  await image.getByText("Why this?", { exact: true }).click();
  const levels = image.locator(".trace ol").first().getByRole("listitem");
  await expect(levels.filter({ hasText: "Project" })).toContainText("Google Gemini — used");
  await expect(levels.filter({ hasText: "Your settings" })).toContainText("a higher level decides");

  // The answer follows what is changed beside it.
  await settings.choose("Image", "");
  await expect(levels.filter({ hasText: "Your settings" })).toContainText("KIE.ai — used");
  await expect(image.locator("details.why")).toHaveAttribute("open");

  await image.locator(".ways").getByRole("link", { name: /your settings/ }).click();
  await person.page.waitForURL(/\/settings#image$/);
  await person.hydrated();
  await expect(section(person, "image")).toBeInViewport();
});

test.describe("the search", () => {
  test("leads to a field by keyboard", async ({ person }) => {
    const settings = await ProviderSettings.open(person);
    const search = person.page.getByRole("searchbox", { name: "Search settings" });
    await search.focus();
    await person.page.keyboard.type("video provider");
    await expect(person.page.getByRole("search").getByRole("listitem").first()).toContainText(
      "Video provider",
    );
    await person.page.keyboard.press("Enter");
    await expect(settings.provider("Video")).toBeFocused();
    await expect(search).toHaveValue("");

    await search.focus();
    await person.page.keyboard.type("modal music");
    await person.page.keyboard.press("Tab");
    await person.page.keyboard.press("Enter");
    await expect(settings.endpoint("Modal music endpoint")).toBeFocused();
  });

  test("finds a key of a provider that no operation uses, a parameter and a model", async ({
    person,
  }) => {
    const settings = await ProviderSettings.open(person);
    await settings.choose("Image", "gemini");
    const search = person.page.getByRole("searchbox", { name: "Search settings" });
    const found = person.page.getByRole("search").getByRole("button");
    await search.fill("image resolution");
    await found.first().click();
    await expect(settings.parameter("Image resolution")).toBeFocused();

    await search.fill("seedream");
    await found.first().click();
    await expect(settings.provider("Image")).toBeFocused();

    await search.fill("suno api key");
    await found.first().click();
    await expect(settings.key("Suno")).toBeFocused();

    await search.fill("no such thing");
    await expect(person.page.getByText("Nothing is called so. Try fewer letters.")).toBeVisible();
    await search.press("Escape");
    await expect(search).toHaveValue("");
  });
});
