// Somebody at a browser: their page, and the HTTP API in their name.

import { expect, type Page } from "@playwright/test";
import { Api } from "../fixtures/api";

export class Person {
  readonly api: Api;

  constructor(
    readonly page: Page,
    readonly origin: string,
  ) {
    this.api = new Api(page, origin);
  }

  /** Opens a page of the product and waits until it can be used. */
  async open(path: string): Promise<void> {
    await this.page.goto(this.origin + path);
    await this.hydrated();
  }

  /** Waits until the page can be used. */
  async hydrated(): Promise<void> {
    await expect(this.page.locator("html")).toHaveAttribute("data-hydrated", "true", {
      timeout: 20_000,
    });
  }

  /** Opens another tab in the same browser. */
  async anotherTab(): Promise<Person> {
    return new Person(await this.page.context().newPage(), this.origin);
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.hydrated();
  }

  /** Follows a link of the top navigation. */
  async follow(name: "Projects" | "Settings" | "Usage"): Promise<void> {
    await this.page.getByRole("navigation", { name: "Main" }).getByRole("link", { name }).click();
  }
}
