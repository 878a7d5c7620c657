// Secrets that can be recognised anywhere go through the whole product in a browser. Afterwards they
// are nowhere but, sealed, in the vault. tests/safety/canaries does the same with all kinds of secrets
// and without a browser.

import { randomBytes } from "node:crypto";
import type { Page, Response } from "@playwright/test";
import { type Place, find, forms } from "../fixtures/search";
import { expect, test } from "../fixtures/test";
import type { Server } from "../fixtures/server";
import { answered } from "../fixtures/watch";
import type { Person } from "../pages/person";
import { Account, newCredentials } from "../pages/account";
import { ProjectPage, isDrawn, plays } from "../pages/project";
import { ProviderModal, ProviderSettings } from "../pages/settings";

test.use({ logLevel: "trace" });

/** Everything that a browser receives, and the addresses that it asks for. */
class Recorder {
  private readonly pending: Promise<void>[] = [];
  readonly places: Place[] = [];
  private readonly events: Uint8Array[] = [];

  constructor(page: Page) {
    page.on("response", (response) => this.pending.push(this.keep(response)));
    page.on("request", (request) => this.add(`address of ${request.method()}`, request.url()));
    page.on("framenavigated", (frame) => this.add("address bar", frame.url()));
  }

  add(name: string, content: string | Buffer): void {
    this.places.push({ name, bytes: Buffer.from(content) });
  }

  /** Listens to what this person is told of changes, as their pages do. */
  async listen(person: Person): Promise<void> {
    const cookies = await person.page.context().cookies();
    const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
    const { body } = await fetch(`${person.api.base}/events`, { headers: { cookie } });
    const reader = body?.getReader();
    const read = async (): Promise<void> => {
      const part = await reader?.read();
      if (part?.value === undefined) return;
      this.events.push(part.value);
      await read();
    };
    // It ends with the server.
    read().catch(() => undefined);
  }

  async complete(): Promise<Place[]> {
    await Promise.all(this.pending);
    this.add("events", Buffer.concat(this.events));
    return this.places;
  }

  private async keep(response: Response): Promise<void> {
    const name = `${response.request().method()} ${new URL(response.url()).pathname}`;
    const headers = await response.allHeaders();
    this.add(`headers of ${name}`, JSON.stringify(headers));
    // A stream has no end while its page is open; `listen` hears the same.
    if (headers["content-type"]?.startsWith("text/event-stream")) return;
    // A redirect or a part of media has no body to read here.
    const body = await response.body().catch(() => undefined);
    if (body !== undefined) this.add(`body of ${name}`, body);
  }
}

/** What a page holds: its source and all that it could have stored. */
async function held(person: Person): Promise<Place[]> {
  const { page } = person;
  const stored = await page.evaluate(async () => {
    const databases = (await indexedDB.databases()).map((each) => each.name);
    const caches = await window.caches.keys();
    const fields = [...document.querySelectorAll("input, textarea, select")].map(
      (field) => (field as HTMLInputElement).value,
    );
    return JSON.stringify({
      local: { ...localStorage },
      session: { ...sessionStorage },
      databases,
      caches,
      fields,
      cookie: document.cookie,
      history: JSON.stringify(history.state),
      resources: performance.getEntriesByType("resource").map((entry) => entry.name),
    });
  });
  const where = new URL(page.url()).pathname;
  return [
    { name: `source of ${where}`, bytes: Buffer.from(await page.content()) },
    { name: `memory of ${where}`, bytes: Buffer.from(stored) },
    { name: "cookies", bytes: Buffer.from(JSON.stringify(await page.context().cookies())) },
  ];
}

function onDisk(server: Server): Place[] {
  return server.files().map((file) => ({ name: file.path, bytes: file.bytes }));
}

test("the search finds a secret in every form", () => {
  const secret = "sandbox-CANARY-0123456789abcdef";
  for (const form of forms(secret)) {
    const place = { name: "somewhere", bytes: Buffer.concat([Buffer.from("x"), form.bytes, Buffer.from("y")]) };
    expect(find(secret, [place]), form.name).not.toEqual([]);
  }
  for (const before of ["", "a", "ab", "abc"]) {
    const text = Buffer.from(`${before}${secret}xyz`).toString("base64");
    expect(find(secret, [{ name: "base64", bytes: Buffer.from(text) }]), before).not.toEqual([]);
  }
  expect(find(secret, [{ name: "elsewhere", bytes: Buffer.from("sandbox-CANARY-0123") }])).toEqual([]);
});

