//! What became of one field over time: the past values of a setting, so that it can be put back.

use crate::Timestamp;
use serde::Serialize;

/// How many versions of a field are remembered.
pub const KEPT: i64 = 50;

/// One change of a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = SettingChange))]
pub struct Changed {
    /// The version that the field had afterwards.
    pub version: i64,
    /// When.
    pub at: Timestamp,
    /// The name of who changed it.
    pub by: String,
    /// Whether that is who asks.
    pub by_me: bool,
    /// The value before; `None` where nothing was set.
    pub from: Option<String>,
    /// The value afterwards; `None` where it was cleared.
    pub to: Option<String>,
}
