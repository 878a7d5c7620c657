"""Anthropic through its own SDK."""

import json

import anthropic
import pytest
from conftest import BAD_KEY, KEY, POOR_KEY

MODEL = "claude-sonnet-5-5"


def client(sandbox: str, key: str = KEY) -> anthropic.Anthropic:
    return anthropic.Anthropic(base_url=f"{sandbox}/anthropic", api_key=key, max_retries=0)


def request(prompt: str, **more) -> dict:
    messages = [{"role": "user", "content": prompt}]
    return {"model": MODEL, "max_tokens": 4096, "messages": messages, **more}


def text_of(message) -> str:
    return "".join(block.text for block in message.content if block.type == "text")


def test_text_comes_whole_after_the_thinking(sandbox):
    message = client(sandbox).messages.create(**request("A fox in the snow, 2 scenes"))
    assert [block.type for block in message.content] == ["thinking", "text"]
    assert "Scene 2:" in text_of(message)
    assert message.stop_reason == "end_turn"
    assert message.usage.output_tokens > message.usage.output_tokens_details.thinking_tokens


def test_text_streams_in_pieces(sandbox):
    with client(sandbox).messages.stream(**request("A fox in the snow, 2 scenes")) as stream:
        pieces = list(stream.text_stream)
        message = stream.get_final_message()
    assert len(pieces) > 3
    assert "".join(pieces) == text_of(message)
    assert message.stop_reason == "end_turn"
    assert message.usage.output_tokens > 0


def test_thinking_streams_when_it_is_asked_for(sandbox):
    thinking = {"type": "adaptive", "display": "summarized"}
    events = client(sandbox).messages.create(**request("A fox", thinking=thinking), stream=True)
    deltas = [event.delta.type for event in events if event.type == "content_block_delta"]
    assert deltas[0] == "thinking_delta"
    assert "signature_delta" in deltas
    assert deltas[-1] == "text_delta"


def test_a_schema_gives_json(sandbox):
    schema = {
        "type": "object",
        "properties": {"title": {"type": "string"}},
        "required": ["title"],
        "additionalProperties": False,
    }
    config = {"format": {"type": "json_schema", "schema": schema}}
    message = client(sandbox).messages.create(**request("A fox", output_config=config))
    assert json.loads(text_of(message))["title"]


def test_a_refusal_is_a_message(sandbox):
    message = client(sandbox).messages.create(**request("A fox [sandbox:blocked]"))
    assert message.stop_reason == "refusal"
    assert message.stop_details.type == "refusal"
    assert message.content == []


def test_models_are_paged_and_typed(sandbox):
    models = list(client(sandbox).models.list(limit=5))
    assert len(models) > 10
    lives = {model.id: (model.lifecycle, model.retires_at) for model in models}
    assert lives[MODEL] == ("active", None)
    lifecycle, ends = lives["claude-sonnet-4-5"]
    assert lifecycle == "deprecated"
    assert ends.isoformat().startswith("2026-11-30")
    assert client(sandbox).models.retrieve(MODEL).line == "sonnet"


def test_tokens_are_counted(sandbox):
    messages = [{"role": "user", "content": "A fox in the snow"}]
    count = client(sandbox).messages.count_tokens(model=MODEL, messages=messages)
    assert count.input_tokens > 0


def test_errors_are_those_of_the_sdk(sandbox):
    def ask(key: str, prompt: str, **more):
        return client(sandbox, key).messages.create(**request(prompt, **more))

    with pytest.raises(anthropic.AuthenticationError):
        ask(BAD_KEY, "A fox")
    with pytest.raises(anthropic.BadRequestError, match="credit balance"):
        ask(POOR_KEY, "A fox")
    with pytest.raises(anthropic.RateLimitError):
        ask("sandbox-rate-limited", "A fox")
    with pytest.raises(anthropic.APIStatusError) as busy:
        ask(KEY, "A fox [sandbox:overloaded]")
    assert busy.value.status_code == 529
    with pytest.raises(anthropic.NotFoundError):
        ask(KEY, "A fox [sandbox:model-gone]")
    with pytest.raises(anthropic.APIStatusError):
        list(ask(KEY, "A fox [sandbox:stream-error]", stream=True))
