//! The address that an account is known by: one spelling for each, and a look at whether it can
//! be an address at all. Whether somebody reads mail there is not asked.

/// The longest address that mail knows.
const LONGEST: usize = 254;

/// The address in its one spelling, or `None` when it cannot be one.
pub(crate) fn normalize(typed: &str) -> Option<String> {
    let address = typed.trim().to_lowercase();
    let (local, domain) = address.rsplit_once('@')?;
    let fits = address.len() <= LONGEST
        && (1..=64).contains(&local.len())
        && !local.contains('@')
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && domain.len() >= 3
        && domain.contains('.')
        && domain.split('.').all(is_label)
        && !address
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || "\"<>()[],;:\\".contains(c));
    fits.then_some(address)
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.chars().all(|c| c.is_alphanumeric() || c == '-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spellings_of_one_address_are_one() {
        for typed in ["ada@example.com", " Ada@Example.COM\n", "ADA@example.com"] {
            assert_eq!(normalize(typed).as_deref(), Some("ada@example.com"));
        }
        for typed in [
            "a.b+film@sub.example.co",
            "o'neil@example.ie",
            "müller@bücher.example",
        ] {
            assert!(normalize(typed).is_some(), "{typed}");
        }
    }

    #[test]
    fn what_cannot_be_an_address_is_refused() {
        let long = format!("{}@example.com", "a".repeat(65));
        let longest = format!("a@{}.com", "b.".repeat(130));
        for typed in [
            "",
            "ada",
            "@example.com",
            "ada@",
            "ada@example",
            "a@b@example.com",
            ".a@example.com",
            "a..b@example.com",
            "a b@example.com",
            "ada@-x.com",
            "ada@x..com",
            "<ada@example.com>",
            "ada@example.com\0",
            &long,
            &longest,
        ] {
            assert_eq!(normalize(typed), None, "{typed:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(5_000))]

        #[test]
        fn any_text_is_refused_or_becomes_one_line_with_one_spelling(
            typed in "\\PC{0,80}|[a-z.@+\\- \\t\\r\\n\\x00<>,;\"İß]{0,40}(@[a-z.\\-]{0,20}){0,3}"
        ) {
            if let Some(address) = normalize(&typed) {
                prop_assert!(!address.chars().any(|c| c.is_control() || c.is_whitespace()));
                prop_assert_eq!(address.matches('@').count(), 1);
                prop_assert_eq!(normalize(&address), Some(address));
            }
        }
    }
}
