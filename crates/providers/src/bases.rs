//! Where each provider lives: fixed addresses, or the sandbox's paths. No request and no setting of
//! a person can change them.

use crate::call::Host;
use url::Url;

/// The base address of every host.
#[derive(Debug, Clone)]
pub struct Bases {
    openrouter: Url,
    gemini: Url,
    kie: Url,
    kie_upload: Url,
    elevenlabs: Url,
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
        }
    }

    /// Where this host lives.
    #[must_use]
    pub const fn base(&self, host: Host) -> &Url {
        match host {
            Host::OpenRouter => &self.openrouter,
            Host::Gemini => &self.gemini,
            Host::Kie => &self.kie,
            Host::KieUpload => &self.kie_upload,
            Host::ElevenLabs => &self.elevenlabs,
        }
    }
}
