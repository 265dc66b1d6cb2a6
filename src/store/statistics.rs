//! What SQLite's query planner is told of the tables.
//!
//! Every table begins its keys with the centre. Without statistics SQLite takes a centre for a handful of rows, and then reads a
//! whole ledger to look for a few ids in it. With statistics of its own it would choose by what a database held when it was last
//! looked at. So it is told the same of every database, as the documentation of `ANALYZE` allows: tables are large, the centre
//! narrows nothing, and each further column of a key narrows as much as the next.

use diesel::{
    QueryableByName, RunQueryDsl, SqliteConnection,
    connection::SimpleConnection,
    sql_query,
    sql_types::{BigInt, Bool, Text},
};

use super::StoreError;

/// Rows that a table is said to have: 10 to this power.
const ROWS_POWER: u32 = 6;

#[derive(QueryableByName)]
struct Index {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    of_table: String,
    #[diesel(sql_type = Bool)]
    is_unique: bool,
    #[diesel(sql_type = BigInt)]
    columns: i64,
}

#[derive(QueryableByName, PartialEq)]
struct Told {
    #[diesel(sql_type = Text)]
    tbl: String,
    #[diesel(sql_type = Text)]
    idx: String,
    #[diesel(sql_type = Text)]
    stat: String,
}

const INDEXES: &str = "SELECT list.name AS name, tables.name AS of_table, list.\"unique\" AS is_unique, \
     (SELECT COUNT(*) FROM pragma_index_info(list.name)) AS columns \
     FROM sqlite_schema AS tables, pragma_index_list(tables.name) AS list \
     WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY of_table, name";

impl Index {
    /// Rows of the table, then rows with one value in the first column, in the first two, and so on.
    fn stat(&self) -> String {
        let last = u32::from(!self.is_unique);
        let further = u32::try_from(self.columns - 1).unwrap_or_default();
        let powers = (0..=further).map(|column| match further {
            0 => last,
            _ => last + (ROWS_POWER - last) * (further - column) / further,
        });
        let rows: Vec<String> =
            std::iter::once(ROWS_POWER).chain(powers).map(|power| 10_u64.pow(power).to_string()).collect();
        rows.join(" ")
    }
}

/// Tells the planner, where it was not told yet.
pub(super) fn tell_planner(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let indexes: Vec<Index> = sql_query(INDEXES).load(connection)?;
    let wanted: Vec<Told> =
        indexes.into_iter().map(|index| Told { stat: index.stat(), tbl: index.of_table, idx: index.name }).collect();
    // Analysing any one small table makes the table of statistics.
    connection.batch_execute("ANALYZE __diesel_schema_migrations")?;
    let told: Vec<Told> = sql_query(
        "SELECT tbl, idx, stat FROM sqlite_stat1 WHERE tbl <> '__diesel_schema_migrations' ORDER BY tbl, idx",
    )
    .load(connection)?;
    if told == wanted {
        return Ok(());
    }
    connection.batch_execute("DELETE FROM sqlite_stat1")?;
    for Told { tbl, idx, stat } in &wanted {
        sql_query("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?, ?, ?)")
            .bind::<Text, _>(tbl)
            .bind::<Text, _>(idx)
            .bind::<Text, _>(stat)
            .execute(connection)?;
    }
    // Reads what was written.
    connection.batch_execute("ANALYZE sqlite_schema")?;
    Ok(())
}
