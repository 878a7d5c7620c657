// A project with its six steps, and the confirmation before anything is sent.

import { expect, type Locator } from "@playwright/test";
import type { Person } from "./person";

export type StepLabel = "Story" | "Characters" | "Scenes" | "Videos" | "Voiceover" | "Music";

export type ParameterLabel =
  | "Resolution"
  | "Aspect ratio"
  | "Duration"
  | "Sound"
  | "Voice"
  | "Language"
  | "Singing";

/** What the confirmation of each step is named after. */
const NOUN: Record<StepLabel, string> = {
  Story: "text",
  Characters: "image",
  Scenes: "image",
  Videos: "video",
  Voiceover: "voiceover",
  Music: "music",
};

export class ProjectPage {
  private constructor(
    private readonly person: Person,
    readonly id: string,
  ) {}

  /** Makes a project by hand and opens it. */
  static async create(person: Person, name: string): Promise<ProjectPage> {
    await person.open("/projects");
    await person.page.getByLabel("Project name").fill(name);
    await person.page.getByRole("button", { name: "Create project" }).click();
    await expect(person.page.getByRole("heading", { name })).toBeVisible();
    return ProjectPage.at(person);
  }

  /** The project whose page is open. */
  static async at(person: Person): Promise<ProjectPage> {
    await person.page.waitForURL(/\/projects\/[^/]+/);
    const id = new URL(person.page.url()).pathname.split("/")[2] ?? "";
    return new ProjectPage(person, id);
  }

  static async open(person: Person, id: string): Promise<ProjectPage> {
    await person.open(`/projects/${id}`);
    return new ProjectPage(person, id);
  }

  /** The tab of a step. */
  step(step: StepLabel): Locator {
    return this.main.getByRole("tab", { name: step, exact: true });
  }

  async show(step: StepLabel): Promise<void> {
    const tab = this.step(step);
    await tab.click();
    await expect(tab).toHaveAttribute("aria-selected", "true");
  }

  /** The field that says what to generate. */
  get prompt(): Locator {
    return this.main.getByRole("textbox", { name: /^(Prompt|Text)$/ });
  }

  get generate(): Locator {
    return this.main.getByRole("button", { name: "Generate", exact: true });
  }

  get configure(): Locator {
    return this.person.page.getByRole("button", { name: "Configure providers" });
  }

  confirmation(step: StepLabel): Confirmation {
    return new Confirmation(
      this.person.page.getByRole("dialog", { name: `Generate ${NOUN[step]}` }),
    );
  }

  /** Types the prompt, presses Generate and waits for the confirmation. */
  async ask(step: StepLabel, prompt: string): Promise<Confirmation> {
    await this.show(step);
    await this.prompt.fill(prompt);
    if (step === "Videos") await this.firstFrame.first().check();
    await this.generate.click();
    const confirmation = this.confirmation(step);
    await expect(confirmation.dialog).toBeVisible();
    return confirmation;
  }

  /** A select of the step that is shown. */
  parameter(label: ParameterLabel): Locator {
    return this.main.getByLabel(label, { exact: true });
  }

  /** The pictures of the project that a clip can begin with. */
  get firstFrame(): Locator {
    return this.main.getByRole("group", { name: /^First frame/ }).getByRole("checkbox");
  }

  /** What was generated in the step that is shown. */
  get results(): Locator {
    return this.main.getByRole("region", { name: "Results" });
  }

  get picture(): Locator {
    return this.results.locator('img[src*="/outputs/"]');
  }

  get clip(): Locator {
    return this.results.locator("video");
  }

  get sound(): Locator {
    return this.results.locator("audio");
  }

  private get main(): Locator {
    return this.person.page.getByRole("main");
  }
}

export class Confirmation {
  constructor(readonly dialog: Locator) {}

  /** The value beside the name of a row. */
  row(name: "Provider" | "Model" | "Estimated cost" | "Usually takes" | "Paid by"): Locator {
    return this.dialog
      .getByRole("row")
      .filter({ has: this.dialog.page().getByRole("rowheader", { name, exact: true }) })
      .getByRole("cell");
  }

  /** The trace in words, which is folded away at first. */
  async why(): Promise<Locator> {
    const details = this.dialog
      .locator("details")
      .filter({ has: this.dialog.page().getByText("Why this provider?", { exact: true }) });
    await details.locator("summary").click();
    return details;
  }

  /** A parameter that can still be changed. */
  parameter(label: ParameterLabel): Locator {
    return this.dialog.getByLabel(label, { exact: true });
  }

  /** The table of the comparison. */
  get ways(): Locator {
    return this.dialog.getByRole("region", { name: "Providers compared" });
  }

  /** Unfolds the comparison; its table once it is there. */
  async compare(): Promise<Locator> {
    await this.dialog.getByText("Compare providers", { exact: true }).click();
    await expect(this.ways).toBeVisible();
    return this.ways;
  }

  /** Shows every way of the comparison. */
  async showAll(): Promise<void> {
    await this.dialog.getByRole("button", { name: /^Show all \d+$/ }).click();
  }

  get generate(): Locator {
    return this.dialog.getByRole("button", { name: "Generate", exact: true });
  }

  async confirm(): Promise<void> {
    await this.generate.click();
    await expect(this.dialog).toBeHidden();
  }

  async cancel(): Promise<void> {
    await this.dialog.getByRole("button", { name: "Cancel" }).click();
    await expect(this.dialog).toBeHidden();
  }
}

/** Waits until a picture is drawn. */
export async function isDrawn(picture: Locator): Promise<void> {
  // It is loaded only when it comes into view.
  await picture.scrollIntoViewIfNeeded({ timeout: 40_000 });
  await expect
    .poll(() => picture.evaluate((image) => (image as HTMLImageElement).naturalWidth), {
      timeout: 40_000,
    })
    .toBeGreaterThan(0);
}

/** Plays a clip or sound, silently, until its time has moved. */
export async function plays(player: Locator): Promise<void> {
  await player.evaluate(async (element) => {
    const media = element as HTMLMediaElement;
    media.muted = true;
    await media.play();
  });
  await expect
    .poll(() => player.evaluate((element) => (element as HTMLMediaElement).currentTime))
    .toBeGreaterThan(0);
  const duration = await player.evaluate((element) => (element as HTMLMediaElement).duration);
  expect(duration).toBeGreaterThan(0);
}
