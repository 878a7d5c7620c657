//! Budgets and what is reserved against them. A generation is written down only if it fits into
//! every budget that it counts against; their rows stay locked from the look to the commit, so that
//! of many at once no more get through than fit.

use crate::{
    Db, StoreError,
    db::Tx,
    row::row,
    statement::{Statement, Value, statements, values},
};
use domain::{
    GenerationId, OrganizationId, ProjectId, Timestamp, UserId,
    budget::{self, Budget, Owner, OwnerKind, Period, Refused, Standing, UnknownPrices},
    money::MicroUsd,
    resolution::Payer,
};

statements! {
    PUT = "
        INSERT INTO budgets (owner_kind, owner_id, period, limit_micro_usd, is_hard, warn_percent,
            unknown_prices, updated_at, updated_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (owner_kind, owner_id, period) DO UPDATE SET
            limit_micro_usd = excluded.limit_micro_usd, is_hard = excluded.is_hard,
            warn_percent = excluded.warn_percent, unknown_prices = excluded.unknown_prices,
            updated_at = excluded.updated_at, updated_by = excluded.updated_by";
    REMOVE = "DELETE FROM budgets WHERE owner_kind = $1 AND owner_id = $2 AND period = $3";
    REMOVE_OF = "DELETE FROM budgets WHERE owner_kind = $1 AND owner_id = $2";
    OF = "
        SELECT owner_kind, period, limit_micro_usd, is_hard, warn_percent, unknown_prices, updated_at
        FROM budgets WHERE owner_kind = $1 AND owner_id = $2
        ORDER BY period";
    OF_MEMBER = "
        SELECT owner_kind, period, limit_micro_usd, is_hard, warn_percent, unknown_prices, updated_at
        FROM budgets
        WHERE owner_kind = 'member' AND owner_id = $1 AND EXISTS (
            SELECT 1 FROM organization_members m
            WHERE m.organization_id = $1 AND m.user_id = $2 AND m.role = 'member')
        ORDER BY period";
    // Always in the same order, so that nobody waits for somebody who waits for them. SQLite needs
    // no lock: whoever writes is alone from the start.
    LOCK = "
        SELECT owner_kind, period, limit_micro_usd, is_hard, warn_percent, unknown_prices, updated_at
        FROM budgets
        WHERE (owner_kind = 'user' AND owner_id = $1) OR (owner_kind = 'project' AND owner_id = $2)
           OR (owner_kind = 'organization' AND owner_id = $3)
           OR (owner_kind = 'member' AND owner_id = $3 AND EXISTS (
               SELECT 1 FROM organization_members m
               WHERE m.organization_id = $3 AND m.user_id = $1 AND m.role = 'member'))
           OR (owner_kind = 'instance' AND owner_id = $4)
        ORDER BY owner_kind, owner_id, period",
    postgres: "
        SELECT owner_kind, period, limit_micro_usd, is_hard, warn_percent, unknown_prices, updated_at
        FROM budgets
        WHERE (owner_kind = 'user' AND owner_id = $1) OR (owner_kind = 'project' AND owner_id = $2)
           OR (owner_kind = 'organization' AND owner_id = $3)
           OR (owner_kind = 'member' AND owner_id = $3 AND EXISTS (
               SELECT 1 FROM organization_members m
               WHERE m.organization_id = $3 AND m.user_id = $1 AND m.role = 'member'))
           OR (owner_kind = 'instance' AND owner_id = $4)
        ORDER BY owner_kind, owner_id, period FOR UPDATE";
    // What is spent and what is reserved in one look: a generation that is settled meanwhile is in
    // one of them.
    STANDING_OF_USER = "
        SELECT (SELECT CAST(COALESCE(SUM(counted), 0) AS BIGINT) FROM ledger
                WHERE user_id = $1 AND settled_at >= $2) AS spent,
               (SELECT CAST(COALESCE(SUM(micro_usd), 0) AS BIGINT) FROM reservations
                WHERE user_id = $1) AS reserved";
    STANDING_OF_PROJECT = "
        SELECT (SELECT CAST(COALESCE(SUM(counted), 0) AS BIGINT) FROM ledger
                WHERE project_id = $1 AND settled_at >= $2) AS spent,
               (SELECT CAST(COALESCE(SUM(micro_usd), 0) AS BIGINT) FROM reservations
                WHERE project_id = $1) AS reserved";
    STANDING_OF_ORGANIZATION = "
        SELECT (SELECT CAST(COALESCE(SUM(counted), 0) AS BIGINT) FROM ledger
                WHERE organization_id = $1 AND payer = 'organization'
                  AND settled_at >= $2) AS spent,
               (SELECT CAST(COALESCE(SUM(micro_usd), 0) AS BIGINT) FROM reservations
                WHERE organization_id = $1 AND payer = 'organization') AS reserved";
    STANDING_OF_MEMBER = "
        SELECT (SELECT CAST(COALESCE(SUM(counted), 0) AS BIGINT) FROM ledger
                WHERE organization_id = $1 AND payer = 'organization' AND user_id = $3
                  AND settled_at >= $2) AS spent,
               (SELECT CAST(COALESCE(SUM(micro_usd), 0) AS BIGINT) FROM reservations
                WHERE organization_id = $1 AND payer = 'organization'
                  AND user_id = $3) AS reserved";
    STANDING_OF_INSTANCE = "
        SELECT (SELECT CAST(COALESCE(SUM(counted), 0) AS BIGINT) FROM ledger
                WHERE payer = $1 AND settled_at >= $2) AS spent,
               (SELECT CAST(COALESCE(SUM(micro_usd), 0) AS BIGINT) FROM reservations
                WHERE payer = $1) AS reserved";
    RESERVE = "
        INSERT INTO reservations (generation_id, user_id, project_id, organization_id, payer,
            micro_usd)
        VALUES ($1, $2, $3, $4, $5, $6)";
    RELEASE = "DELETE FROM reservations WHERE generation_id = $1";
}

row! {
    struct BudgetRow {
        owner_kind: OwnerKind,
        period: Period,
        limit_micro_usd: MicroUsd,
        is_hard: bool,
        warn_percent: Option<i64>,
        unknown_prices: UnknownPrices,
        updated_at: Timestamp,
    }
}

impl BudgetRow {
    fn budget(&self) -> Result<Budget, StoreError> {
        let percent = self.warn_percent.map(u8::try_from).transpose();
        Ok(Budget {
            period: self.period,
            limit_micro_usd: self.limit_micro_usd,
            hard: self.is_hard,
            warn_percent: percent.map_err(|_| StoreError::Corrupt {
                column: "warn_percent",
            })?,
            unknown_prices: self.unknown_prices,
        })
    }
}

row! {
    struct StandingRow {
        spent: MicroUsd,
        reserved: MicroUsd,
    }
}

impl From<StandingRow> for Standing {
    fn from(row: StandingRow) -> Self {
        Self {
            spent: row.spent,
            reserved: row.reserved,
        }
    }
}

/// A budget with the moment at which it was set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// Its terms.
    pub budget: Budget,
    /// When they were set.
    pub updated_at: Timestamp,
}

