//! The form that corrects a model's prices, its end and what is said of it, and the form again as it was
//! sent where something in it is wrong.

use super::{
    super::parts::{Sent, address},
    catalog::{PATH, holds},
};
use domain::{
    ApiError,
    catalog::{Model, Price},
};
use leptos::prelude::*;
use serde_json::{Value, json};
use server::catalog::admin::Entry;

/// A correction that is refused.
pub struct Refused {
    /// What was sent.
    pub sent: Sent,
    /// Why.
    pub error: ApiError,
}

impl Refused {
    /// What is wrong with a field.
    fn problem(&self, field: &str) -> Option<String> {
        let fields = &self.error.fields;
        let wrong = fields.iter().find(|wrong| wrong.field == field)?;
        Some(wrong.message.clone())
    }

    /// What was typed for the price of this shape, and what is wrong with it.
    fn price(&self, shape: &str) -> Option<(String, Option<String>)> {
        let at = self.sent.all("price").position(|sent| sent == shape)?;
        let typed = self.sent.all("usd").nth(at)?.to_owned();
        Some((typed, self.problem(&format!("prices[{at}].usd"))))
    }

    /// What is wrong with what is not typed.
    fn elsewhere(&self) -> String {
        let is_typed =
            |field: &str| ["retires_on", "notice"].contains(&field) || field.ends_with("].usd");
        let fields = self.error.fields.iter();
        let rest = fields.filter(|wrong| !is_typed(&wrong.field));
        rest.map(|wrong| format!(" {}", wrong.message)).collect()
    }

    fn view(&self) -> AnyView {
        let words = format!(
            "Nothing was changed. Mend what is marked, and save it again.{}",
            self.elsewhere()
        );
        view! {
            <div class="note bad" role="alert">
                <p>{words}</p>
            </div>
        }
        .into_any()
    }
}

/// The form that corrects one model.
pub fn form(entry: &Entry, made_for: &str, refused: Option<&Refused>) -> AnyView {
    let Some(model) = &entry.effective else {
        return view! { <p class="empty">"This model is not offered."</p> }.into_any();
    };
    let hidden = |what: &'static str, value: String| {
        view! { <input type="hidden" name=what value=value/> }
    };
    let place = || {
        view! {
            {hidden("made_for", made_for.to_owned())}
            {hidden("operation", entry.operation.as_str().to_owned())}
            {hidden("provider", entry.provider.as_str().to_owned())}
            {hidden("model", entry.model.clone())}
        }
    };
    let corrected = entry.correction.as_ref().map(|correction| {
        view! {
            <div class="note">
                <p>{format!("Corrected on {}.", crate::words::minute(correction.at))}</p>
                <form method="post" action="/admin/catalog/take-back">
                    {place()}
                    <button type="submit">"Take the correction back"</button>
                </form>
            </div>
        }
    });
    let said = |name: &'static str, label: &str, kind: &'static str, value: &Option<String>| {
        let value = match refused {
            Some(refused) => refused.sent.get(name).to_owned(),
            None => value.clone().unwrap_or_default(),
        };
        Typed {
            id: format!("field-{name}"),
            name,
            label: label.to_owned(),
            kind,
            is_price: false,
            value,
            problem: refused.and_then(|refused| refused.problem(name)),
            hint: None,
        }
        .view()
    };
    let of_operation = [("operation", Some(entry.operation.as_str().to_owned()))];
    view! {
        <h3>{model.name.clone()}</h3>
        {refused.map(Refused::view)}
        {corrected}
        <form class="stack" method="post" action=PATH aria-label="Correct this model">
            {place()}
            {prices(model, refused)}
            {said("retires_on", "Switched off on", "date", &model.retires_on)}
            {said("notice", "What people should know before they choose it", "text", &model.notice)}
            <button type="submit">"Save correction"</button>
        </form>
        <p>
            <a href=address(PATH, &of_operation) rel="external">
                "Back to all models"
            </a>
        </p>
    }
    .into_any()
}

