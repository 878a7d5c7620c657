//! JSON between the server and the browser. In the browser every type is read from one parsed value,
//! and every server function is called through one function, so that what they share is in the
//! bundle once. It must be the only place there that parses JSON.

mod call;
mod value;

pub use call::{JsonPost, call};

use leptos::server::codee::{Decoder, Encoder};
use serde::{
    Serialize,
    de::{DeserializeOwned, Error},
};
use serde_json::Value;
use server_fn::{Bytes, ContentType, Decodes, Encodes, Format, FormatType, codec::Post};
use value::{Mismatch, Node};

/// JSON in the body of a `POST`, for a server function's input and output.
type Json = Post<JsonBody>;

/// Reads a type from JSON.
///
/// # Errors
/// What `serde_json` says is wrong.
pub fn read<T: DeserializeOwned>(json: &[u8]) -> Result<T, serde_json::Error> {
    if cfg!(feature = "ssr") {
        serde_json::from_slice(json)
    } else {
        from_value(&serde_json::from_slice(json)?).map_err(serde_json::Error::custom)
    }
}

fn from_value<T: DeserializeOwned>(value: &Value) -> Result<T, Mismatch> {
    T::deserialize(Node::from(value))
}

/// The body of a server function's request and answer.
#[derive(Debug)]
pub struct JsonBody;

impl ContentType for JsonBody {
    const CONTENT_TYPE: &'static str = "application/json";
}

impl FormatType for JsonBody {
    const FORMAT_TYPE: Format = Format::Text;
}

impl<T: Serialize> Encodes<T> for JsonBody {
    type Error = serde_json::Error;

    fn encode(output: &T) -> Result<Bytes, Self::Error> {
        serde_json::to_vec(output).map(Bytes::from)
    }
}

impl<T: DeserializeOwned> Decodes<T> for JsonBody {
    type Error = serde_json::Error;

    fn decode(bytes: Bytes) -> Result<T, Self::Error> {
        read(&bytes)
    }
}

/// What a page brings along with it.
#[derive(Debug)]
pub struct JsonInPage;

impl<T: Serialize> Encoder<T> for JsonInPage {
    type Error = serde_json::Error;
    type Encoded = String;

    fn encode(value: &T) -> Result<String, Self::Error> {
        serde_json::to_string(value)
    }
}

impl<T: DeserializeOwned> Decoder<T> for JsonInPage {
    type Error = serde_json::Error;
    type Encoded = str;

    fn decode(text: &str) -> Result<T, Self::Error> {
        read(text.as_bytes())
    }
}
