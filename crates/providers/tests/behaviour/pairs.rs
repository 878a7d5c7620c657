//! The table: what each pair of provider and operation can do, with which model, and where the
//! answers of its provider leave no other reading than one that differs from the usual.

use domain::{Operation, ProviderFault as Fault, ProviderId};
use providers::Adapter;

/// What a pair asks to be let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// An API key.
    Key,
    /// A proxy token of Modal.
    ProxyToken,
    /// Nothing.
    Open,
}

/// Whether a picture goes along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pictures {
    /// No.
    None,
    /// The job has one.
    Sent,
}

/// How a job with a trigger in its prompt has to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ends {
    /// It fails with this fault.
    Fails(Fault),
    /// It delivers.
    Delivers,
    /// The adapter hands on a file under a right type that is none. Whoever keeps it sees that by
    /// its first bytes.
    HandsOn,
}

/// A row of the table: one way in which a pair is used.
#[derive(Debug, Clone, Copy)]
pub struct Pair {
    pub provider: ProviderId,
    pub operation: Operation,
    pub model: &'static str,
    pub access: Access,
    /// Path of the deployment in the sandbox, for providers without an address of their own.
    pub endpoint: Option<&'static str>,
    pub pictures: Pictures,
    /// Whether the text can be had while it is written.
    pub streams: bool,
    /// Whether it is made as a task that is asked for.
    pub tasks: bool,
    /// Triggers that end otherwise than usual.
    pub otherwise: &'static [(&'static str, Ends)],
}

impl Pair {
    /// The adapter under test.
    pub fn adapter(&self) -> &'static dyn Adapter {
        providers::adapter(self.provider, self.operation).expect("the pair is built")
    }

    /// The pair in words.
    pub fn name(&self) -> String {
        format!("{} {} {}", self.provider, self.operation, self.model)
    }

    /// How a job with this trigger has to end.
    pub fn ends(&self, trigger: &str, usual: Ends) -> Ends {
        let own = self.otherwise.iter().find(|(name, _)| *name == trigger);
        own.map_or(usual, |(_, ends)| *ends)
    }
}

/// OpenRouter's errors within 200 have the code of the provider behind it that failed.
const OPENROUTER: &[(&str, Ends)] = &[
    ("error-in-200", Ends::Fails(Fault::Overloaded)),
    ("error-in-choice", Ends::Fails(Fault::Overloaded)),
    ("stream-error", Ends::Fails(Fault::Overloaded)),
];

/// Anthropic breaks a stream off when it is overloaded.
const CLAUDE: &[(&str, Ends)] = &[("stream-error", Ends::Fails(Fault::Overloaded))];

/// ElevenLabs answers with sound or a status; 402 is an unpaid bill.
const ELEVENLABS: &[(&str, Ends)] = &[
    ("malformed", Ends::HandsOn),
    ("error-in-200", Ends::Fails(Fault::Overloaded)),
    ("error-in-choice", Ends::Fails(Fault::Overloaded)),
    ("stream-error", Ends::Fails(Fault::Overloaded)),
    ("spend-limit", Ends::Fails(Fault::NoCredit)),
];

/// OpenAI tells that the balance is used up.
const OPENAI: &[(&str, Ends)] = &[("spend-limit", Ends::Fails(Fault::NoCredit))];

/// The same, for its models that send a file and no events.
const OPENAI_FILE: &[(&str, Ends)] = &[
    ("malformed", Ends::HandsOn),
    ("spend-limit", Ends::Fails(Fault::NoCredit)),
];

/// KIE: 505 is a model that is switched off, 422 any parameter that it refuses.
const KIE: &[(&str, Ends)] = &[
    ("forbidden", Ends::Fails(Fault::ModelGone)),
    ("too-large", Ends::Fails(Fault::BadRequest)),
];

/// Modal stops a workspace without credit by 402.
const MODAL: &[(&str, Ends)] = &[("spend-limit", Ends::Fails(Fault::NoCredit))];