/// Sets a budget, in place of the one of the same owner and period. What was already spent in the
/// period counts.
///
/// # Errors
/// The database failed.
pub async fn put(
    db: &Db,
    owner: &Owner,
    budget: &Budget,
    by: &UserId,
    now: Timestamp,
) -> Result<(), StoreError> {
    db.write(
        &PUT,
        values![
            owner.kind().as_str(),
            owner.id(),
            budget.period.as_str(),
            budget.limit_micro_usd,
            budget.hard,
            budget.warn_percent.map(i64::from),
            budget.unknown_prices.as_str(),
            now,
            by
        ],
    )
    .await
    .map(drop)
}

/// Takes a budget away; false where there was none.
///
/// # Errors
/// The database failed.
pub async fn remove(db: &Db, owner: &Owner, period: Period) -> Result<bool, StoreError> {
    let values = values![owner.kind().as_str(), owner.id(), period.as_str()];
    Ok(db.write(&REMOVE, values).await? == 1)
}

/// The budgets of an owner, the daily one first. A member's share holds for who is no admin.
///
/// # Errors
/// The database failed.
pub async fn of(db: &Db, owner: &Owner) -> Result<Vec<Kept>, StoreError> {
    let rows: Vec<BudgetRow> = match owner {
        Owner::Member(organization, user) => {
            db.all(&OF_MEMBER, values![organization, user]).await?
        }
        _ => {
            let values = values![owner.kind().as_str(), owner.id()];
            db.all(&OF, values).await?
        }
    };
    let kept = |row: &BudgetRow| {
        Ok(Kept {
            budget: row.budget()?,
            updated_at: row.updated_at,
        })
    };
    rows.iter().map(kept).collect()
}

/// What each member of an organization may spend of its money in a month; `None` for any amount.
///
/// # Errors
/// The database failed.
pub async fn share(db: &Db, organization: &OrganizationId) -> Result<Option<MicroUsd>, StoreError> {
    let values = values![OwnerKind::Member.as_str(), organization];
    let rows: Vec<BudgetRow> = db.all(&OF, values).await?;
    Ok(rows.first().map(|row| row.limit_micro_usd))
}

/// The same inside a transaction.
pub(crate) async fn share_in(
    tx: &mut Tx,
    organization: &OrganizationId,
) -> Result<Option<MicroUsd>, StoreError> {
    let values = values![OwnerKind::Member.as_str(), organization];
    let rows: Vec<BudgetRow> = tx.all(&OF, values).await?;
    Ok(rows.first().map(|row| row.limit_micro_usd))
}

