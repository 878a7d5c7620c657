//! Organizations and invitations to them: filled by `served::organizations`.

use super::served::served;
use leptos::prelude::*;

/// The pages of organizations.
#[component]
pub fn OrganizationsPage() -> impl IntoView {
    served("Organizations")
}

/// The page behind an invitation's link.
#[component]
pub fn InvitationPage() -> impl IntoView {
    served("Invitation")
}