/// The same, for deployments that send a file and no JSON.
const MODAL_FILE: &[(&str, Ends)] = &[
    ("malformed", Ends::HandsOn),
    ("spend-limit", Ends::Fails(Fault::NoCredit)),
];

/// PiAPI has 400 for all that is wrong in a request, and 402 for want of credit.
const PIAPI: &[(&str, Ends)] = &[
    ("too-large", Ends::Fails(Fault::BadRequest)),
    ("spend-limit", Ends::Fails(Fault::NoCredit)),
];

/// suno-api as well, and it never says which field it means.
const SUNO_API: &[(&str, Ends)] = &[
    ("model-gone", Ends::Fails(Fault::BadRequest)),
    ("too-large", Ends::Fails(Fault::BadRequest)),
    ("spend-limit", Ends::Fails(Fault::NoCredit)),
];

/// sunoapi.org: 401 is all that it has for a key, 429 is want of credit.
const SUNO: &[(&str, Ends)] = &[
    ("forbidden", Ends::Fails(Fault::BadKey)),
    ("spend-limit", Ends::Fails(Fault::NoCredit)),
];

/// What the answers of this provider to triggers are by themselves.
const fn of(provider: ProviderId) -> &'static [(&'static str, Ends)] {
    match provider {
        ProviderId::OpenRouter => OPENROUTER,
        ProviderId::Claude => CLAUDE,
        ProviderId::ElevenLabs => ELEVENLABS,
        ProviderId::OpenAi => OPENAI,
        ProviderId::Kie => KIE,
        ProviderId::Modal | ProviderId::ModalEdit => MODAL,
        ProviderId::PiApi => PIAPI,
        ProviderId::Suno => SUNO,
        ProviderId::Gemini | ProviderId::NanoBanana | ProviderId::ClaudeCli => &[],
    }
}

const fn keyed(provider: ProviderId, operation: Operation, model: &'static str) -> Pair {
    Pair {
        provider,
        operation,
        model,
        access: Access::Key,
        endpoint: None,
        pictures: Pictures::None,
        streams: matches!(operation, Operation::Llm),
        tasks: false,
        otherwise: of(provider),
    }
}

const fn task(provider: ProviderId, operation: Operation, model: &'static str) -> Pair {
    Pair {
        tasks: true,
        ..keyed(provider, operation, model)
    }
}

const fn modal(operation: Operation, model: &'static str, endpoint: &'static str) -> Pair {
    Pair {
        access: Access::ProxyToken,
        endpoint: Some(endpoint),
        streams: false,
        ..keyed(ProviderId::Modal, operation, model)
    }
}

const fn with_picture(pair: Pair) -> Pair {
    Pair {
        pictures: Pictures::Sent,
        ..pair
    }
}

const fn but(pair: Pair, otherwise: &'static [(&'static str, Ends)]) -> Pair {
    Pair { otherwise, ..pair }
}

use Operation::{Image, Llm, Music, Tts, Video};
use ProviderId::{
    Claude, ElevenLabs, Gemini, Kie, ModalEdit, NanoBanana, OpenAi, OpenRouter, PiApi, Suno,
};

/// Every pair in the way in which most people use it.
pub const PAIRS: &[Pair] = &[
    keyed(OpenRouter, Llm, "anthropic/claude-sonnet-5.5"),
    keyed(Claude, Llm, "claude-sonnet-5-5"),
    keyed(Gemini, Llm, "gemini-3.8-flash"),
    Pair {
        streams: true,
        ..modal(Llm, "openai", "/modal-protected/llm")
    },
    keyed(Kie, Llm, "claude-sonnet-4-6"),
    keyed(Gemini, Image, "gemini-3.1-flash-image"),
    keyed(NanoBanana, Image, "gemini-3-pro-image"),
    modal(Image, "standard", "/modal-protected/image"),
    with_picture(Pair {
        provider: ModalEdit,
        ..modal(Image, "standard", "/modal-protected/image-edit")
    }),
    task(Kie, Image, "seedream/4.5-text-to-image"),
    with_picture(modal(Video, "standard", "/modal-protected/video")),
    task(Kie, Video, "kling-2.6/text-to-video"),
    keyed(Gemini, Tts, "gemini-3.1-flash-tts-preview"),
    keyed(ElevenLabs, Tts, "eleven_multilingual_v2"),
    keyed(OpenAi, Tts, "gpt-4o-mini-tts"),
    modal(Tts, "standard", "/modal-protected/tts"),
    task(Kie, Tts, "elevenlabs/text-to-speech-multilingual-v2"),
    modal(Music, "standard", "/modal-protected/music"),
    task(Kie, Music, "V5"),
    task(PiApi, Music, "music-u"),
    task(Suno, Music, "V5"),
];

