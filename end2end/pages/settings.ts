// The section "API Keys & Providers" as it stands on the Settings page and in the modal.

import { expect, type Locator } from "@playwright/test";
import type { Person } from "./person";

export type OperationLabel = "LLM" | "Image" | "Video" | "TTS" | "Music";

export type SaveWords =
  | "Saving…"
  | "Saved"
  | "Save failed"
  | "Changed elsewhere"
  | "Offline. Will be saved on return.";

export class ProviderSettings {
  constructor(
    /** The page, or the modal. */
    private readonly scope: Locator,
  ) {}

  /** The settings of a project, on their page. */
  static async ofProject(person: Person, id: string): Promise<ProviderSettings> {
    await person.open(`/projects/${id}/settings`);
    const heading = person.page.getByRole("heading", { name: "Model Configuration" });
    await expect(heading).toBeVisible();
    return new ProviderSettings(person.page.getByRole("main"));
  }

  static async open(person: Person): Promise<ProviderSettings> {
    await person.open("/settings");
    const heading = person.page.getByRole("heading", { name: "API Keys & Providers" });
    await expect(heading).toBeVisible();
    return new ProviderSettings(person.page.getByRole("main"));
  }

  /** The provider select of an operation. */
  provider(operation: OperationLabel): Locator {
    return this.scope.getByLabel(`${operation} provider`, { exact: true });
  }

  model(operation: OperationLabel): Locator {
    return this.scope.getByLabel(`${operation} model`, { exact: true });
  }

  /** The address of a server of one's own, such as `Modal image endpoint`. */
  endpoint(name: string): Locator {
    return this.scope.getByLabel(name, { exact: true });
  }

  /** What a parameter is where a request leaves it open, such as `Image resolution`. */
  parameter(name: string): Locator {
    return this.scope.getByLabel(name, { exact: true });
  }

  get ownKeysFirst(): Locator {
    return this.scope.getByLabel("Use my own keys first");
  }

  /** The field for the key of a provider, by the provider's label. */
  key(provider: string): Locator {
    return this.scope.getByLabel(`${provider} API key`, { exact: true });
  }

  /** What surrounds the key of a provider: its field or its state, the buttons and the notes. */
  keyGroup(provider: string): Locator {
    return this.scope
      .locator(".key-field")
      .filter({ hasText: `${provider} API key` });
  }

  /** Chooses a provider by its id and waits until that is stored. */
  async choose(operation: OperationLabel, provider: string): Promise<void> {
    await this.provider(operation).selectOption(provider);
    await this.saved();
  }

  /** Types a key and waits until it is stored. */
  async giveKey(provider: string, key: string): Promise<void> {
    await this.key(provider).fill(key);
    await this.saved();
    await expect(this.configured(provider)).toBeVisible();
  }

  /** The text that stands in for a stored key. */
  configured(provider: string): Locator {
    return this.keyGroup(provider).getByText(/^Configured( ····.{4})?$/);
  }

  status(text: SaveWords): Locator {
    return this.scope.getByRole("status").filter({ hasText: text });
  }

  async saved(): Promise<void> {
    await expect(this.status("Saved").first()).toBeVisible();
  }

  button(provider: string, name: "Replace" | "Remove" | "Test" | "Undo"): Locator {
    return this.keyGroup(provider).getByRole("button", { name });
  }

  /** Takes back the last change of a setting. */
  get undo(): Locator {
    return this.scope.getByRole("button", { name: /^Undo: / });
  }

  /** What is asked where somebody else has changed the same setting. */
  get conflict(): Locator {
    return this.scope.locator(".field-note").filter({ hasText: "changed in another place" });
  }

  get keepMine(): Locator {
    return this.conflict.getByRole("button", { name: "Keep mine" });
  }

  get useTheirs(): Locator {
    return this.conflict.getByRole("button", { name: "Use theirs" });
  }

  get retry(): Locator {
    return this.scope.getByRole("button", { name: "Retry" });
  }

  /** The history of a setting, such as `Image provider`. */
  history(setting: string): History {
    return new History(this.scope, setting);
  }
}

/** What a setting was before. */
export class History {
  readonly group: Locator;
  readonly summary: Locator;
  /** The newest first. */
  readonly lines: Locator;

  constructor(scope: Locator, setting: string) {
    const named = `summary[aria-label="History of ${setting}"]`;
    this.group = scope.locator("details").filter({ has: scope.page().locator(named) });
    this.summary = this.group.locator(named);
    this.lines = this.group.getByRole("listitem");
  }

  async open(): Promise<void> {
    await this.summary.click();
  }

  restore(value: string): Locator {
    return this.group.getByRole("button", { name: `Restore ${value}`, exact: true });
  }
}

/** The modal "Configure API Keys & Providers". */
export class ProviderModal extends ProviderSettings {
  readonly dialog: Locator;

  constructor(person: Person) {
    const dialog = person.page.getByRole("dialog", { name: "Configure API Keys & Providers" });
    super(dialog);
    this.dialog = dialog;
  }

  tab(name: "All" | "LLM" | "Image" | "Video" | "Voice" | "Music"): Locator {
    return this.dialog.getByRole("tab", { name, exact: true });
  }

  get done(): Locator {
    return this.dialog.getByRole("button", { name: "Done" });
  }
}
