//! The secret of a job: found again where the resolution found it, opened at the last moment, and
//! given to nobody it was not saved for.

use super::{Turn, fared::Fared};
use crate::{
    fault::Fault,
    snapshot::{self, Audience},
};
use domain::{
    ApiError, ProviderId,
    resolution::{KeyState, Level},
};
use secrecy::SecretString;
use store::secrets::{Owner, SecretRow};

impl Turn<'_> {
    /// The secret to send, opened at the last moment; `fared` is told which stored key it is.
    pub(super) async fn secret(
        &self,
        fared: &mut Fared,
    ) -> Result<Result<Option<SecretString>, ApiError>, Fault> {
        let Some(credential) = &self.resolution.credential else {
            return Ok(Ok(None));
        };
        let owner = match credential.level {
            Level::Environment => {
                let provider = self.provider();
                if provider == ProviderId::ClaudeCli {
                    return Ok(Ok(None));
                }
                if !self.may_receive(&snapshot::environment_origins(self.app)) {
                    return Ok(Err(self.key_gone()));
                }
                let environment = &self.app.config.environment;
                let found = environment
                    .key(provider.key_slot())
                    .or_else(|| environment.key(provider.fallback_key()?));
                return Ok(found.cloned().map(Some).ok_or_else(|| self.key_gone()));
            }
            Level::Organization => match &self.row.organization_id {
                Some(organization) => Owner::Organization(organization.clone()),
                None => return Err(Fault::Damaged("organization of a generation")),
            },
            _ => Owner::User(self.row.user_id.clone()),
        };
        let row = self.stored_key(&owner).await?;
        let Some(row) = row.filter(|row| snapshot::state(self.app, row) == KeyState::Ready) else {
            return Ok(Err(self.key_gone()));
        };
        if !self.may_receive(&Audience::of(&row).origins) {
            return Ok(Err(self.key_gone()));
        }
        let opened = self.app.vault.open(&row);
        let now = self.app.clock.now();
        store::secrets::touch_last_used(&self.app.db, &owner, &row.id, now).await?;
        fared.key = Some((owner, row.id));
        Ok(opened.map(Some).map_err(|_| self.key_gone()))
    }

    /// Whether a token that was saved for these origins may go to the endpoint of this job.
    pub(super) fn may_receive(&self, origins: &[String]) -> bool {
        let endpoint = self.row.endpoint.as_deref();
        endpoint
            .and_then(snapshot::endpoint)
            .is_none_or(|endpoint| origins.contains(&endpoint.origin))
    }

    /// The key that was resolved; where it was replaced meanwhile, the one in its slot now.
    pub(super) async fn stored_key(&self, owner: &Owner) -> Result<Option<SecretRow>, Fault> {
        let db = &self.app.db;
        if let Some(id) = &self.row.secret_ref
            && let Some(row) = store::secrets::by_id(db, owner, id).await?
        {
            return Ok(Some(row));
        }
        let provider = self.provider();
        for slot in [Some(provider.key_slot()), provider.fallback_key()]
            .into_iter()
            .flatten()
        {
            let rows = store::secrets::of_owner_and_provider(db, owner, slot).await?;
            if let Some(row) = rows.into_iter().next() {
                return Ok(Some(row));
            }
        }
        Ok(None)
    }
}
