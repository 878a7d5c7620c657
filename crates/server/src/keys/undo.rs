//! Brings back the key that the last change of a slot replaced or removed. Until then it is out of
//! use; after ten minutes its sealed copy is deleted.

use super::{Holder, place, sealed, settled};
use crate::{app::App, fault::Fault, snapshot};
use domain::{
    ApiError, ErrorCode, Map, ProviderId, Timestamp,
    keys::{KeyAction, SecretView},
    resolution::KeyState,
};
use store::{
    Db,
    replaced::Restored,
    secrets::{Owner, SecretRow},
};

/// How long a key that was replaced or removed is kept.
const KEPT_MILLIS: i64 = 10 * 60 * 1000;

/// Brings back the key that the last change of a slot replaced or removed, sealed anew for the same
/// audience. It is offered once.
///
/// # Errors
/// `NOT_FOUND` where the last change replaced nothing or is too long ago, `KEY_UNAVAILABLE` where
/// the former key cannot be read here and now; `FORBIDDEN` as [`super::put`].
pub async fn undo(
    app: &App,
    holder: &Holder<'_>,
    provider: ProviderId,
) -> Result<SecretView, ApiError> {
    holder.may_change(app)?;
    let provider = provider.key_slot();
    let now = app.clock.now();
    let seal = |kept: &SecretRow, version| {
        let readable = snapshot::state(app, kept) == KeyState::Ready;
        let key = app.vault.open(kept).ok().filter(|_| readable).ok_or(())?;
        let audience = kept.audience_origin.clone();
        Ok(sealed(app, holder, provider, &key, audience, version))
    };
    let slot = place(&holder.owner, provider);
    let note = holder.note(app, KeyAction::Restored, provider);
    let db = app.db.noting(&note);
    let restored = store::replaced::restore(&db, slot, kept_since(now), seal)
        .await
        .map_err(Fault::from)?;
    match restored {
        Restored::Done => settled(app, holder, provider).await,
        Restored::Nothing => Err(ApiError::new(
            ErrorCode::NotFound,
            "There is no key to bring back: a key that was replaced or removed is kept for 10 minutes. Enter it again.",
        )),
        Restored::Refused(()) => {
            let mut error = ApiError::new(
                ErrorCode::KeyUnavailable,
                format!(
                    "The former {} API key can no longer be read. Nothing was changed; enter it again if you need it.",
                    provider.label()
                ),
            );
            error.provider = Some(provider);
            Err(error)
        }
    }
}

/// The slots whose last change can be undone, and until when.
///
/// # Errors
/// `INTERNAL` where the database fails.
pub async fn undoable(app: &App, owner: &Owner) -> Result<Map<ProviderId, Timestamp>, ApiError> {
    let since = kept_since(app.clock.now());
    let kept = store::replaced::of_owner(&app.db, owner, since)
        .await
        .map_err(Fault::from)?;
    Ok(kept
        .into_iter()
        .filter(|kept| snapshot::state(app, &kept.secret) == KeyState::Ready)
        .map(|kept| {
            let until = kept.replaced_at.plus_millis(KEPT_MILLIS);
            (kept.secret.provider, until)
        })
        .collect())
}

/// Deletes the sealed copies whose time is over.
///
/// # Errors
/// The database failed.
pub async fn purge_replaced(db: &Db, now: Timestamp) -> Result<u64, Fault> {
    Ok(store::replaced::purge(db, kept_since(now)).await?)
}

/// What was replaced at this moment or before is kept no longer.
const fn kept_since(now: Timestamp) -> Timestamp {
    now.plus_millis(-KEPT_MILLIS)
}
