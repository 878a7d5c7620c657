// OpenRouter and Anthropic through their own SDKs for JavaScript, unchanged: they get a base URL and
// a key and nothing else.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { OpenRouter } from '@openrouter/sdk';
import { UnauthorizedResponseError } from '@openrouter/sdk/models/errors';

const sandbox = process.env.FILM_SANDBOX;
const messages = [{ role: 'user', content: 'A fox in the snow, 2 scenes' }];

const anthropic = (apiKey) => new Anthropic({ baseURL: `${sandbox}/anthropic`, apiKey, maxRetries: 0 });
const openrouter = (apiKey) => new OpenRouter({ serverURL: `${sandbox}/openrouter/api/v1`, apiKey });

test('Anthropic: text whole and in pieces', async () => {
  const request = { model: 'claude-haiku-5-5', max_tokens: 4096, messages };
  const whole = await anthropic('sandbox-sdk').messages.create(request);
  const text = whole.content.filter((block) => block.type === 'text').map((block) => block.text).join('');
  assert.match(text, /Scene 2:/);
  const pieces = [];
  const stream = anthropic('sandbox-sdk').messages.stream(request).on('text', (piece) => pieces.push(piece));
  const last = await stream.finalMessage();
  assert.ok(pieces.length > 3);
  assert.equal(pieces.join(''), text);
  assert.equal(last.stop_reason, 'end_turn');
});

test('Anthropic: models over pages, and the class of a bad key', async () => {
  const ids = [];
  for await (const model of anthropic('sandbox-sdk').models.list({ limit: 5 })) ids.push(model.id);
  assert.ok(ids.includes('claude-sonnet-5-5'));
  await assert.rejects(() => anthropic('nobody').models.list(), Anthropic.AuthenticationError);
});

test('OpenRouter: text whole and in pieces', async () => {
  const chatRequest = { model: 'anthropic/claude-sonnet-5.5', messages };
  const whole = await openrouter('sandbox-sdk').chat.send({ chatRequest });
  assert.match(whole.choices[0].message.content, /Scene 2:/);
  assert.ok(whole.usage.cost > 0);
  const pieces = [];
  let usage;
  const stream = await openrouter('sandbox-sdk').chat.send({ chatRequest: { ...chatRequest, stream: true } });
  for await (const chunk of stream) {
    pieces.push(chunk.choices[0]?.delta.content ?? '');
    usage = chunk.usage ?? usage;
  }
  assert.ok(pieces.length > 3);
  assert.equal(pieces.join(''), whole.choices[0].message.content);
  assert.ok(usage.totalTokens > 0);
});

test('OpenRouter: models, the key, and the class of a bad key', async () => {
  const list = await openrouter('sandbox-sdk').models.list({});
  assert.ok(JSON.stringify(list).includes('anthropic/claude-sonnet-5.5'));
  const key = await openrouter('sandbox-sdk').apiKeys.getCurrentKeyMetadata();
  assert.equal(typeof key.data.usage, 'number');
  const chatRequest = { model: 'anthropic/claude-sonnet-5.5', messages };
  await assert.rejects(() => openrouter('nobody').chat.send({ chatRequest }), UnauthorizedResponseError);
});
