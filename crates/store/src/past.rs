//! What a person's own generations tell about their next one: how long such took, and who paid.
//! It must never read anybody else's.

use crate::{
    Db, StoreError,
    row::row,
    statement::{statements, values},
};
use domain::{Operation, ProviderId, UserId, resolution::Payer};

statements! {
    DURATIONS = "
        SELECT r.provider, r.model, r.millis
        FROM (
            SELECT g.provider, g.model, g.finished_at - g.created_at AS millis,
                   ROW_NUMBER() OVER (
                       PARTITION BY g.provider, g.model
                       ORDER BY g.created_at DESC, g.id DESC) AS nth
            FROM generations g
            WHERE g.user_id = $1 AND g.operation = $2 AND g.status = 'succeeded'
              AND g.finished_at IS NOT NULL) r
        WHERE r.nth <= $3";
    LAST_PAYER = "
        SELECT payer FROM generations
        WHERE user_id = $1 AND operation = $2 AND status <> 'cancelled'
        ORDER BY created_at DESC, id DESC LIMIT 1";
}

row! {
    /// How long one generation took.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Duration {
        /// Who generated.
        pub provider: ProviderId,
        /// With which model.
        pub model: String,
        /// From the wish to the result.
        pub millis: i64,
    }
}

row! {
    struct PayerRow {
        payer: Payer,
    }
}

/// How long the person's newest `most` successful generations of each provider and model took, in no
/// particular order.
///
/// # Errors
/// The database failed.
pub async fn durations(
    db: &Db,
    user: &UserId,
    operation: Operation,
    most: u32,
) -> Result<Vec<Duration>, StoreError> {
    let values = values![user, operation.as_str(), i64::from(most)];
    db.all(&DURATIONS, values).await
}

/// Who paid for the person's newest generation of an operation that was not cancelled.
///
/// # Errors
/// The database failed.
pub async fn last_payer(
    db: &Db,
    user: &UserId,
    operation: Operation,
) -> Result<Option<Payer>, StoreError> {
    let row: Option<PayerRow> = db
        .one(&LAST_PAYER, values![user, operation.as_str()])
        .await?;
    Ok(row.map(|row| row.payer))
}
