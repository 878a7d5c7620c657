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
