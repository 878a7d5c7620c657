//! Usage as a file for spreadsheets. No cell of it is ever taken for a formula.

use domain::usage::{Dimension, Sum, UsageReport};

/// The report as CSV (RFC 4180) with a line of headings.
pub(super) fn write(report: &UsageReport) -> String {
    let mut csv = String::new();
    let mut headings: Vec<String> = Vec::new();
    for dimension in &report.group_by {
        headings.push(dimension.as_str().to_owned());
        if *dimension == Dimension::Project {
            headings.push("project_name".to_owned());
        }
        if *dimension == Dimension::Member {
            headings.push("member_name".to_owned());
        }
    }
    for payer in ["user", "organization", "instance"] {
        for what in ["number", "usd", "credits", "unknown", "unknown_at_most_usd"] {
            headings.push(format!("{payer}_{what}"));
        }
    }
    line(&mut csv, &headings);
    for row in &report.data {
        let mut cells = Vec::new();
        for dimension in &report.group_by {
            cells.push(
                row.group
                    .get(dimension)
                    .cloned()
                    .flatten()
                    .unwrap_or_default(),
            );
            if *dimension == Dimension::Project {
                cells.push(row.project_name.clone().unwrap_or_default());
            }
            if *dimension == Dimension::Member {
                cells.push(row.member_name.clone().unwrap_or_default());
            }
        }
        let paid = &row.paid_by;
        for sum in [paid.user, paid.organization, paid.instance] {
            cells.extend(numbers(sum));
        }
        line(&mut csv, &cells);
    }
    csv
}

fn numbers(sum: Sum) -> [String; 5] {
    [
        sum.number.to_string(),
        decimal(sum.micro_usd.0, 1_000_000),
        decimal(sum.micro_usd.0, domain::money::MICRO_USD_PER_CREDIT),
        sum.unknown.to_string(),
        decimal(sum.unknown_at_most_micro_usd.0, 1_000_000),
    ]
}

/// An amount in larger units, exactly, with six digits after the point.
fn decimal(micros: i64, unit: i64) -> String {
    let (whole, rest) = (micros / unit, micros % unit);
    format!("{whole}.{:06}", rest * (1_000_000 / unit))
}

/// Adds a line with these cells.
pub(crate) fn line(csv: &mut String, cells: &[String]) {
    for (number, text) in cells.iter().enumerate() {
        if number > 0 {
            csv.push(',');
        }
        cell(csv, text);
    }
    csv.push_str("\r\n");
}

/// What a spreadsheet takes for the beginning of a formula.
const FORMULA: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

/// A text that a spreadsheet would take for a formula gets an apostrophe in front; one with a mark
/// that some spreadsheets end a cell at is quoted.
fn cell(csv: &mut String, text: &str) {
    let is_formula = text.starts_with(FORMULA);
    let guard = if is_formula { "'" } else { "" };
    if is_formula || text.contains([',', ';', '\t', '"', '\n', '\r']) {
        csv.push('"');
        csv.push_str(guard);
        csv.push_str(&text.replace('"', "\"\""));
        csv.push('"');
    } else {
        csv.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{
        Timestamp,
        money::MicroUsd,
        usage::{PaidBy, UsageRow},
    };
    use proptest::prelude::*;

    fn written(text: &str) -> String {
        let mut csv = String::new();
        cell(&mut csv, text);
        csv
    }

    #[test]
    fn no_cell_is_taken_for_a_formula() {
        for (text, safe) in [
            ("=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\""),
            ("+1", "\"'+1\""),
            ("-2+3", "\"'-2+3\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("\t=1", "\"'\t=1\""),
            ("\r=1", "\"'\r=1\""),
            ("a=1", "a=1"),
            ("a, \"b\"", "\"a, \"\"b\"\"\""),
            ("two\nlines", "\"two\nlines\""),
            ("", ""),
        ] {
            assert_eq!(written(text), safe, "{text:?}");
        }
    }

    #[test]
    fn a_report_has_headings_exact_amounts_and_what_is_unknown_apart() {
        let row = UsageRow {
            group: [(Dimension::Project, Some("p1".to_owned()))].into(),
            project_name: Some("=Film".to_owned()),
            member_name: None,
            paid_by: PaidBy {
                user: Sum {
                    number: 3,
                    micro_usd: MicroUsd(1_032_500),
                    unknown: 1,
                    unknown_at_most_micro_usd: MicroUsd(7),
                },
                ..PaidBy::default()
            },
        };
        let report = UsageReport {
            from: Timestamp(0),
            to: Timestamp(1),
            group_by: vec![Dimension::Project],
            data: vec![row],
            total: PaidBy::default(),
        };
        assert_eq!(
            write(&report),
            "project,project_name,user_number,user_usd,user_credits,user_unknown,user_unknown_at_most_usd,organization_number,organization_usd,organization_credits,organization_unknown,organization_unknown_at_most_usd,instance_number,instance_usd,instance_credits,instance_unknown,instance_unknown_at_most_usd\r\n\
             p1,\"'=Film\",3,1.032500,206.500000,1,0.000007,0,0.000000,0.000000,0,0.000000,0,0.000000,0.000000,0,0.000000\r\n"
        );
    }

    /// A line as a spreadsheet reads it, with this mark between its cells.
    fn cells(line: &str, mark: char) -> Vec<String> {
        let mut cells = vec![String::new()];
        let mut quoted = false;
        let mut characters = line.chars().peekable();
        while let Some(c) = characters.next() {
            let cell = cells.last_mut().unwrap();
            match c {
                '"' if quoted && characters.peek() == Some(&'"') => {
                    characters.next();
                    cell.push('"');
                }
                '"' if quoted || cell.is_empty() => quoted = !quoted,
                c if c == mark && !quoted => cells.push(String::new()),
                c => cell.push(c),
            }
        }
        cells
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        #[test]
        fn a_text_stays_in_its_cell_and_is_never_a_formula(
            text in "[=+@\\-\\t\\r\\n,;\"'a1 ＝]{0,12}|\\PC{0,20}"
        ) {
            for mark in [',', ';', '\t'] {
                let read = cells(&written(&text), mark);
                prop_assert_eq!(read.len(), 1, "{:?} is split by {:?}", &text, mark);
                prop_assert!(!read[0].starts_with(FORMULA), "{:?}", &read);
                prop_assert_eq!(read[0].strip_prefix('\'').unwrap_or(&read[0]), text.strip_prefix('\'').unwrap_or(&text));
            }
        }
    }
}
