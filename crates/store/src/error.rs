//! What can go wrong in the database, in kinds that tell a caller what to do. The texts name
//! statements, columns and codes; never a bound value, and never the text that the database wrote.

use sqlx::error::ErrorKind;

/// Why a statement did not work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Others held it for too long; the same call may work in a moment. Nothing was written.
    #[error("the database is busy ({statement}, code {code})")]
    Busy {
        /// The statement's name.
        statement: &'static str,
        /// The database's code, or `pool`.
        code: String,
    },
    /// The database cannot be reached or cannot write (gone, restarting, disk full).
    #[error("the database is unavailable ({statement}, code {code})")]
    Unavailable {
        /// The statement's name.
        statement: &'static str,
        /// The database's code, or what was lost.
        code: String,
    },
    /// A stored value that this program does not understand.
    #[error("a stored row cannot be read (column {column})")]
    Corrupt {
        /// The column.
        column: &'static str,
    },
    /// The write would break a rule of the schema, such as a reference to a row that is not there.
    #[error("the database refused a write ({statement}, {rule})")]
    Constraint {
        /// The statement's name.
        statement: &'static str,
        /// The kind of rule.
        rule: &'static str,
    },
    /// Anything else: a mistake in this program.
    #[error("a statement failed ({statement}, code {code})")]
    Database {
        /// The statement's name.
        statement: &'static str,
        /// The database's code.
        code: String,
    },
}

impl StoreError {
    /// The kind of what a statement answered.
    pub(crate) fn new(statement: &'static str, error: &sqlx::Error) -> Self {
        let unavailable = |code: &str| Self::Unavailable {
            statement,
            code: code.to_owned(),
        };
        match error {
            sqlx::Error::Database(inner) => {
                let code = inner.code().unwrap_or_default().into_owned();
                match inner.kind() {
                    ErrorKind::UniqueViolation => Self::Constraint {
                        statement,
                        rule: "unique",
                    },
                    ErrorKind::ForeignKeyViolation => Self::Constraint {
                        statement,
                        rule: "reference",
                    },
                    ErrorKind::NotNullViolation => Self::Constraint {
                        statement,
                        rule: "not null",
                    },
                    ErrorKind::CheckViolation => Self::Constraint {
                        statement,
                        rule: "check",
                    },
                    _ => Self::from_code(statement, code),
                }
            }
            sqlx::Error::PoolTimedOut => Self::Busy {
                statement,
                code: "pool".to_owned(),
            },
            sqlx::Error::Io(_) => unavailable("connection lost"),
            sqlx::Error::Tls(_) => unavailable("tls"),
            sqlx::Error::PoolClosed => unavailable("closed"),
            sqlx::Error::WorkerCrashed => unavailable("worker"),
            sqlx::Error::BeginFailed => unavailable("begin"),
            _ => Self::Database {
                statement,
                code: "driver".to_owned(),
            },
        }
    }

    /// SQLite's extended result codes are numbers (the low byte is the kind), PostgreSQL's have
    /// five characters (the first two are the class).
    fn from_code(statement: &'static str, code: String) -> Self {
        if code.len() == 5 {
            return match code.as_str() {
                "40001" | "40P01" | "55P03" | "57014" => Self::Busy { statement, code },
                _ if ["08", "53", "57", "58"].contains(&&code[..2]) => {
                    Self::Unavailable { statement, code }
                }
                _ => Self::Database { statement, code },
            };
        }
        match code.parse::<i32>().map(|number| number & 0xff) {
            // SQLITE_BUSY, SQLITE_LOCKED
            Ok(5 | 6) => Self::Busy { statement, code },
            // SQLITE_READONLY, SQLITE_IOERR, SQLITE_FULL, SQLITE_CANTOPEN
            Ok(8 | 10 | 13 | 14) => Self::Unavailable { statement, code },
            _ => Self::Database { statement, code },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_tell_what_a_caller_can_do() {
        let kind = |code: &str| StoreError::from_code("s", code.to_owned());
        for code in ["5", "517", "262", "40001", "40P01", "55P03"] {
            assert!(matches!(kind(code), StoreError::Busy { .. }), "{code}");
        }
        for code in ["10", "266", "13", "14", "57P01", "53100", "08006"] {
            assert!(
                matches!(kind(code), StoreError::Unavailable { .. }),
                "{code}"
            );
        }
        for code in ["1", "42601", "22021", ""] {
            assert!(matches!(kind(code), StoreError::Database { .. }), "{code}");
        }
    }
}
