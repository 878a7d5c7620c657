"""Google Gemini through google-genai: text, pictures, speech."""

import json

import pytest
from conftest import BAD_KEY, KEY
from google import genai
from google.genai import errors, types
from media import loudest, png_size, wav_seconds

TEXT = "gemini-3.8-flash"
IMAGE = "gemini-3-pro-image"
SPEECH = "gemini-3.8-flash-tts"


def client(sandbox: str, key: str = KEY) -> genai.Client:
    """A client, which must be kept: it closes its connections when it is let go."""
    return genai.Client(api_key=key, http_options=types.HttpOptions(base_url=f"{sandbox}/gemini"))


@pytest.fixture
def api(sandbox) -> genai.Client:
    return client(sandbox)


def voice() -> types.GenerateContentConfig:
    kore = types.PrebuiltVoiceConfig(voice_name="Kore")
    speech = types.SpeechConfig(voice_config=types.VoiceConfig(prebuilt_voice_config=kore))
    return types.GenerateContentConfig(response_modalities=["AUDIO"], speech_config=speech)


def inline(answer) -> types.Blob:
    parts = answer.candidates[0].content.parts
    return next(part.inline_data for part in parts if part.inline_data)


def test_text_comes_whole(api):
    answer = api.models.generate_content(model=TEXT, contents="A fox, 2 scenes")
    assert "Scene 2:" in answer.text
    assert answer.usage_metadata.total_token_count > 0


def test_text_streams_in_pieces(api):
    stream = api.models.generate_content_stream(model=TEXT, contents="A fox, 2 scenes")
    pieces = [chunk.text for chunk in stream if chunk.text]
    assert len(pieces) > 2
    assert "Scene 2:" in "".join(pieces)


def test_a_schema_gives_json(api):
    schema = {"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"]}
    config = types.GenerateContentConfig(
        response_mime_type="application/json", response_json_schema=schema
    )
    answer = api.models.generate_content(model=TEXT, contents="A fox", config=config)
    assert json.loads(answer.text)["title"]


def test_pictures_have_the_size_that_was_asked_for(api):
    sizes = []
    for size in ["1K", "2K"]:
        config = types.GenerateContentConfig(
            response_modalities=["TEXT", "IMAGE"],
            image_config=types.ImageConfig(aspect_ratio="16:9", image_size=size),
        )
        answer = api.models.generate_content(
            model=IMAGE, contents="A fox in the snow", config=config
        )
        blob = inline(answer)
        assert blob.mime_type == "image/png"
        sizes.append(png_size(blob.data))
    assert sizes[1][0] == 2 * sizes[0][0]
    assert sizes[0][0] > sizes[0][1]


def test_speech_is_a_wav_file_and_streams_as_samples(api):
    text = "Once upon a time there was a fox who crossed the city."
    whole = inline(api.models.generate_content(model=SPEECH, contents=text, config=voice()))
    assert wav_seconds(whole.data) > 1
    stream = api.models.generate_content_stream(model=SPEECH, contents=text, config=voice())
    samples = b"".join(inline(chunk).data for chunk in stream if chunk.candidates[0].content.parts)
    assert samples[:4] != b"RIFF"
    assert loudest(samples) > 1_000


def test_models_are_listed_over_pages(api):
    names = [model.name for model in api.models.list(config={"page_size": 10})]
    for id in [TEXT, IMAGE, SPEECH]:
        assert f"models/{id}" in names


def test_errors_are_those_of_the_sdk(api, sandbox):
    # The SDK has no class for a bad key alone: Google answers it with 400.
    stranger = client(sandbox, BAD_KEY)
    with pytest.raises(errors.ClientError) as bad:
        stranger.models.generate_content(model=TEXT, contents="A fox")
    assert bad.value.code == 400
    assert "API_KEY_INVALID" in str(bad.value.details)
    with pytest.raises(errors.ClientError) as gone:
        api.models.generate_content(model="gemini-1.0-pro", contents="A fox")
    assert gone.value.code == 404
    with pytest.raises(errors.ServerError):
        api.models.generate_content(model=TEXT, contents="A fox [sandbox:fail]")
    blocked = api.models.generate_content(model=TEXT, contents="[sandbox:blocked]")
    assert blocked.prompt_feedback.block_reason
