//! Where each provider lives: fixed addresses, or the sandbox's paths. No request and no setting of
//! a person can change them.

use crate::{Call, Failure, call::Host};
use domain::ProviderFault;
use url::Url;

/// The base address of every host.
#[derive(Debug, Clone)]
pub struct Bases {
    openrouter: Url,
    gemini: Url,
    kie: Url,
    kie_upload: Url,
    elevenlabs: Url,
    anthropic: Url,
    openai: Url,
    piapi: Url,
    suno: Url,
}

impl Bases {
    /// The real providers (base addresses as each provider's documentation gives them).
    #[must_use]
    pub fn live() -> Self {
        let fixed = |text: &str| Url::parse(text).expect("the constant is an address");
        Self {
            openrouter: fixed("https://openrouter.ai/api/v1"),
            gemini: fixed("https://generativelanguage.googleapis.com"),
            kie: fixed("https://api.kie.ai"),
            kie_upload: fixed("https://kieai.redpandaai.co"),
            elevenlabs: fixed("https://api.elevenlabs.io"),
            anthropic: fixed("https://api.anthropic.com"),
            openai: fixed("https://api.openai.com"),
            piapi: fixed("https://api.piapi.ai"),
            suno: fixed("https://api.sunoapi.org"),
        }
    }

    /// The paths of the sandbox below its origin.
    #[must_use]
    pub fn at(sandbox: &Url) -> Self {
        let below = |path: &str| {
            let mut url = sandbox.clone();
            url.set_path(path);
            url.set_query(None);
            url.set_fragment(None);
            url
        };
        Self {
            openrouter: below("/openrouter/api/v1"),
            gemini: below("/gemini"),
            kie: below("/kie"),
            kie_upload: below("/kie-upload"),
            elevenlabs: below("/elevenlabs"),
            anthropic: below("/anthropic"),
            openai: below("/openai"),
            piapi: below("/piapi"),
            suno: below("/suno"),
        }
    }

    /// Where this call goes, before its path.
    ///
    /// # Errors
    /// A [`Failure`] for a server that a person runs when the call does not name it.
    pub fn base<'a>(&'a self, call: &'a Call) -> Result<&'a Url, Failure> {
        Ok(match call.host {
            Host::OpenRouter => &self.openrouter,
            Host::Gemini => &self.gemini,
            Host::Kie => &self.kie,
            Host::KieUpload => &self.kie_upload,
            Host::ElevenLabs => &self.elevenlabs,
            Host::Anthropic => &self.anthropic,
            Host::OpenAi => &self.openai,
            Host::PiApi => &self.piapi,
            Host::Suno => &self.suno,
            Host::Endpoint => call.endpoint.as_ref().ok_or_else(|| {
                Failure::ours(ProviderFault::BadRequest, "the call names no endpoint")
            })?,
        })
    }
}
