// Measures a release server from outside, as a browser or a program sees it, and prints one table.
// Called by bench.sh, which says where the programs are.
//
// - Resolution and adapters: what Criterion measured just before.
// - Settings write: PATCH of one field over HTTP, one after the other, beside the same number of
//   bare commits to an SQLite file in the same folder with the same settings.
// - Settings page: the time until the first byte of the page for somebody who is signed in.
// - Generation: from POST to the state `succeeded`, asked for without a pause, less the time that
//   the simulated provider takes when it is called directly. The simulated provider runs alone, so
//   that both ways to it are the same.

import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { measure } from "./browser.mjs";

const { FILM_BIN: program, BARE_COMMIT: bareCommit, CRITERION: criterion } = process.env;
const ROUNDS = 200;
const STARTS = 5;

const folder = mkdtempSync(join(tmpdir(), "film-generator-bench-"));
const children = new Set();
process.on("exit", () => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

const agent = new http.Agent({ keepAlive: true, maxSockets: 1, noDelay: true });
let cookie = "";

/** One request; resolves with its status, headers, body and the milliseconds to its first byte. */
function ask(origin, method, path, body, headers = {}) {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const start = performance.now();
    const request = http.request(
      origin + path,
      {
        method,
        agent,
        headers: {
          origin,
          cookie,
          ...(text === undefined
            ? {}
            : { "content-type": "application/json", "content-length": Buffer.byteLength(text) }),
          ...headers,
        },
      },
      (response) => {
        let firstByte;
        const parts = [];
        response.on("data", (part) => {
          firstByte ??= performance.now() - start;
          parts.push(part);
        });
        response.on("end", () => {
          const body = Buffer.concat(parts).toString();
          if (response.statusCode >= 400) {
            reject(new Error(`${method} ${path} answered ${response.statusCode}: ${body}`));
            return;
          }
          resolve({ headers: response.headers, body, firstByte, all: performance.now() - start });
        });
        response.on("error", reject);
      },
    );
    request.on("error", (error) => reject(new Error(`${method} ${path}: ${error.message}`)));
    request.end(text);
  });
}

async function freePort() {
  const listener = createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address();
  listener.close();
  await once(listener, "close");
  return port;
}

/** Starts the program; resolves with the child and the milliseconds until it answers. */
async function start(args, readyUrl, env = {}) {
  const begin = performance.now();
  const child = spawn(program, args, { stdio: "ignore", env: { ...process.env, ...env } });
  children.add(child);
  for (;;) {
    if (child.exitCode !== null) throw new Error(`${args[0]} ended with ${child.exitCode}`);
    const ready = await fetch(readyUrl).then((response) => response.ok, () => false);
    if (ready) return { child, milliseconds: performance.now() - begin };
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

async function stop(child) {
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
  children.delete(child);
}

function quantile(values, part) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
}

const ms = (value) => `${value.toFixed(2)} ms`;
const pair = (values) => `p50 ${ms(quantile(values, 0.5))}, p99 ${ms(quantile(values, 0.99))}`;
const kB = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;

async function times(count, work) {
  const values = [];
  for (let round = 0; round < count; round += 1) values.push(await work(round));
  return values;
}

/** Brotli sizes of what the first page loads from the bundle. */
function bundle() {
  const sizes = {};
  for (const name of readdirSync("dist")) {
    const ending = name.split(".").pop();
    if (!["js", "wasm", "css"].includes(ending)) continue;
    const compressed = brotliCompressSync(readFileSync(join("dist", name)), {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11 },
    });
    sizes[ending] = (sizes[ending] ?? 0) + compressed.length;
  }
  return sizes;
}

/** The median that Criterion wrote down under this name. */
function median(name) {
  const file = join(criterion, name, "new", "estimates.json");
  const { point_estimate: nanoseconds } = JSON.parse(readFileSync(file, "utf8")).median;
  return `${(nanoseconds / 1000).toFixed(2)} µs`;
}

function resolution() {
  return readdirSync(criterion)
    .filter((name) => name.startsWith("resolution"))
    .map((name) => [name.replaceAll("_", " "), median(name)]);
}

/** A row for each adapter: saying a job in its protocol, and reading the answer. */
function adapters() {
  const request = " request";
  return readdirSync(criterion)
    .filter((name) => name.startsWith("adapter ") && name.endsWith(request))
    .map((name) => name.slice(0, -request.length))
    .map((name) => [name, `request ${median(name + request)}, response ${median(`${name} response`)}`]);
}

const rows = [...resolution(), ...adapters()];

const sandboxAddr = `127.0.0.1:${await freePort()}`;
const sandboxOrigin = `http://${sandboxAddr}`;
const sandbox = await start(["sandbox", "--addr", sandboxAddr], `${sandboxOrigin}/__journal`);

