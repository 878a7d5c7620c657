//! KIE's public price list, in pages (the call behind its pricing page): prices are strings, in
//! credits and in USD. The rows are data in `prices.json`; nothing is charged from them.

use std::sync::LazyLock;

use axum::body::Bytes;
use axum::response::Response;
use serde_json::{Value, json};

use super::answers;
use crate::reply::Refusal;

const DEFAULT_PAGE: usize = 10;
const LARGEST_PAGE: usize = 500;

static ROWS: LazyLock<Vec<Value>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("prices.json")).expect("the data file is part of this crate")
});

/// `POST /client/v1/model-pricing/page` with `{pageNum, pageSize, interfaceType}`, without a key.
/// Pages count from 1; an empty interface type means all.
pub(super) async fn page(body: Bytes) -> Result<Response, Refusal> {
    let request: Value = serde_json::from_slice(&body)
        .map_err(|_| answers::failed(400, "The request body is not valid JSON"))?;
    let number = |name: &str, otherwise: usize| match &request[name] {
        Value::Null => Some(otherwise),
        value => value
            .as_u64()
            .and_then(|number| usize::try_from(number).ok())
            .filter(|number| *number >= 1),
    };
    let (Some(current), Some(size)) = (number("pageNum", 1), number("pageSize", DEFAULT_PAGE))
    else {
        return Err(answers::invalid("pageNum and pageSize must be at least 1"));
    };
    let size = size.min(LARGEST_PAGE);
    let kind = request["interfaceType"].as_str().unwrap_or_default();
    let rows: Vec<&Value> = ROWS
        .iter()
        .filter(|row| kind.is_empty() || row["interfaceType"] == kind)
        .collect();
    let shown: Vec<&Value> = rows
        .iter()
        .skip((current - 1).saturating_mul(size))
        .take(size)
        .copied()
        .collect();
    Ok(answers::success(json!({
        "records": shown, "total": rows.len(), "size": size, "current": current,
        "pages": rows.len().div_ceil(size)
    })))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::ROWS;
    use crate::testing::{post, quick};

    async fn ask(body: Value) -> Value {
        let answer = post(&quick(), "/kie/client/v1/model-pricing/page", &[], &body).await;
        answer.json()
    }

    #[tokio::test]
    async fn the_pages_together_are_the_whole_list_and_need_no_key() {
        let first = ask(json!({"pageNum": 1, "pageSize": 100, "interfaceType": ""})).await;
        assert_eq!(first["code"], 200);
        let pages = first["data"]["pages"].as_u64().expect("a number");
        assert!(pages > 1, "{pages}");
        let mut count = 0;
        for page in 1..=pages {
            let body = ask(json!({"pageNum": page, "pageSize": 100, "interfaceType": ""})).await;
            count += body["data"]["records"].as_array().expect("rows").len();
        }
        assert_eq!(first["data"]["total"], count);
        let beyond = ask(json!({"pageNum": 99, "pageSize": 100})).await;
        assert_eq!(beyond["data"]["records"], json!([]));
    }

    #[tokio::test]
    async fn a_kind_filters_and_every_kind_has_rows() {
        for kind in ["image", "video", "music", "chat"] {
            let body = ask(json!({"pageNum": 1, "pageSize": 500, "interfaceType": kind})).await;
            let rows = body["data"]["records"].as_array().expect("rows").clone();
            assert!(rows.len() >= 10, "{kind}: {}", rows.len());
            assert!(rows.iter().all(|row| row["interfaceType"] == kind));
        }
    }

    #[tokio::test]
    async fn a_page_of_no_rows_is_refused() {
        assert_eq!(ask(json!({"pageNum": 0})).await["code"], 422);
    }

    #[test]
    fn a_credit_is_half_a_cent_in_every_row_that_names_both() {
        for row in ROWS.iter() {
            let number = |name: &str| row[name].as_str().expect("a string").parse::<f64>();
            let (Ok(credits), Ok(usd)) = (number("creditPrice"), number("usdPrice")) else {
                continue;
            };
            assert!(
                (credits * 0.005 - usd).abs() <= 0.006,
                "{}: {credits} credits, {usd} USD",
                row["modelDescription"]
            );
        }
    }
}
