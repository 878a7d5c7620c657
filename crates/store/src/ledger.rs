//! What generations have cost: one row for each sending that may have been charged, written where
//! the generation comes to its end. An unknown cost is null and never zero, and a known one is never
//! changed.

use crate::{
    Db, StoreError, budgets,
    db::Tx,
    row::{level_id, row},
    statement::{statements, values},
};
use domain::{
    GenerationId, Operation, OrganizationId, ProjectId, ProviderId, Timestamp, UserId,
    money::MicroUsd,
    pricing::Span,
    resolution::{Level, Payer},
};

statements! {
    // Read from the generation as it was just brought to its end. An end that was unknown may become
    // known later: then the row does, and still counts where it did.
    RECORD = "
        INSERT INTO ledger (generation_id, attempt, user_id, project_id, organization_id, operation,
            provider, model, settings, quantity, payer, key_source, state, currency, estimate_low,
            estimate_high, actual, actual_source, counted, lines, created_at, settled_at)
        SELECT g.id, $2, g.user_id, g.project_id, g.organization_id, g.operation, g.provider,
               g.model, $3, $4, g.payer, $5, g.status, 'USD', $6, $7, $8, $9, $10, $11,
               g.created_at, $12
        FROM generations g WHERE g.id = $1
        ON CONFLICT (generation_id, attempt) DO UPDATE SET
            state = excluded.state, actual = excluded.actual,
            actual_source = excluded.actual_source, counted = excluded.counted,
            lines = excluded.lines
        WHERE ledger.actual IS NULL";
    NOT_CHARGED = "
        DELETE FROM ledger WHERE generation_id = $1 AND state = 'unknown' AND actual IS NULL";
    OF_USER = "
        SELECT provider, operation, project_id, payer, key_source, model,
               CAST(NULL AS TEXT) AS user_id, CAST(NULL AS TEXT) AS member_name,
               settled_at / 86400000 AS day, COUNT(*) AS number, COUNT(actual) AS known,
               CAST(COALESCE(SUM(actual), 0) AS BIGINT) AS micro_usd,
               CAST(SUM(CASE WHEN actual IS NULL THEN counted ELSE 0 END) AS BIGINT) AS at_most
        FROM ledger WHERE user_id = $1 AND settled_at >= $2 AND settled_at < $3
        GROUP BY provider, operation, project_id, payer, key_source, model,
                 settled_at / 86400000";
    OF_ORGANIZATION = "
        SELECT l.provider, l.operation, l.project_id, l.payer, l.key_source, l.model, l.user_id,
               u.name AS member_name,
               l.settled_at / 86400000 AS day, COUNT(*) AS number, COUNT(l.actual) AS known,
               CAST(COALESCE(SUM(l.actual), 0) AS BIGINT) AS micro_usd,
               CAST(SUM(CASE WHEN l.actual IS NULL THEN l.counted ELSE 0 END) AS BIGINT) AS at_most
        FROM ledger l JOIN users u ON u.id = l.user_id
        WHERE l.organization_id = $1 AND l.payer = 'organization'
          AND l.settled_at >= $2 AND l.settled_at < $3
          AND (CAST($4 AS TEXT) IS NULL OR l.user_id = $4)
        GROUP BY l.provider, l.operation, l.project_id, l.payer, l.key_source, l.model, l.user_id,
                 u.name, l.settled_at / 86400000";
    OF_INSTANCE = "
        SELECT provider, operation, project_id, payer, key_source, model,
               CAST(NULL AS TEXT) AS user_id, CAST(NULL AS TEXT) AS member_name,
               settled_at / 86400000 AS day, COUNT(*) AS number, COUNT(actual) AS known,
               CAST(COALESCE(SUM(actual), 0) AS BIGINT) AS micro_usd,
               CAST(SUM(CASE WHEN actual IS NULL THEN counted ELSE 0 END) AS BIGINT) AS at_most
        FROM ledger
        WHERE payer = 'instance' AND settled_at >= $1 AND settled_at < $2
        GROUP BY provider, operation, project_id, payer, key_source, model,
                 settled_at / 86400000";
    REPORTED_TO_USER = "
        SELECT actual, quantity FROM ledger
        WHERE user_id = $1 AND operation = $2 AND provider = $3 AND model = $4 AND settings = $5
          AND actual_source = 'reported' AND state = 'succeeded'
        ORDER BY settled_at DESC, generation_id DESC LIMIT $6";
    REPORTED_TO_ORGANIZATION = "
        SELECT actual, quantity FROM ledger
        WHERE organization_id = $1 AND payer = 'organization' AND operation = $2 AND provider = $3
          AND model = $4 AND settings = $5 AND actual_source = 'reported' AND state = 'succeeded'
        ORDER BY settled_at DESC, generation_id DESC LIMIT $6";
}

