import { expect, test } from "../fixtures/test";

test("outputs are served whole, in parts, and as what they are", async ({ person }) => {
  await person.api.putKey("gemini", "sandbox-ranges-0123456789abcdef");
  const made = await person.api.generate({ operation: "image", input: { prompt: "A map." } });
  const output = made.outputs[0];
  if (output === undefined) throw new Error("nothing was made");
  const url = person.origin + output.url;
  const ask = (range?: string) =>
    person.page.request.get(url, range === undefined ? {} : { headers: { range } });

  const whole = await ask();
  expect(whole.status()).toBe(200);
  const bytes = await whole.body();
  expect(bytes.length).toBe(output.bytes);
  expect(bytes.subarray(1, 4).toString()).toBe("PNG");
  expect(whole.headers()).toMatchObject({
    "content-type": output.media_type,
    "accept-ranges": "bytes",
    "x-content-type-options": "nosniff",
  });
  expect(whole.headers()["cache-control"]).toMatch(/no-store|private/);

  const parts: [string, number, number][] = [
    ["bytes=0-9", 0, 10],
    ["bytes=10-", 10, bytes.length],
    ["bytes=-5", bytes.length - 5, bytes.length],
    [`bytes=3-${bytes.length * 2}`, 3, bytes.length],
  ];
  for (const [range, from, to] of parts) {
    const part = await ask(range);
    expect.soft(part.status(), range).toBe(206);
    expect.soft(part.headers()["content-range"], range).toBe(`bytes ${from}-${to - 1}/${bytes.length}`);
    expect.soft((await part.body()).equals(bytes.subarray(from, to)), range).toBe(true);
  }

  const beyond = await ask(`bytes=${bytes.length}-`);
  expect(beyond.status()).toBe(416);
  expect(beyond.headers()["content-range"]).toBe(`bytes */${bytes.length}`);
});

/** A picture of one point, with a page behind it. */
const POLYGLOT = Buffer.concat([
  Buffer.from(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
    "base64",
  ),
  Buffer.from("<!doctype html><title>ran</title><script>document.title = 'ran'; alert(1)</script>"),
]);

test("a picture that is a page too stays a picture wherever it is opened", async ({
  person,
  watch,
}) => {
  // Chromium's own page around a picture has a style, which the policy of the file forbids.
  watch.expect(/content security policy: style-src/, /Content Security Policy directive/);
  // What Chromium says of the script in the file, and of the file as a script.
  watch.expect(/Blocked script execution in/, /Refused to execute script from/);
  let dialogs = 0;
  person.page.on("dialog", async (dialog) => {
    dialogs += 1;
    await dialog.dismiss();
  });
  await person.api.putKey("kie", "sandbox-polyglot-0123456789abcdef");
  const image = `data:text/html;base64,${POLYGLOT.toString("base64")}`;
  const input = { prompt: "Waves", image };
  const asked = await person.api.send("POST", "/generations", {
    operation: "video",
    provider: "kie",
    input,
  });
  expect(asked.status()).toBe(202);
  const { input: kept } = (await asked.json()) as { input: { image: string } };
  const url = `${person.origin}/api/v1/outputs/${kept.image}`;

  const opened = await person.page.goto(url);
  expect(opened?.headers()["content-type"]).toBe("image/png");
  await expect(person.page.locator("img")).toHaveCount(1);
  expect(await person.page.locator("script").count()).toBe(0);
  expect(await person.page.title()).not.toBe("ran");

  // As a script of a page of our own.
  await person.open("/projects");
  const asScript = await person.page.evaluate(async (source) => {
    const script = document.createElement("script");
    script.src = source;
    const outcome = new Promise((resolve) => {
      script.addEventListener("load", () => resolve("loaded"));
      script.addEventListener("error", () => resolve("refused"));
    });
    document.body.append(script);
    return outcome;
  }, url);
  expect(asScript).toBe("refused");
  expect(dialogs).toBe(0);
});