/// A field for each price, with what it holds for beside it.
fn prices(model: &Model, refused: Option<&Refused>) -> AnyView {
    if model.prices.is_empty() {
        return view! { <p class="hint">"Its price is not known. The API can set one: PUT /admin/catalog."</p> }
            .into_any();
    }
    let fields = model.prices.iter().enumerate().map(|(at, price)| {
        let label = match holds(price) {
            holds if holds.is_empty() => format!("US dollars {}", price.unit.per()),
            holds => format!("US dollars {} ({holds})", price.unit.per()),
        };
        let shape = shape(price).to_string();
        let typed = refused.and_then(|refused| refused.price(&shape));
        let (value, problem) = typed.unwrap_or_else(|| (decimal(price.micro_usd.0), None));
        let field = Typed {
            id: format!("field-usd-{at}"),
            name: "usd",
            label,
            kind: "text",
            is_price: true,
            value,
            problem,
            hint: Some(format!("{}, {}", price.source, price.as_of)),
        };
        view! {
            <input type="hidden" name="price" value=shape/>
            {field.view()}
        }
    });
    fields.collect_view().into_any()
}

/// A field to type into, under its label, with what is wrong with it.
struct Typed {
    id: String,
    name: &'static str,
    label: String,
    kind: &'static str,
    is_price: bool,
    value: String,
    problem: Option<String>,
    hint: Option<String>,
}

impl Typed {
    fn view(self) -> AnyView {
        let note = format!("{}-note", self.id);
        let is_wrong = self.problem.is_some();
        let class = if is_wrong { "hint bad" } else { "hint" };
        let words = self.problem.or(self.hint);
        let described_by = words.is_some().then(|| note.clone());
        view! {
            <div class="field">
                <label for=self.id.clone()>{self.label}</label>
                <input
                    type=self.kind
                    id=self.id
                    name=self.name
                    value=self.value
                    maxlength="500"
                    inputmode=self.is_price.then_some("decimal")
                    required=self.is_price
                    aria-invalid=is_wrong.then_some("true")
                    aria-describedby=described_by
                />
                {words.map(|words| view! { <p class=class id=note>{words}</p> })}
            </div>
        }
        .into_any()
    }
}

/// A price without its amount, as the API takes it.
fn shape(price: &Price) -> Value {
    let mut shape = json!({"unit": price.unit});
    for (name, value) in [
        ("resolution", json!(price.resolution)),
        ("audio", json!(price.audio)),
        ("seconds", json!(price.seconds)),
        ("above_input_tokens", json!(price.above_input_tokens)),
        ("from", json!(price.from)),
        ("until", json!(price.until)),
    ] {
        if !value.is_null() {
            shape[name] = value;
        }
    }
    shape
}

/// Dollars, exactly.
fn decimal(micro_usd: i64) -> String {
    let text = format!("{}.{:06}", micro_usd / 1_000_000, micro_usd % 1_000_000);
    let text = text.trim_end_matches('0');
    text.trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::FieldError;

    #[test]
    fn dollars_are_exact() {
        for (micro_usd, dollars) in [
            (0, "0"),
            (1, "0.000001"),
            (33_600, "0.0336"),
            (1_000_000, "1"),
            (12_500_000, "12.5"),
        ] {
            assert_eq!(decimal(micro_usd), dollars);
        }
    }

    #[test]
    fn what_was_typed_stands_in_its_field_with_what_is_wrong_with_it() {
        let (small, large) = (r#"{"unit":"image"}"#, r#"{"unit":"second"}"#);
        let wrong = |field: &str, message: &str| FieldError {
            field: field.to_owned(),
            message: message.to_owned(),
        };
        let refused = Refused {
            sent: Sent::of(&[
                ("price", small),
                ("usd", "0.05"),
                ("price", large),
                ("usd", "a lot"),
            ]),
            error: ApiError::invalid(vec![
                wrong("prices[1].usd", "Write it in dollars."),
                wrong("prices[1].unit", "Nothing of this kind is counted."),
            ]),
        };
        assert_eq!(refused.price(small), Some(("0.05".to_owned(), None)));
        let problem = Some("Write it in dollars.".to_owned());
        assert_eq!(refused.price(large), Some(("a lot".to_owned(), problem)));
        assert_eq!(refused.price("{}"), None);
        assert_eq!(refused.elsewhere(), " Nothing of this kind is counted.");
    }
}
