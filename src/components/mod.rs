//! What pages share. A component shows a store and reports what a person does; it never saves,
//! never calls the server, and keeps nothing that must outlive it.

mod choice;
mod configure_dialog;
mod confirm_dialog;
mod dialog;
mod endpoint_fields;
mod env_paste;
mod erase;
mod error_note;
mod generation_card;
mod key_field;
mod key_notes;
mod key_places;
mod logo;
mod model_fields;
mod model_list;
mod moving_dialog;
mod navigation;
mod overview;
mod provider_fields;
mod proxy_token;
mod save_indicator;
mod trace;

pub use choice::{Choice, ChoiceOption};
pub use configure_dialog::ConfigureDialog;
pub use confirm_dialog::ConfirmDialog;
pub use dialog::Dialog;
pub use endpoint_fields::{EndpointFields, MODAL_ENDPOINTS};
pub use env_paste::EnvPaste;
pub use erase::{Erase, EraseAll, keyed, live};
pub use error_note::{ErrorNote, Problem};
pub use generation_card::GenerationCard;
pub use key_field::KeyField;
pub use key_places::{KeyPlace, KeySection, places, spare_slots, used_providers};
pub use logo::Logo;
pub use moving_dialog::MovingDialog;
pub use navigation::TopNavigation;
pub use overview::Overview;
pub use provider_fields::ProviderFields;
pub use save_indicator::SaveIndicator;
pub use trace::TraceView;
