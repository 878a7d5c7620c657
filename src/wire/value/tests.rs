use super::*;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::json;
use std::{collections::BTreeMap, fmt::Debug};

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum Shape {
    Point,
    Circle(u8),
    Line(i32, i32),
    Box { width: u32 },
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Wrapped(i64);

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Nothing;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Strict {
    text: String,
    #[serde(default)]
    maybe: Option<f64>,
    shapes: Vec<Shape>,
    by_shape: BTreeMap<Shape, Wrapped>,
    pair: (bool, char),
    nothing: Nothing,
    outcome: Result<(), String>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Loose {
    known: u64,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

fn read<T: DeserializeOwned>(value: &Value) -> Answer<T> {
    T::deserialize(Node::from(value))
}

fn survives<T: Debug + PartialEq + Serialize + DeserializeOwned>(written: &T) {
    let value = serde_json::to_value(written).unwrap();
    assert_eq!(read::<T>(&value).as_ref(), Ok(written), "{value}");
}

fn strict() -> Strict {
    Strict {
        text: "Füchse \"im\" Wald\n".to_owned(),
        maybe: Some(-0.5),
        shapes: vec![
            Shape::Point,
            Shape::Circle(u8::MAX),
            Shape::Line(i32::MIN, 7),
            Shape::Box { width: 3 },
        ],
        by_shape: BTreeMap::from([(Shape::Point, Wrapped(i64::MIN))]),
        pair: (true, 'ß'),
        nothing: Nothing,
        outcome: Err("No.".to_owned()),
    }
}

#[test]
fn what_is_written_is_read_back() {
    survives(&strict());
    survives(&Strict {
        maybe: None,
        outcome: Ok(()),
        ..strict()
    });
    survives(&Loose {
        known: u64::MAX,
        rest: BTreeMap::from([
            ("list".to_owned(), json!([1, -2, 2.5, "x", null, false])),
            ("object".to_owned(), json!({"a": {"b": []}})),
        ]),
    });
    survives(&Some(Wrapped(0)));
    survives::<Option<Wrapped>>(&None);
}

#[test]
fn a_whole_number_is_a_float_too() {
    assert_eq!(read::<f64>(&json!(3)), Ok(3.0));
}

#[test]
fn what_a_type_does_not_know_is_passed_over_unless_it_forbids_it() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Open {
        known: u8,
    }
    let value = json!({"more": [{}], "known": 1});
    assert_eq!(read(&value), Ok(Open { known: 1 }));

    let mut value = serde_json::to_value(strict()).unwrap();
    value["more"] = json!(1);
    assert_eq!(read::<Strict>(&value), Err(Mismatch));
}

#[test]
fn what_does_not_fit_is_refused() {
    assert_eq!(read::<u8>(&json!(256)), Err(Mismatch));
    assert_eq!(read::<u64>(&json!(-1)), Err(Mismatch));
    assert_eq!(read::<i64>(&json!(1.5)), Err(Mismatch));
    assert_eq!(read::<String>(&json!(1)), Err(Mismatch));
    assert_eq!(read::<bool>(&json!("true")), Err(Mismatch));
    assert_eq!(read::<(u8, u8)>(&json!([1])), Err(Mismatch));
    assert_eq!(read::<Shape>(&json!("Triangle")), Err(Mismatch));
    assert_eq!(read::<Shape>(&json!("Circle")), Err(Mismatch));
    assert_eq!(
        read::<Shape>(&json!({"Circle": 1, "Point": null})),
        Err(Mismatch)
    );
    assert_eq!(read::<Strict>(&json!({"text": "x"})), Err(Mismatch));
}
