"""OpenRouter through the OpenAI SDK, as OpenRouter's own documentation does it."""

import json

import openai
import pytest
from conftest import BAD_KEY, KEY, POOR_KEY

MODEL = "anthropic/claude-sonnet-5.5"


def client(sandbox: str, key: str = KEY) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{sandbox}/openrouter/api/v1", api_key=key, max_retries=0)


def ask(api: openai.OpenAI, prompt: str, **more):
    messages = [{"role": "user", "content": prompt}]
    return api.chat.completions.create(model=MODEL, messages=messages, **more)


def test_text_comes_whole_with_its_cost(sandbox):
    answer = ask(client(sandbox), "A fox in the snow, 2 scenes")
    assert "Scene 2:" in answer.choices[0].message.content
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage.total_tokens > 0
    assert answer.usage.cost > 0


def test_text_streams_in_pieces_and_ends_with_the_usage(sandbox):
    pieces, usage = [], None
    for chunk in ask(client(sandbox), "A fox in the snow, 2 scenes", stream=True):
        usage = chunk.usage or usage
        if chunk.choices and chunk.choices[0].delta.content:
            pieces.append(chunk.choices[0].delta.content)
    assert len(pieces) > 3
    assert "Scene 2:" in "".join(pieces)
    assert usage.cost > 0


def test_a_schema_gives_json(sandbox):
    schema = {
        "type": "object",
        "properties": {"title": {"type": "string"}},
        "required": ["title"],
        "additionalProperties": False,
    }
    form = {"type": "json_schema", "json_schema": {"name": "film", "strict": True, "schema": schema}}
    answer = ask(client(sandbox), "A fox", response_format=form)
    assert json.loads(answer.choices[0].message.content)["title"]


def test_models_are_listed(sandbox):
    assert MODEL in [model.id for model in client(sandbox).models.list()]


def test_errors_are_those_of_the_sdk(sandbox):
    with pytest.raises(openai.AuthenticationError):
        ask(client(sandbox, BAD_KEY), "A fox")
    with pytest.raises(openai.APIStatusError) as poor:
        ask(client(sandbox, POOR_KEY), "A fox")
    assert poor.value.status_code == 402
    with pytest.raises(openai.RateLimitError):
        ask(client(sandbox, "sandbox-rate-limited"), "A fox")
    with pytest.raises(openai.InternalServerError):
        ask(client(sandbox), "A fox [sandbox:overloaded]")
    with pytest.raises(openai.APIError):
        list(ask(client(sandbox), "A fox [sandbox:stream-error]", stream=True))
