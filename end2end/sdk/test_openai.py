"""OpenAI's speech through its own SDK, raw and as events."""

import base64
import json

import openai
import pytest
from conftest import BAD_KEY, KEY, POOR_KEY
from media import is_mp3, loudest, wav_seconds

LINE = {"model": "gpt-4o-mini-tts", "voice": "marin", "input": "Once upon a time there was a fox."}


def client(sandbox: str, key: str = KEY) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{sandbox}/openai/v1", api_key=key, max_retries=0)


def test_speech_is_real_sound_in_each_format(sandbox):
    speech = client(sandbox).audio.speech
    assert is_mp3(speech.create(**LINE, instructions="Warm, slow.").read())
    assert wav_seconds(speech.create(**LINE, response_format="wav").read()) > 1
    assert loudest(speech.create(**LINE, response_format="pcm").read()) > 1_000


def test_bytes_can_be_read_as_they_come(sandbox):
    speech = client(sandbox).audio.speech.with_streaming_response
    with speech.create(**LINE) as answer:
        pieces = list(answer.iter_bytes(8_192))
    assert len(pieces) > 1
    assert is_mp3(b"".join(pieces))


def test_events_carry_the_sound_and_the_usage(sandbox):
    speech = client(sandbox).audio.speech.with_streaming_response
    with speech.create(**LINE, response_format="wav", stream_format="sse") as answer:
        lines = [line for line in answer.iter_lines() if line.startswith("data: ")]
    events = [json.loads(line.removeprefix("data: ")) for line in lines]
    assert events[-1]["type"] == "speech.audio.done"
    assert events[-1]["usage"]["total_tokens"] > 0
    sound = b"".join(base64.b64decode(event["audio"]) for event in events[:-1])
    assert wav_seconds(sound) > 1


def test_models_say_when_they_end(sandbox):
    ends = {model.id: model.shutdown_date for model in client(sandbox).models.list()}
    assert ends["tts-1"] == "2027-01-06"
    assert client(sandbox).models.retrieve("gpt-4o-mini-tts").shutdown_date == "2027-01-06"


def test_errors_are_those_of_the_sdk(sandbox):
    def say(key: str, text: str = "Hello", **more):
        return client(sandbox, key).audio.speech.create(**{**LINE, "input": text, **more})

    with pytest.raises(openai.AuthenticationError) as bad:
        say(BAD_KEY)
    assert bad.value.code == "invalid_api_key"
    with pytest.raises(openai.RateLimitError) as poor:
        say(POOR_KEY)
    assert poor.value.code == "insufficient_quota"
    with pytest.raises(openai.BadRequestError):
        say(KEY, voice="kore")
    with pytest.raises(openai.NotFoundError):
        say(KEY, model="tts-9")
    with pytest.raises(openai.InternalServerError):
        say(KEY, "[sandbox:fail]")