/// Further ways of the same adapters: other protocols, payloads and pictures.
pub const FORMS: &[Pair] = &[
    keyed(Kie, Llm, "gemini-3-flash"),
    keyed(Kie, Llm, "gpt-5-4"),
    modal(Llm, "standard", "/modal-protected/llm"),
    with_picture(keyed(Gemini, Image, "gemini-3.1-flash-image")),
    with_picture(keyed(NanoBanana, Image, "gemini-3-pro-image")),
    modal(Image, "extended", "/modal-protected/image/provider"),
    but(
        modal(Image, "modal-example", "/modal-protected/image"),
        MODAL_FILE,
    ),
    with_picture(modal(Image, "standard", "/modal-protected/image/route")),
    with_picture(Pair {
        provider: ModalEdit,
        ..modal(Image, "extended", "/modal-protected/image-edit/provider")
    }),
    with_picture(modal(Video, "extended", "/modal-protected/video/provider")),
    but(
        with_picture(modal(Video, "modal-example", "/modal-protected/video")),
        MODAL_FILE,
    ),
    modal(Tts, "extended", "/modal-protected/tts/provider"),
    but(
        modal(Tts, "modal-example", "/modal-protected/tts"),
        MODAL_FILE,
    ),
    modal(Music, "extended", "/modal-protected/music/provider"),
    with_picture(task(Kie, Image, "seedream/4.5-edit")),
    with_picture(task(Kie, Image, "nano-banana-pro")),
    with_picture(task(Kie, Video, "kling-2.6/image-to-video")),
    task(Kie, Video, "veo3_fast"),
    with_picture(task(Kie, Video, "veo3_fast")),
    but(keyed(OpenAi, Tts, "tts-1"), OPENAI_FILE),
    task(PiApi, Music, "Qubico/ace-step"),
    Pair {
        access: Access::Open,
        endpoint: Some("/suno-api"),
        otherwise: SUNO_API,
        ..task(Suno, Music, "suno-api/chirp-v3-5")
    },
];

/// Every row.
pub fn every() -> impl Iterator<Item = Pair> {
    PAIRS.iter().chain(FORMS).copied()
}

/// Every pair with its answer whole, and in pieces where it can have that.
pub fn ways() -> impl Iterator<Item = (Pair, bool)> {
    PAIRS.iter().flat_map(|pair| {
        let streaming = pair.streams.then_some((*pair, true));
        [Some((*pair, false)), streaming].into_iter().flatten()
    })
}

#[test]
fn the_table_has_every_pair_that_is_built() {
    let built: Vec<(ProviderId, Operation)> = Operation::ALL
        .into_iter()
        .flat_map(|operation| {
            let serving = ProviderId::serving(operation).iter();
            serving.map(move |provider| (*provider, operation))
        })
        .filter(|(provider, operation)| providers::adapter(*provider, *operation).is_some())
        .collect();
    assert_eq!(built.len(), 21);
    for pair in &built {
        let rows = PAIRS.iter();
        let mine = rows.filter(|row| (row.provider, row.operation) == *pair);
        assert_eq!(mine.count(), 1, "{pair:?}");
    }
    assert_eq!(PAIRS.len(), built.len());
}