/// What one sending of a generation has cost, or may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    /// Counts the sendings of this generation, from 1.
    pub attempt: i64,
    /// The level that the key, or else the endpoint, came from.
    pub key_source: Level,
    /// What the price depends on: [`domain::learned::settings`].
    pub settings: String,
    /// How much went in: [`domain::learned::quantity`].
    pub quantity: Option<i64>,
    /// What it was expected to cost.
    pub estimate: Option<Span<MicroUsd>>,
    /// What it has cost; `None` where nobody knows.
    pub actual: Option<MicroUsd>,
    /// Whether that is the provider's own word: [`domain::learned::is_reported`].
    pub is_reported: bool,
    /// What was counted, at which prices, from which sources, as JSON.
    pub lines: String,
}

/// Ends the reservation of a generation that has come to its end, and writes down what it has cost;
/// `None` for what was never sent or is known not to be charged. An entry that said that nobody knows
/// makes way for what is known now.
pub(crate) async fn close(
    tx: &mut Tx,
    id: &GenerationId,
    charge: Option<&Charge>,
    now: Timestamp,
) -> Result<(), StoreError> {
    budgets::release(tx, id).await?;
    let Some(charge) = charge else {
        return tx.execute(&NOT_CHARGED, values![id]).await.map(drop);
    };
    let source = charge.actual.map(|_| {
        if charge.is_reported {
            "reported"
        } else {
            "computed"
        }
    });
    let most = charge.estimate.map(|estimate| estimate.high);
    let counted = charge.actual.or(most).unwrap_or(MicroUsd::ZERO);
    tx.execute(
        &RECORD,
        values![
            id,
            charge.attempt,
            &charge.settings,
            charge.quantity,
            level_id(charge.key_source),
            charge.estimate.map(|estimate| estimate.low),
            most,
            charge.actual,
            source,
            counted,
            &charge.lines,
            now
        ],
    )
    .await
    .map(drop)
}

row! {
    /// What was spent on one day in one way.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Spent {
        /// Who generated.
        pub provider: ProviderId,
        /// What was generated.
        pub operation: Operation,
        /// In which project.
        pub project_id: Option<ProjectId>,
        /// Who paid.
        pub payer: Payer,
        /// Where the key came from.
        pub key_source: Level,
        /// With which model.
        pub model: String,
        /// Who generated; of an organization alone.
        pub user_id: Option<UserId>,
        /// Their name.
        pub member_name: Option<String>,
        /// The day in UTC, counted from 1970-01-01.
        pub day: i64,
        /// How many rows these are.
        pub number: i64,
        /// Of how many of them the cost is known.
        pub known: i64,
        /// The sum of the known costs.
        pub micro_usd: MicroUsd,
        /// The sum of the highest estimates of the others, as far as there are any.
        pub at_most: MicroUsd,
    }
}

/// What a person has spent, whoever paid, from a moment until before another.
///
/// # Errors
/// The database failed.
pub async fn of_user(
    db: &Db,
    user: &UserId,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Spent>, StoreError> {
    db.all(&OF_USER, values![user, from, to]).await
}

/// What an organization has paid, for everybody or for one of its people.
///
/// # Errors
/// The database failed.
pub async fn of_organization(
    db: &Db,
    organization: &OrganizationId,
    user: Option<&UserId>,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Spent>, StoreError> {
    db.all(&OF_ORGANIZATION, values![organization, from, to, user])
        .await
}

/// What the instance has paid.
///
/// # Errors
/// The database failed.
pub async fn of_instance(
    db: &Db,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Spent>, StoreError> {
    db.all(&OF_INSTANCE, values![from, to]).await
}

/// Whose past is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Past<'a> {
    /// A person's, whoever paid.
    User(&'a UserId),
    /// What an organization paid.
    Organization(&'a OrganizationId),
}

/// Which generations are alike in price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alike<'a> {
    /// What is generated.
    pub operation: Operation,
    /// Who generates.
    pub provider: ProviderId,
    /// With which model.
    pub model: &'a str,
    /// What the price depends on.
    pub settings: &'a str,
}

row! {
    /// A cost that a provider reported.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Reported {
        /// The cost.
        pub actual: MicroUsd,
        /// How much went in.
        pub quantity: Option<i64>,
    }
}

/// The newest costs of like generations that succeeded, as the provider reported them.
///
/// # Errors
/// The database failed.
pub async fn reported(
    db: &Db,
    past: Past<'_>,
    alike: Alike<'_>,
    most: u32,
) -> Result<Vec<Reported>, StoreError> {
    let (statement, whose) = match past {
        Past::User(id) => (&REPORTED_TO_USER, id.as_str()),
        Past::Organization(id) => (&REPORTED_TO_ORGANIZATION, id.as_str()),
    };
    db.all(
        statement,
        values![
            whose,
            alike.operation.as_str(),
            alike.provider.as_str(),
            alike.model,
            alike.settings,
            i64::from(most)
        ],
    )
    .await
}
