//! The audit on the command line: its chain walked, and written out.

use super::{Operator, failed};
use crate::{
    audit::{
        Query,
        export::{self, Format},
    },
    start::Problem,
};
use futures::{StreamExt, pin_mut};
use std::io::Write;
use store::audit::{Hash, verify::verify};

impl Operator {
    /// Walks the chain: how many events there are and the hash of the last. `expected` is the hash of
    /// an earlier head that has to be among them.
    ///
    /// # Errors
    /// [`Problem::Start`] with the first event that is not as it was written, or where the expected
    /// hash is not found.
    pub async fn verify_audit(&self, expected: Option<&str>) -> Result<(i64, Hash), Problem> {
        let expected = expected
            .map(|text| {
                Hash::parse(text.trim())
                    .ok_or_else(|| Problem::Start("A hash has 64 hexadecimal digits.".to_owned()))
            })
            .transpose()?;
        let head = verify(&self.db, expected)
            .await
            .map_err(failed)?
            .map_err(|found| Problem::Start(format!("The audit is broken: {found}.")))?;
        if head.is_expected {
            return Ok((head.count, head.hash));
        }
        Err(Problem::Start(format!(
            "The audit is a chain of {} events that ends with {}, but the expected hash is none of theirs: what it stood for was replaced.",
            head.count, head.hash
        )))
    }

    /// Writes the audit from the first to the last day, an event of JSON a line.
    ///
    /// # Errors
    /// [`Problem::Start`] for what is no day, or where it cannot be written.
    pub async fn export_audit(
        &self,
        from: Option<String>,
        to: Option<String>,
        out: &mut impl Write,
    ) -> Result<(), Problem> {
        let query = Query {
            from,
            to,
            ..Query::default()
        };
        let filter = query
            .filter()
            .map_err(|_| Problem::Start("Give days such as 2026-11-30.".to_owned()))?;
        let pieces = export::pieces(self.db.clone(), filter, Format::JsonLines);
        pin_mut!(pieces);
        while let Some(piece) = pieces.next().await {
            let piece = piece.map_err(|fault| Problem::start("The audit", &fault))?;
            out.write_all(piece.as_bytes())
                .map_err(|error| Problem::start("The audit cannot be written", &error))?;
        }
        Ok(())
    }
}
