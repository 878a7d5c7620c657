import { expect, test } from "../fixtures/test";
import type { Person } from "../pages/person";
import { Account } from "../pages/account";

/** All that a person has stored. */
async function everything(person: Person): Promise<unknown> {
  return {
    settings: await person.api.settings(),
    projects: await person.api.get("/projects"),
    generations: await person.api.get("/generations"),
  };
}

interface Case {
  readonly what: string;
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly status: number;
  readonly code: string;
}

const KEY = "sandbox-input-0123456789abcdef";
const LLM = { operation: "llm", input: { prompt: "A story." } };

const CASES: readonly Case[] = [
  { what: "an unknown provider in settings", method: "PATCH", path: "/settings", body: { operations: { llm: { provider: "nobody" } } }, status: 422, code: "INVALID_INPUT" },
  { what: "a provider that does not serve the operation", method: "PATCH", path: "/settings", body: { operations: { llm: { provider: "elevenlabs" } } }, status: 422, code: "INVALID_INPUT" },
  { what: "an unknown provider in a request", method: "POST", path: "/generations", body: { ...LLM, provider: "nobody" }, status: 422, code: "INVALID_INPUT" },
  { what: "an unknown model in settings", method: "PATCH", path: "/settings", body: { operations: { llm: { models: { gemini: "no-such-model" } } } }, status: 422, code: "MODEL_UNAVAILABLE" },
  { what: "an unknown model in a request", method: "POST", path: "/generations", body: { ...LLM, provider: "gemini", model: "no-such-model" }, status: 422, code: "MODEL_UNAVAILABLE" },
  { what: "an unknown operation", method: "POST", path: "/generations", body: { operation: "smell", input: { prompt: "A rose." } }, status: 422, code: "INVALID_INPUT" },
  { what: "an unknown member", method: "PATCH", path: "/settings", body: { admin: true }, status: 422, code: "INVALID_INPUT" },
  { what: "an empty key", method: "PUT", path: "/keys/openrouter", body: { key: "" }, status: 422, code: "INVALID_INPUT" },
  { what: "half a key", method: "PUT", path: "/keys/openrouter", body: { key: "sk-or-" }, status: 422, code: "INVALID_INPUT" },
  { what: "the mask of a key", method: "PUT", path: "/keys/openrouter", body: { key: "Configured ····cdef" }, status: 422, code: "INVALID_INPUT" },
  { what: "a key for nobody", method: "PUT", path: "/keys/nobody", body: { key: KEY }, status: 404, code: "NOT_FOUND" },
  { what: "an empty prompt", method: "POST", path: "/generations", body: { operation: "llm", input: { prompt: "" } }, status: 422, code: "INVALID_INPUT" },
  { what: "a prompt of 10 MB", method: "POST", path: "/generations", body: { operation: "llm", input: { prompt: "a".repeat(10_000_000) } }, status: 413, code: "PAYLOAD_TOO_LARGE" },
  { what: "broken JSON", method: "POST", path: "/generations", body: '{"operation":"llm","input":{', status: 422, code: "INVALID_INPUT" },
  { what: "an endpoint that is not https", method: "PATCH", path: "/settings", body: { endpoints: { image: "http://example.com/generate" } }, status: 422, code: "ENDPOINT_NOT_ALLOWED" },
  { what: "an endpoint inside of the network", method: "PATCH", path: "/settings", body: { endpoints: { image: "https://127.0.0.1/generate" } }, status: 422, code: "ENDPOINT_NOT_ALLOWED" },
  { what: "an id that nobody has", method: "GET", path: "/projects/01890000-0000-7000-8000-000000000000", status: 404, code: "NOT_FOUND" },
  { what: "an id that is none", method: "GET", path: "/generations/%2e%2e%2fsettings", status: 404, code: "NOT_FOUND" },
  { what: "a cross-site request", method: "POST", path: "/projects", body: { name: "Not mine" }, headers: { origin: "https://evil.example" }, status: 403, code: "FORBIDDEN" },
  { what: "a request from an opaque origin", method: "POST", path: "/projects", body: { name: "Not mine" }, headers: { origin: "null" }, status: 403, code: "FORBIDDEN" },
  { what: "a request that a browser calls cross-site", method: "POST", path: "/projects", body: { name: "Not mine" }, headers: { "sec-fetch-site": "cross-site" }, status: 403, code: "FORBIDDEN" },
];

