// Another site is open in the same browser and sends forms to this one, with the person's cookie
// where the browser adds it. Nothing of it is done.

import { createServer, type Server as Http } from "node:http";
import type { AddressInfo } from "node:net";
import type { Response } from "@playwright/test";
import { writing } from "../fixtures/inventory";
import { expect, test } from "../fixtures/test";
import type { Person } from "../pages/person";

const KINDS = ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data"];

/** A site elsewhere, whose page holds one form for each address and kind and sends them all. */
async function elsewhere(target: string, paths: readonly string[]): Promise<Http> {
  const forms = paths.flatMap((path) =>
    KINDS.map((kind, index) => {
      const frame = `${path}-${index}`.replaceAll(/\W/g, "_");
      return `<iframe name="${frame}"></iframe>
        <form method="post" action="${target}${path}" enctype="${kind}" target="${frame}">
          <input name='{"name":"Not mine","provider":"openrouter","key":"sandbox-not-mine-012345","a":"' value='"}'>
          <input name="name" value="Not mine"><input name="made_for" value="x">
        </form>`;
    }),
  );
  const page = `<!doctype html><title>Elsewhere</title>${forms.join("\n")}`;
  const server = createServer((_, response) => {
    response.setHeader("content-type", "text/html");
    response.end(page);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

async function everything(person: Person): Promise<unknown> {
  const paths = ["/me", "/settings", "/projects", "/generations", "/budgets", "/organizations", "/tokens"];
  const all = await Promise.all(paths.map((path) => person.api.get(path)));
  // When a session was used last may change.
  const sessions = await person.api.get<{ data: { id: string }[] }>("/sessions");
  return [...all, sessions.data.map(({ id }) => id)];
}

// By another name of this machine it is another site, and gets no cookie; by another port it is the
// same site, and gets it.
for (const host of ["localhost", "127.0.0.1"]) {
  test(`forms that a page at another origin (${host}) sends do nothing`, async ({ person }) => {
    test.setTimeout(120_000);
    await person.api.putKey("openrouter", "sandbox-mine-0123456789abcdef");
    const project = await person.api.createProject("Mine");
    for (const [path, body] of [
      ["/organizations", { name: "Mine" }],
      ["/tokens", { name: "Mine", scopes: ["read"] }],
    ] as const) {
      expect((await person.api.send("POST", path, body)).status()).toBe(201);
    }
    const before = await everything(person);
    const paths = writing(project.id);
    expect(paths.length).toBeGreaterThan(35);
    const site = await elsewhere(person.origin, paths);
    const page = await person.page.context().newPage();
    try {
      const statuses: number[] = [];
      let withCookie = 0;
      const hear = (response: Response) => {
        if (response.request().method() !== "POST") return;
        statuses.push(response.status());
        // Of a frame that is gone the headers are never told.
        const headers = response.request().allHeaders().catch(() => ({}) as Record<string, string>);
        void headers.then((sent) => {
          if (sent["cookie"]?.includes("session=")) withCookie += 1;
        });
      };
      page.on("response", hear);
      await page.goto(`http://${host}:${(site.address() as AddressInfo).port}/`);
      await page.evaluate(() => {
        for (const form of document.querySelectorAll("form")) form.submit();
      });
      const sent = paths.length * KINDS.length;
      await expect.poll(() => statuses.length, { timeout: 60_000 }).toBe(sent);
      expect([...new Set(statuses)]).toEqual([403]);
      if (host === "127.0.0.1") await expect.poll(() => withCookie).toBeGreaterThan(sent / 2);
      page.off("response", hear);

      // Following links, with the cookie on both sites.
      for (const path of paths.slice(0, 40)) {
        const response = await page.goto(person.origin + path).catch(() => null);
        expect(response?.status() ?? 405, path).toBeLessThan(500);
      }
      // What a script may send without being asked first, and what it may not.
      await page.goto(`http://${host}:${(site.address() as AddressInfo).port}/`);
      const read = await page.evaluate(
        async ({ origin, paths }) => {
          const outcomes: string[] = [];
          for (const path of paths) {
            for (const headers of [{ "content-type": "text/plain" }, { "content-type": "application/json" }]) {
              for (const mode of ["no-cors", "cors"] as const) {
                const request = { method: "POST", mode, headers, body: '{"name":"Not mine"}' };
                const outcome = await fetch(origin + path, { ...request, credentials: "include" })
                  .then((response) => response.type)
                  .catch(() => "refused");
                outcomes.push(outcome);
              }
            }
          }
          return [...new Set(outcomes)];
        },
        { origin: person.origin, paths: paths.slice(0, 12) },
      );
      expect(read).toEqual(["refused"]);
      expect(await everything(person)).toEqual(before);
    } finally {
      await page.close();
      site.close();
    }
  });
}

test("no page of another site can frame this one or read it", async ({ person }) => {
  const site = createServer((_, response) => {
    response.setHeader("content-type", "text/html");
    response.end(`<!doctype html><iframe src="${person.origin}/settings"></iframe>`);
  });
  await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
  const page = await person.page.context().newPage();
  try {
    await page.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}/`);
    const frame = page.frames().find((each) => each !== page.mainFrame());
    expect(frame?.url()).not.toContain("/settings");
    const read = await page.evaluate(async (origin) => {
      const outcome = async (path: string, mode: RequestMode) =>
        fetch(origin + path, { mode, credentials: "include" })
          .then(async (response) => `${response.type} ${await response.text()}`)
          .catch(() => "refused");
      return [
        await outcome("/api/v1/settings", "cors"),
        await outcome("/api/v1/me", "no-cors"),
        await outcome("/settings", "cors"),
      ];
    }, person.origin);
    for (const each of read) expect(each.trim()).toMatch(/^(refused|opaque)$/);
  } finally {
    await page.close();
    site.close();
  }
});
