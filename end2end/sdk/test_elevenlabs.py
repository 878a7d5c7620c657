"""ElevenLabs through its own SDK: speech, voices, models, account."""

import base64

import pytest
from conftest import BAD_KEY, KEY, POOR_KEY
from elevenlabs import ElevenLabs
from elevenlabs.core.api_error import ApiError
from media import is_mp3, loudest

VOICE = "21m00Tcm4TlvDq8ikWAM"
TEXT = "Once upon a time there was a fox."


def client(sandbox: str, key: str = KEY) -> ElevenLabs:
    return ElevenLabs(api_key=key, base_url=f"{sandbox}/elevenlabs")


def test_speech_is_real_sound(sandbox):
    speech = client(sandbox).text_to_speech
    assert is_mp3(b"".join(speech.convert(VOICE, text=TEXT)))
    pcm = b"".join(speech.convert(VOICE, text=TEXT, output_format="pcm_24000"))
    assert loudest(pcm) > 1_000


def test_speech_streams_in_pieces(sandbox):
    pieces = list(client(sandbox).text_to_speech.stream(VOICE, text=TEXT))
    assert len(pieces) > 3
    assert is_mp3(b"".join(pieces))


def test_speech_tells_when_each_character_is_heard(sandbox):
    timed = client(sandbox).text_to_speech.convert_with_timestamps(VOICE, text=TEXT)
    assert is_mp3(base64.b64decode(timed.audio_base_64))
    assert "".join(timed.alignment.characters) == TEXT


def test_the_cost_is_in_a_header(sandbox):
    with client(sandbox).text_to_speech.with_raw_response.convert(VOICE, text=TEXT) as answer:
        assert int(answer.headers["character-cost"]) == len(TEXT)
        assert is_mp3(b"".join(answer.data))


def test_voices_models_and_account_are_read(sandbox):
    api = client(sandbox)
    first = api.voices.search(page_size=5)
    assert len(first.voices) == 5
    assert first.has_more
    second = api.voices.search(page_size=5, next_page_token=first.next_page_token)
    assert first.voices[0].voice_id != second.voices[0].voice_id
    assert len(api.voices.get_all().voices) > 10
    models = {model.model_id: model for model in api.models.list()}
    assert models["eleven_multilingual_v2"].can_do_text_to_speech
    account = api.user.subscription.get()
    assert account.character_limit > account.character_count


def test_errors_are_those_of_the_sdk(sandbox):
    # The SDK has no class for a bad key at this call: ApiError with its status.
    def say(key: str, **more) -> ApiError:
        line = {"voice_id": VOICE, "text": TEXT, **more}
        with pytest.raises(ApiError) as refused:
            b"".join(client(sandbox, key).text_to_speech.convert(**line))
        return refused.value

    bad = say(BAD_KEY)
    assert bad.status_code == 401
    assert bad.body["detail"]["code"] == "invalid_api_key"
    poor = say(POOR_KEY)
    assert poor.body["detail"]["status"] == "quota_exceeded"
    assert say(KEY, voice_id="nobody").status_code == 404
    assert say(KEY, text="").status_code == 400
