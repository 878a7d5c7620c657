// Names, prompts and what providers answer may be anything. None of it acts on a page.

import { PAYLOADS, listen } from "../fixtures/payloads";
import { expect, test } from "../fixtures/test";
import { answered } from "../fixtures/watch";
import { Account } from "../pages/account";

const KEY = "sandbox-hostile-0123456789abcdef";

test("there are sixty different ones", () => {
  expect(new Set(PAYLOADS).size).toBe(60);
});

test("nothing that people write or providers answer acts on a page", async ({ person, watch }) => {
  test.setTimeout(240_000);
  watch.expect(answered(401, 404));
  const happened = await listen(person.page);
  await person.api.putKey("openrouter", KEY);
  await person.api.putKey("gemini", KEY);

  // Names: of projects, on their list and on their pages.
  const projects = [];
  for (const payload of PAYLOADS) projects.push(await person.api.createProject(payload.slice(0, 120)));
  await person.open("/projects");
  await expect(person.page.getByText("acted=1").first()).toBeVisible();
  expect(await happened()).toEqual([]);
  const [project] = projects;
  if (project === undefined) throw new Error("there is no project");

  // Prompts, and the texts that quote them.
  for (const payload of PAYLOADS) {
    await person.api.request({
      operation: "llm",
      provider: "openrouter",
      project_id: project.id,
      input: { prompt: payload, system: payload },
    });
  }
  await expect
    .poll(async () => new Set((await person.api.generations()).map((each) => each.status)), { timeout: 90_000 })
    .toEqual(new Set(["succeeded"]));
  const texts = (await person.api.generations()).map((each) => each.text ?? "");
  expect(texts.some((text) => text.includes("<script>acted=1</script>"))).toBe(true);

  // Plans.
  const items = PAYLOADS.slice(0, 20).map((payload) => ({ step: "story", input: { prompt: payload } }));
  const planned = await person.api.send("POST", `/projects/${project.id}/plan`, { items });
  expect(planned.status(), await planned.text()).toBe(201);

  // Tokens.
  for (const payload of PAYLOADS.slice(0, 15)) {
    const name = payload.slice(0, 60);
    await person.api.send("POST", "/tokens", { name, scopes: ["read"] });
  }
  // Organizations.
  const organizations: string[] = [];
  for (const payload of PAYLOADS.slice(0, 20)) {
    const made = await person.api.send("POST", "/organizations", { name: payload.slice(0, 120) });
    expect(made.status(), await made.text()).toBe(201);
    organizations.push(((await made.json()) as { id: string }).id);
  }
  // What a browser calls itself, and who tried to sign in.
  for (const payload of PAYLOADS.slice(10, 14)) {
    const agent = { "user-agent": payload };
    await person.api.send("POST", "/auth/sign-in", { email: `${payload}@example.org`, password: payload }, agent);
  }

  for (const path of [
    "/account",
    "/admin",
    "/admin/accounts",
    `/admin/accounts?search=${encodeURIComponent(PAYLOADS[12] ?? "")}`,
    "/admin/organizations",
    `/admin/organizations?search=${encodeURIComponent(PAYLOADS[12] ?? "")}`,
    "/admin/audit",
    `/admin/audit?action=${encodeURIComponent(PAYLOADS[12] ?? "")}`,
    "/admin/catalog",
    "/admin/environment",
    `/projects/${project.id}`,
    `/projects/${project.id}/settings`,
    `/projects/${project.id}/settings/fallback`,
    `/projects/${project.id}/plan`,
    `/projects/${project.id}/people`,
    "/usage",
    "/settings",
    "/organizations",
    ...[0, 4, 12].flatMap((at) =>
      ["", "/keys", "/rules", "/usage"].map((part) => `/organizations/${organizations[at]}${part}`),
    ),
    ...projects.slice(1, 8).map(({ id }) => `/projects/${id}`),
    `/projects/${encodeURIComponent(PAYLOADS[0] ?? "")}`,
    `/usage?outcome=${encodeURIComponent(PAYLOADS[10] ?? "")}&from=${encodeURIComponent(PAYLOADS[12] ?? "")}`,
    `/${encodeURIComponent(PAYLOADS[10] ?? "")}`,
  ]) {
    await person.open(path);
    expect(await happened(), path).toEqual([]);
    expect(person.page.url().startsWith(person.origin), person.page.url()).toBe(true);
  }
});

test("signing in leads to a page of our own, whatever the address says", async ({ somebody }) => {
  test.setTimeout(120_000);
  const credentials = await new Account(await somebody()).signUp();
  for (const [next, path] of [
    ["/settings", "/settings"],
    ["//evil.example", "/projects"],
    ["/\t/evil.example", "/projects"],
    ["/\n/evil.example", "/projects"],
    ["/\\evil.example", "/projects"],
    ["\\\\evil.example", "/projects"],
    ["https://evil.example/", "/projects"],
    ["javascript:acted=1", "/projects"],
  ] as const) {
    const fresh = await somebody();
    const happened = await listen(fresh.page);
    const account = new Account(fresh);
    await account.signIn(credentials, next);
    await account.isSignedIn();
    const { origin, pathname } = new URL(fresh.page.url());
    expect({ origin, pathname }, JSON.stringify(next)).toEqual({ origin: fresh.origin, pathname: path });
    expect(await happened(), JSON.stringify(next)).toEqual([]);
  }
});