test("each bad input gets its code, and nothing changes", async ({ person }) => {
  await person.api.putKey("openrouter", KEY);
  await person.api.putKey("gemini", KEY);
  await person.api.createProject("Untouched");
  const before = await everything(person);
  for (const each of CASES) {
    await test.step(each.what, async () => {
      const response = await person.api.send(each.method, each.path, each.body, each.headers);
      const text = await response.text();
      expect.soft(response.status(), `${each.what}: ${text.slice(0, 300)}`).toBe(each.status);
      expect.soft(response.headers()["content-type"], each.what).toContain("application/problem+json");
      const problem = JSON.parse(text) as { code: string; status: number; detail: string; title: string };
      expect.soft(problem.code, each.what).toBe(each.code);
      expect.soft(problem.status, each.what).toBe(each.status);
      expect.soft(`${problem.title} ${problem.detail}`, each.what).toMatch(/\w+ \w+/);
      expect.soft(await everything(person), each.what).toEqual(before);
    });
  }
});

test("whoever is not signed in gets nothing", async ({ visitor }) => {
  const calls: [string, string, unknown?][] = [
    ["GET", "/me"],
    ["GET", "/settings"],
    ["PATCH", "/settings", { operations: {} }],
    ["PUT", "/keys/openrouter", { key: KEY }],
    ["DELETE", "/keys/openrouter"],
    ["POST", "/keys/openrouter/test", {}],
    ["GET", "/projects"],
    ["POST", "/projects", { name: "Nobody's" }],
    ["POST", "/resolve", { operation: "llm" }],
    ["POST", "/estimates", LLM],
    ["POST", "/generations", LLM],
    ["GET", "/generations"],
  ];
  for (const [method, path, body] of calls) {
    const response = await visitor.api.send(method, path, body, { "idempotency-key": "once" });
    expect.soft(response.status(), `${method} ${path}`).toBe(401);
    expect.soft(((await response.json()) as { code: string }).code).toBe("UNAUTHENTICATED");
  }
});

test("what belongs to somebody else does not exist", async ({ person, somebody }) => {
  await person.api.putKey("openrouter", KEY);
  const project = await person.api.createProject("Mine alone");
  const made = await person.api.generate({ ...LLM, project_id: project.id });
  const other = await somebody();
  await new Account(other).signUp();
  await other.api.putKey("openrouter", KEY);
  const before = await everything(person);

  const calls: [string, string, unknown?][] = [
    ["GET", `/projects/${project.id}`],
    ["PATCH", `/projects/${project.id}`, { name: "Mine now" }],
    ["DELETE", `/projects/${project.id}`],
    ["GET", `/projects/${project.id}/settings`],
    ["PATCH", `/projects/${project.id}/settings`, { operations: { llm: { provider: "gemini" } } }],
    ["POST", "/resolve", { operation: "llm", project_id: project.id }],
    ["POST", "/estimates", { ...LLM, project_id: project.id }],
    ["POST", "/generations", { ...LLM, project_id: project.id }],
    ["GET", `/generations/${made.id}`],
    ["POST", `/generations/${made.id}/cancel`],
  ];
  for (const [method, path, body] of calls) {
    const response = await other.api.send(method, path, body, { "idempotency-key": path });
    expect.soft(response.status(), `${method} ${path}`).toBe(404);
    expect.soft(((await response.json()) as { code: string }).code).toBe("NOT_FOUND");
  }
  expect(await everything(person)).toEqual(before);
  expect(await other.api.generations()).toEqual([]);
});

test("the same idempotency key gives the same generation, another body is refused", async ({
  person,
}) => {
  await person.api.putKey("openrouter", KEY);
  const first = await person.api.request(LLM, "one-and-the-same");
  const again = await person.api.request(LLM, "one-and-the-same");
  expect(again.id).toBe(first.id);
  const other = await person.api.send(
    "POST",
    "/generations",
    { operation: "llm", input: { prompt: "Another story." } },
    { "idempotency-key": "one-and-the-same" },
  );
  expect(other.status()).toBe(422);
  expect(await person.api.generations()).toHaveLength(1);
});

test("a missing key is named with operation, provider and what is missing", async ({ person }) => {
  const response = await person.api.send("POST", "/generations", LLM, { "idempotency-key": "none" });
  expect(response.status()).toBe(403);
  expect(await response.json()).toMatchObject({
    code: "API_KEY_REQUIRED",
    operation: "llm",
    provider: "openrouter",
    missing: ["api_key"],
  });
  expect(await person.api.generations()).toEqual([]);
});
