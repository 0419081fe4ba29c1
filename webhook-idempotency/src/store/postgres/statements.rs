//! The statements, with the schema that the user chose in them.

use std::sync::Arc;

use sqlx::AssertSqlSafe;
use sqlx::postgres::{PgArguments, Postgres};
use sqlx::query::Query;

/// A statement that is being given its arguments.
pub(super) type Statement = Query<'static, Postgres, PgArguments>;

/// The text of one statement.
#[derive(Clone, Debug)]
pub(super) struct Sql(Arc<str>);

impl Sql {
    /// The schema's name has been checked, so that it stands for nothing but itself.
    pub(super) fn new(template: &str, schema: &str) -> Self {
        Self(template.replace("{schema}", schema).trim_end().into())
    }

    pub(super) fn text(&self) -> &str {
        &self.0
    }

    /// Statements that are not kept on the connection work through a pooler that hands out another one each time.
    pub(super) fn query(&self, keep: bool) -> Statement {
        sqlx::query(AssertSqlSafe(Arc::clone(&self.0))).persistent(keep)
    }
}

/// All of them.
#[derive(Debug)]
pub(super) struct Statements {
    pub(super) extend: Sql,
    pub(super) get: Sql,
    pub(super) lease: Sql,
    pub(super) list: Sql,
    pub(super) notify: Sql,
    pub(super) open_gate: Sql,
    pub(super) pass_gate: Sql,
    pub(super) purge: Sql,
    pub(super) put: Sql,
    pub(super) put_leased: Sql,
    pub(super) replay: Sql,
    pub(super) settle: Sql,
    pub(super) settle_or_fail: Sql,
    pub(super) stats: Sql,
    pub(super) turn: Sql,
}

impl Statements {
    pub(super) fn new(schema: &str) -> Self {
        let sql = |template| Sql::new(template, schema);
        Self {
            extend: sql(include_str!("sql/extend.sql")),
            get: sql(include_str!("sql/get.sql")),
            lease: sql(include_str!("sql/lease.sql")),
            list: sql(include_str!("sql/list.sql")),
            notify: sql(include_str!("sql/notify.sql")),
            open_gate: sql(include_str!("sql/open_gate.sql")),
            pass_gate: sql(include_str!("sql/pass_gate.sql")),
            purge: sql(include_str!("sql/purge.sql")),
            put: sql(include_str!("sql/put.sql")),
            put_leased: sql(include_str!("sql/put_leased.sql")),
            replay: sql(include_str!("sql/replay.sql")),
            settle: sql(include_str!("sql/settle.sql")),
            settle_or_fail: sql(include_str!("sql/settle_or_fail.sql")),
            stats: sql(include_str!("sql/stats.sql")),
            turn: sql(include_str!("sql/turn.sql")),
        }
    }
}