/// What counts against a budget of this owner that began at a moment.
///
/// # Errors
/// The database failed.
pub async fn standing(db: &Db, owner: &Owner, since: Timestamp) -> Result<Standing, StoreError> {
    let (statement, values) = counted(owner, since);
    let row: Option<StandingRow> = db.one(statement, &values).await?;
    Ok(row.map(Standing::from).unwrap_or_default())
}

/// How to find what counts for an owner since a moment.
fn counted(owner: &Owner, since: Timestamp) -> (&'static Statement, Vec<Value<'_>>) {
    let (statement, whose): (_, Value<'_>) = match owner {
        Owner::User(id) => (&STANDING_OF_USER, id.into()),
        Owner::Project(id) => (&STANDING_OF_PROJECT, id.into()),
        Owner::Organization(id) => (&STANDING_OF_ORGANIZATION, id.into()),
        Owner::Member(id, user) => {
            return (&STANDING_OF_MEMBER, values![id, since, user].to_vec());
        }
        Owner::Instance => (&STANDING_OF_INSTANCE, Payer::Instance.as_str().into()),
    };
    (statement, values![whose, since].to_vec())
}

/// What is to be reserved: the most that a generation may cost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reserved<'a> {
    /// The generation.
    pub(crate) id: &'a GenerationId,
    /// Who asked for it.
    pub(crate) user_id: &'a UserId,
    /// The project that it belongs to.
    pub(crate) project_id: Option<&'a ProjectId>,
    /// The organization that it was asked for in.
    pub(crate) organization_id: Option<&'a OrganizationId>,
    /// Who pays.
    pub(crate) payer: Payer,
    /// The most that it may cost; `None` where nobody knows.
    pub(crate) price: Option<MicroUsd>,
    /// Now.
    pub(crate) at: Timestamp,
}

/// Reserves the most that a generation may cost, or says which budget refuses it. An unknown
/// price reserves nothing. Nothing is written where it is refused.
pub(crate) async fn reserve(
    tx: &mut Tx,
    new: &Reserved<'_>,
) -> Result<Option<Refused>, StoreError> {
    let owners = budget::owners(new.user_id, new.project_id, new.organization_id, new.payer);
    let id = |kind: OwnerKind| {
        let owner = owners.iter().find(|owner| owner.kind() == kind);
        Value::Text(owner.map(Owner::id))
    };
    // A member's share is found by the person and the organization.
    let ids = [
        OwnerKind::User,
        OwnerKind::Project,
        OwnerKind::Organization,
        OwnerKind::Instance,
    ]
    .map(id);
    for row in tx.all::<BudgetRow>(&LOCK, &ids).await? {
        let budget = row.budget()?;
        let Some(owner) = owners.iter().find(|owner| owner.kind() == row.owner_kind) else {
            continue;
        };
        let (statement, values) = counted(owner, budget.period.start(new.at));
        let standing: Option<StandingRow> = tx.one(statement, &values).await?;
        let standing = standing.map(Standing::from).unwrap_or_default();
        let admitted = budget.admit(row.owner_kind, standing, new.price, new.at);
        if let Err(refused) = admitted {
            return Ok(Some(refused));
        }
    }
    if let Some(price) = new.price {
        tx.execute(
            &RESERVE,
            values![
                new.id,
                new.user_id,
                new.project_id,
                new.organization_id,
                new.payer.as_str(),
                price
            ],
        )
        .await?;
    }
    Ok(None)
}

/// Sets what each member of an organization may spend of its money in a month, or takes the limit
/// away.
pub(crate) async fn put_share(
    tx: &mut Tx,
    organization: &OrganizationId,
    share: Option<MicroUsd>,
    by: &UserId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (kind, period) = (OwnerKind::Member.as_str(), Period::Monthly.as_str());
    let Some(limit) = share else {
        return tx
            .execute(&REMOVE, values![kind, organization, period])
            .await
            .map(drop);
    };
    let (warn, unknown) = (Some(80_i64), UnknownPrices::Refuse.as_str());
    let values = values![
        kind,
        organization,
        period,
        limit,
        true,
        warn,
        unknown,
        now,
        by
    ];
    tx.execute(&PUT, values).await.map(drop)
}

/// Gives back what is reserved for a generation.
pub(crate) async fn release(tx: &mut Tx, id: &GenerationId) -> Result<(), StoreError> {
    tx.execute(&RELEASE, values![id]).await.map(drop)
}

/// Takes all budgets of an owner away, with the owner.
pub(crate) async fn remove_of(tx: &mut Tx, kind: OwnerKind, id: &str) -> Result<(), StoreError> {
    tx.execute(&REMOVE_OF, values![kind.as_str(), id])
        .await
        .map(drop)
}