test("keys, a password and a session go through the whole product and are found nowhere", async ({
  visitor: person,
  server,
  watch,
}) => {
  test.setTimeout(180_000);
  watch.expect(answered(401, 403, 404, 422, 500, 502));
  const marks = new Map<string, string>();
  const secret = (name: string): string => {
    const mark = randomBytes(16).toString("hex");
    marks.set(name, mark);
    return mark;
  };
  const mark = secret("a key");
  const pair = { key: `wk-sandbox-${secret("half of a pair")}`, secret: `ws-sandbox-${secret("the other half")}` };
  const password = `CANARY ${secret("a password")}`;
  const key = `sandbox-CANARY-${mark}`;
  // It looks like a key and no provider knows it.
  const refused = `sk-or-v1-CANARY-${mark}`;
  const planted = `Planted ${randomBytes(8).toString("hex")}`;
  const recorder = new Recorder(person.page);
  await new Account(person).signUp({ ...newCredentials(), password });
  const session = (await person.page.context().cookies()).find(({ name }) => name.endsWith("session"));
  if (session === undefined) throw new Error("there is no session");
  await recorder.listen(person);
  const places: Place[] = [];
  const look = async () => places.push(...(await held(person)));
  const answer = async (method: string, path: string, body?: unknown) => {
    const response = await person.api.send(method, path, body, { "idempotency-key": `${method} ${path}` });
    recorder.add(`${method} ${path}`, JSON.stringify(response.headers()) + (await response.text()));
  };

  // Settings: saved while typed, replaced, tested, refused as wrong, mistyped.
  const settings = await ProviderSettings.open(person);
  await settings.choose("LLM", "openrouter");
  await settings.giveKey("OpenRouter", refused);
  await look();
  await settings.button("OpenRouter", "Test").click();
  await expect(settings.keyGroup("OpenRouter").getByText(/does not accept/)).toBeVisible();
  await look();
  await settings.button("OpenRouter", "Replace").click();
  await settings.giveKey("OpenRouter", key);
  await look();

  // The API, with the key in right and in wrong places.
  for (const provider of ["openrouter", "kie", "elevenlabs"]) {
    await answer("PUT", `/keys/${provider}`, { key });
    await answer("POST", `/keys/${provider}/test`, { key: refused });
    await answer("POST", `/keys/${provider}/test`, {});
  }
  await answer("PUT", "/keys/modal", pair);
  await answer("POST", "/keys/modal/test", {});
  await answer("PUT", "/keys/openrouter", { key: `${key} and more` });
  await answer("PUT", "/keys/openrouter", { token: key });
  await answer("PUT", "/keys/openrouter", `{"key":"${key}"`);
  await answer("PUT", `/keys/${key}`, { key });
  await answer("GET", `/projects/${key}`);
  await answer("GET", `/providers/openrouter/models?operation=llm&key=${key}`);
  await answer("PATCH", "/settings", { endpoints: { image: `http://example.com/?key=${key}` } });
  await answer("PATCH", "/settings", { [key]: {} });
  for (const path of ["/me", "/settings", "/providers", "/projects", "/generations"]) {
    await answer("GET", path);
  }
  await answer("POST", "/resolve", { operation: "llm" });
  await answer("POST", "/estimates", { operation: "llm", input: { prompt: "A story." } });

  // A project: the key that is missing is given in the modal, then every step.
  const project = await ProjectPage.create(person, planted);
  await project.show("Scenes");
  await project.prompt.fill("A canary in a lighthouse.");
  await project.generate.click();
  const modal = new ProviderModal(person);
  await modal.key("Google Gemini").fill(key);
  await expect(project.confirmation("Scenes").dialog).toBeVisible();
  await look();
  await project.confirmation("Scenes").confirm();
  await isDrawn(project.picture.first());
  for (const step of ["Story", "Videos", "Voiceover", "Music"] as const) {
    await (await project.ask(step, "The canary sings.")).confirm();
    await look();
  }
  await plays(project.sound.first());
  await expect
    .poll(async () => (await person.api.generations()).map((each) => each.status), { timeout: 40_000 })
    .toEqual(Array(5).fill("succeeded"));

  // A provider that refuses the key while generating.
  await answer("PUT", "/keys/openrouter", { key: refused });
  const failing = await person.api.request({ operation: "llm", input: { prompt: "Refused." } });
  const failed = await person.api.reaches(failing.id, "failed");
  expect(failed.error?.reason).toBe("bad_key");
  await person.reload();
  await look();
  await answer("GET", "/projects");
  await answer("GET", "/generations");
  await answer("DELETE", "/keys/openrouter");
  await answer("PUT", "/keys/openrouter", { key });
  await ProviderSettings.open(person);
  await look();

  places.push(...onDisk(server));
  const received = await recorder.complete();
  await person.page.close();
  await server.stop();
  const log = server.log();
  places.push(...onDisk(server), ...received);
  places.push({ name: "log", bytes: Buffer.from(log) });
  places.push({ name: "console", bytes: Buffer.from(watch.console.join("\n")) });

  // The search sees what is there: the project's name in the database, in answers and in pages;
  // the log at its lowest level; bodies of server functions and of the interface's code.
  const control = find(planted, places).join("\n");
  expect(control).toMatch(/\.(db|sqlite|sqlite3)(-wal)? \(raw\)/);
  expect(control).toContain("source of /projects/");
  expect(control).toContain("GET /projects (raw)");
  expect(log).toContain("TRACE");
  expect(received.some((place) => place.name.startsWith("body of POST /fn/"))).toBe(true);
  expect(received.some((place) => /body of GET .*\.js$/.test(place.name))).toBe(true);
  expect(String(received.find((place) => place.name === "events")?.bytes)).toContain("data:");
  expect(places.length).toBeGreaterThan(100);

  // The mark alone is looked for, so that a key without its beginning is found too.
  for (const [name, each] of marks) expect(find(each, places), name).toEqual([]);
  // A session is handed over once, and kept in its cookie.
  const handedOver = /^(cookies|headers of POST \/fn\/sign_up)/;
  const found = find(session.value, places).filter((place) => !handedOver.test(place));
  expect(found, "the session").toEqual([]);
});