const addr = `127.0.0.1:${await freePort()}`;
const origin = `http://${addr}`;
const keyFile = join(folder, "master.key");
writeFileSync(keyFile, randomBytes(32).toString("hex"), { mode: 0o600 });
const launch = () =>
  start(
    ["serve", "--addr", addr, "--data", join(folder, "data"), "--providers", sandboxOrigin],
    `${origin}/readyz`,
    { FILM_MASTER_KEY_FILE: keyFile, RUST_LOG: "warn" },
  );

const first = await launch();
rows.push(["ready, first start (makes the database)", ms(first.milliseconds)]);
await stop(first.child);
const starts = [];
for (let round = 0; round < STARTS - 1; round += 1) {
  const { child, milliseconds } = await launch();
  starts.push(milliseconds);
  await stop(child);
}
const server = await launch();
starts.push(server.milliseconds);
rows.push(["ready, later starts", `p50 ${ms(quantile(starts, 0.5))}`]);

const account = { email: "bench@example.org", password: randomBytes(12).toString("hex") };
const signedUp = await ask(origin, "POST", "/api/v1/auth/sign-up", account);
cookie = signedUp.headers["set-cookie"].map((each) => each.split(";")[0]).join("; ");

await ask(origin, "GET", "/settings");
await new Promise((resolve) => setTimeout(resolve, 5_000));
const memory = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${server.child.pid}/status`, "utf8"));
rows.push(["idle memory, after a page and 5 s", `${(Number(memory[1]) / 1024).toFixed(1)} MiB`]);

const packed = { "accept-encoding": "br, gzip" };
const page = await times(
  ROUNDS,
  async () => (await ask(origin, "GET", "/settings", undefined, packed)).firstByte,
);
rows.push(["Settings page, first byte, warm", pair(page)]);

const choices = ["openrouter", "gemini"];
const writes = await times(ROUNDS, async (round) => {
  const patch = { operations: { llm: { provider: choices[round % 2] } } };
  return (await ask(origin, "PATCH", "/api/v1/settings", patch)).all;
});
const bare = execFileSync(bareCommit, [folder, String(ROUNDS)], { encoding: "utf8" })
  .trim()
  .split("\n")
  .map((line) => Number(line) / 1000);
rows.push(["settings write over HTTP", pair(writes)]);
rows.push(["bare commit of SQLite in the same folder", pair(bare)]);
rows.push(["settings write over the bare commit", ms(quantile(writes, 0.5) - quantile(bare, 0.5))]);

const key = "sandbox-bench-0123456789abcdef";
await ask(origin, "PUT", "/api/v1/keys/openrouter", { key });
const wish = { operation: "llm", provider: "openrouter", input: { prompt: "One line." } };
const generations = await times(ROUNDS, async (round) => {
  const begin = performance.now();
  const { body } = await ask(origin, "POST", "/api/v1/generations", wish, {
    "idempotency-key": `bench-${round}`,
  });
  const { id } = JSON.parse(body);
  for (;;) {
    const { status, error } = JSON.parse(
      (await ask(origin, "GET", `/api/v1/generations/${id}`)).body,
    );
    if (status === "succeeded") return performance.now() - begin;
    if (["failed", "unknown", "cancelled"].includes(status)) {
      throw new Error(`a generation is ${status}: ${JSON.stringify(error)}`);
    }
  }
});
const model = JSON.parse(
  (await ask(origin, "POST", "/api/v1/resolve", { operation: "llm", provider: "openrouter" })).body,
).model;
const direct = await times(ROUNDS, async () => {
  const question = { model, messages: [{ role: "user", content: "One line." }] };
  const path = "/openrouter/api/v1/chat/completions";
  return (await ask(sandboxOrigin, "POST", path, question, { authorization: `Bearer ${key}` })).all;
});
rows.push(["generation of text, request to result", pair(generations)]);
rows.push(["the simulated provider alone", pair(direct)]);
rows.push([
  "what a generation adds",
  ms(quantile(generations, 0.5) - quantile(direct, 0.5)),
]);

const { id: project } = JSON.parse(
  (await ask(origin, "POST", "/api/v1/projects", { name: "Bench" })).body,
);
// What is asked for there has a key.
await ask(origin, "PATCH", "/api/v1/settings", { operations: { llm: { provider: "openrouter" } } });
const waits = await measure(origin, cookie, project);
rows.push(["Chromium: the providers' modal, click to screen", pair(waits.modal)]);
rows.push(["Chromium: the confirmation with its price, click to screen", pair(waits.confirmation)]);
rows.push(["Chromium: a choice until another tab shows it (500 ms pause included)", pair(waits.tabs)]);

const sizes = bundle();
const total = Object.values(sizes).reduce((sum, size) => sum + size, 0);
const parts = Object.entries(sizes).map(([ending, size]) => `${ending} ${kB(size)}`);
rows.push(["bundle, brotli", `${kB(total)} (${parts.join(", ")})`]);

await stop(server.child);
await stop(sandbox.child);

const width = Math.max(...rows.map(([name]) => name.length));
for (const [name, value] of rows) console.log(`${name.padEnd(width)}  ${value}`);
process.exit(0);
