//! Where the choice of a parameter stands in a draft. The step and the confirmation show the same.

use super::Draft;
use domain::{catalog::Model, parameter::Parameter};

/// Values with what is shown for them; none where the model offers no choice. Empty stands first and
/// leaves it to the default of the settings, else to the model.
#[must_use]
pub fn options(
    parameter: Parameter,
    model: &Model,
    default: Option<&str>,
) -> Vec<(String, String)> {
    let offered = parameter.offered(&model.can);
    // A draft always says whether it is sung.
    if parameter == Parameter::Instrumental {
        return offered;
    }
    let Some((_, first)) = offered.first() else {
        return offered;
    };
    let named = default.and_then(|default| {
        let (_, name) = offered.iter().find(|(value, _)| value == default)?;
        Some(format!("Automatic ({name} · default)"))
    });
    let automatic = named.unwrap_or_else(|| format!("Automatic ({first})"));
    std::iter::once((String::new(), automatic))
        .chain(offered)
        .collect()
}

impl Draft {
    /// What the draft says for a parameter.
    #[must_use]
    pub fn parameter(&self, parameter: Parameter) -> String {
        match parameter {
            Parameter::Resolution => self.resolution.clone(),
            Parameter::AspectRatio => self.aspect_ratio.clone(),
            Parameter::DurationSeconds => self.duration.clone(),
            Parameter::Audio => self.audio.clone(),
            Parameter::Voice => self.voice.clone(),
            Parameter::Language => self.language.clone(),
            Parameter::MaxOutputTokens => self.max_tokens.clone(),
            Parameter::Instrumental => self.instrumental.to_string(),
        }
    }

    /// Puts a choice into the draft.
    pub fn set_parameter(&mut self, parameter: Parameter, value: &str) {
        let text = match parameter {
            Parameter::Resolution => &mut self.resolution,
            Parameter::AspectRatio => &mut self.aspect_ratio,
            Parameter::DurationSeconds => &mut self.duration,
            Parameter::Audio => &mut self.audio,
            Parameter::Voice => &mut self.voice,
            Parameter::Language => &mut self.language,
            Parameter::MaxOutputTokens => &mut self.max_tokens,
            Parameter::Instrumental => {
                self.instrumental = value == "true";
                return;
            }
        };
        value.clone_into(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{
        Operation, ProviderId,
        catalog::{Capabilities, Voice},
    };

    fn rich(operation: Operation) -> Model {
        Model {
            provider: ProviderId::Kie,
            operation,
            id: "m".into(),
            sends: None,
            name: "M".into(),
            recommended: true,
            retires_on: None,
            notice: None,
            can: Capabilities {
                resolutions: vec!["1K".into(), "2K".into()],
                aspect_ratios: vec!["1:1".into(), "16:9".into()],
                durations: vec![6, 10],
                audio: true,
                voices: vec![Voice {
                    id: "kore".into(),
                    name: "Kore".into(),
                }],
                languages: vec!["en".into(), "de".into()],
                ..Capabilities::default()
            },
            prices: Vec::new(),
        }
    }

    #[test]
    fn a_choice_in_the_draft_and_in_what_is_asked_for_comes_to_the_same() {
        for operation in Operation::ALL {
            let model = rich(operation);
            for parameter in Parameter::asked(operation) {
                for (value, _) in options(*parameter, &model, None) {
                    let mut draft = Draft::default();
                    let mut input = draft.input(operation, Some(&model));
                    draft.set_parameter(*parameter, &value);
                    input.set_parameter(*parameter, &value);
                    assert_eq!(input, draft.input(operation, Some(&model)), "{parameter}");
                    assert_eq!(input.parameter(*parameter), value, "{parameter}");
                    assert_eq!(draft.parameter(*parameter), value, "{parameter}");
                }
            }
        }
    }

    #[test]
    fn leaving_it_to_the_model_says_what_that_comes_to() {
        let shown = |default| {
            let all = options(Parameter::DurationSeconds, &rich(Operation::Video), default);
            all.into_iter().map(|(_, shown)| shown).collect::<Vec<_>>()
        };
        assert_eq!(shown(None), ["Automatic (6 s)", "6 s", "10 s"]);
        assert_eq!(shown(Some("10"))[0], "Automatic (10 s · default)");
        assert_eq!(shown(Some("99"))[0], "Automatic (6 s)", "not offered");
    }

    #[test]
    fn what_the_model_does_not_offer_is_no_choice() {
        let plain = Model {
            can: Capabilities::default(),
            ..rich(Operation::Video)
        };
        for parameter in Parameter::asked(Operation::Video) {
            assert!(options(*parameter, &plain, None).is_empty(), "{parameter}");
        }
    }
}
