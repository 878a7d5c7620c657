//! The words of the document: what the comments of the code say, said to people who do not read it.

use serde_json::Value;

/// Goes through every description.
pub(super) fn tidy(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(text) if name == "description" => *text = said(text),
                    member => tidy(member),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(tidy),
        _ => {}
    }
}

/// On one line, with `null` for what is absent, and without links into the code.
fn said(text: &str) -> String {
    text.replace('\n', " ")
        .replace("`None`", "`null`")
        .replace("[`", "`")
        .replace("`]", "`")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_descriptions_are_said_in_other_words() {
        let mut value = json!([{ "description": "`None`\nas in [`Map`]", "example": "`None`" }]);
        tidy(&mut value);
        assert_eq!(
            value,
            json!([{ "description": "`null` as in `Map`", "example": "`None`" }])
        );
    }
}
