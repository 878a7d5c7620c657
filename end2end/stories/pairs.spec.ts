// Every provider for everything it serves: twenty-two pairs, each result checked by its first bytes
// and by decoding it in the browser.

import type { Page } from "@playwright/test";
import type { Generation } from "../fixtures/api";
import { ClaudeStandIn } from "../fixtures/claude";
import { expect, test } from "../fixtures/test";

const PAIRS: readonly [string, readonly string[]][] = [
  ["llm", ["openrouter", "claude", "claude-cli", "gemini", "modal", "kie"]],
  ["image", ["gemini", "nano-banana", "kie", "modal", "modal-edit"]],
  ["video", ["kie", "modal"]],
  ["tts", ["gemini", "elevenlabs", "openai", "kie", "modal"]],
  ["music", ["piapi", "suno", "kie", "modal"]],
];

const KEYS = [
  "openrouter", "claude", "gemini", "nano-banana", "kie", "elevenlabs", "openai", "piapi", "suno",
];

const PROMPT = "--print $(id) A lighthouse in the rain.";

function input(operation: string, provider: string, picture: string): Record<string, unknown> {
  switch (operation) {
    case "llm":
      return { prompt: PROMPT };
    case "image":
      return {
        prompt: "A harbour at dawn.",
        ...(provider === "modal-edit" ? { reference_images: [picture] } : {}),
      };
    case "video":
      return { prompt: "The waves come in.", image: picture };
    case "tts":
      return { text: "Come home before the tide." };
    default:
      return { prompt: "Calm strings.", instrumental: true };
  }
}

/** What the first bytes say it is. */
function kind(bytes: Buffer): string {
  const begins = (text: string, at = 0) =>
    bytes.subarray(at, at + text.length).toString("latin1") === text;
  if (begins("PNG", 1)) return "image/png";
  if (begins("\xff\xd8")) return "image/jpeg";
  if (begins("ftyp", 4)) return "video/mp4";
  if (begins("RIFF") && begins("WAVE", 8)) return "audio/wav";
  if (begins("ID3") || (bytes[0] === 0xff && ((bytes[1] ?? 0) & 0xe0) === 0xe0)) return "audio/mpeg";
  return "something else";
}

/** Decodes it in the browser: width and height of pictures and clips, seconds of sound. */
async function decode(page: Page, url: string, type: string): Promise<number[]> {
  return page.evaluate(
    async ([url, type]) => {
      const answer = await fetch(url);
      if (type.startsWith("image/")) {
        const bitmap = await createImageBitmap(await answer.blob());
        return [bitmap.width, bitmap.height];
      }
      if (type.startsWith("audio/")) {
        const context = new OfflineAudioContext(1, 1, 44_100);
        const sound = await context.decodeAudioData(await answer.arrayBuffer());
        const loud = sound.getChannelData(0).some((sample) => Math.abs(sample) > 0.001);
        return [sound.duration, loud ? 1 : 0];
      }
      const clip = document.createElement("video");
      clip.muted = true;
      clip.src = url;
      await new Promise((resolve, reject) => {
        clip.onloadeddata = resolve;
        clip.onerror = () => reject(new Error(clip.error?.message ?? "not a clip"));
      });
      return [clip.videoWidth, clip.videoHeight];
    },
    [url, type] as const,
  );
}

test.describe("with the operator's Claude installation", () => {
  test.use({
    variables: async ({ folder }, use) => use(ClaudeStandIn.in(folder).variables),
  });

  test("all twenty-two pairs of operation and provider deliver", async ({ person, folder }) => {
    test.setTimeout(180_000);
    for (const provider of KEYS) {
      await person.api.putKey(provider, `sandbox-${provider}-0123456789abcdef`);
    }
    const first: Generation = await person.api.generate({
      operation: "image",
      input: { prompt: "A harbour." },
    });
    const picture = first.outputs[0]?.id ?? "";
    let pairs = 0;
    for (const [operation, providers] of PAIRS) {
      for (const provider of providers) {
        await test.step(`${operation} at ${provider}`, async () => {
          const made: Generation = await person.api.generate({
            operation,
            provider,
            input: input(operation, provider, picture),
          });
          expect(made.resolution.provider).toBe(provider);
          if (operation === "llm") {
            expect(made.text?.length ?? 0).toBeGreaterThan(5);
          } else {
            const output = made.outputs[0];
            if (output === undefined) throw new Error("nothing was made");
            const whole = await person.page.request.get(person.origin + output.url);
            expect(kind(await whole.body())).toBe(output.media_type);
            const [one, other] = await decode(person.page, output.url, output.media_type);
            expect(one).toBeGreaterThan(0);
            expect(other).toBeGreaterThan(0);
          }
        });
        pairs += 1;
      }
    }
    expect(pairs).toBe(22);

    const claude = ClaudeStandIn.in(folder);
    expect(claude.recorded("stdin")).toBe(PROMPT);
    expect(claude.recorded("arguments")).not.toContain("lighthouse");
    expect(claude.recorded("arguments").split("\n").slice(0, 4)).toEqual([
      "-p", "--safe-mode", "--output-format", "stream-json",
    ]);
    expect(claude.recorded("environment")).not.toMatch(/API_KEY|MASTER|FILM_/);
  });
});
