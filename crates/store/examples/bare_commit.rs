//! How long this disk takes for one durable commit, with the settings that the store opens SQLite
//! with and nothing of the product around it. It is what a settings write cannot be faster than.
//!
//! `cargo run --release -p store --example bare_commit -- FOLDER COUNT` prints microseconds, one
//! commit a line.

use sqlx::{
    Connection as _, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use std::{path::Path, time::Instant};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("the folder is missing")?;
    let count: u32 = arguments.next().ok_or("the count is missing")?.parse()?;
    let options = SqliteConnectOptions::new()
        .filename(Path::new(&folder).join("bare.db"))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .pragma("secure_delete", "on");
    let mut connection = SqliteConnection::connect_with(&options).await?;
    sqlx::query("CREATE TABLE IF NOT EXISTS field (id BIGINT PRIMARY KEY, value TEXT)")
        .execute(&mut connection)
        .await?;
    for round in 0..count {
        let start = Instant::now();
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query("INSERT INTO field VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET value = $1")
            .bind(format!("value {round}"))
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        println!("{}", start.elapsed().as_micros());
    }
    Ok(())
}
