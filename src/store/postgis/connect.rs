//! Reaching the database: the URL, the pool, whether the schema is ours, and bringing it up to date.

use std::str::FromStr;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, Executor, Row, SqlSafeStr};

use super::statements as sql;
use crate::store::{StoreError, StoreResult};

/// How many of our tables `sql/origin.sql` counts.
const OUR_TABLES: i64 = 4;
/// For a connection, new or free; the default of 30 s is too long for whoever waits for an answer.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);
/// For the questions that tell what kind of database this is.
const PROBE_TIMEOUT: Duration = Duration::from_secs(5);
/// For the migrations that are missing, while other processes wait for their turn: reports that are there already may be
/// counted and indexed anew, ten million of them in minutes (docs/postgis.md). `sql/migration_wait.sql` has the same bound.
const MIGRATION_TIMEOUT: Duration = Duration::from_secs(2 * 3600);

/// Number, what it brings, text; in order. A file that is listed here is never changed again.
const MIGRATIONS: [(i64, &str, &str); 7] = [
    (1, "gridward", include_str!("../../../migrations/postgis/0001_gridward.sql")),
    (2, "access", include_str!("../../../migrations/postgis/0002_access.sql")),
    (3, "reports", include_str!("../../../migrations/postgis/0003_reports.sql")),
    (4, "webhooks", include_str!("../../../migrations/postgis/0004_webhooks.sql")),
    (5, "photos", include_str!("../../../migrations/postgis/0005_photos.sql")),
    (6, "counts", include_str!("../../../migrations/postgis/0006_counts.sql")),
    (7, "withdrawals", include_str!("../../../migrations/postgis/0007_withdrawals.sql")),
];
const UNTIL_THEN: &str = "with millions of reports that takes minutes, and until then other servers refuse reports";
const NEWEST: i64 = MIGRATIONS[MIGRATIONS.len() - 1].0;

/// Settings in the URL's query, those of libpq that the driver knows.
const SETTINGS: [&str; 13] = [
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "application_name",
    "options",
    "statement-cache-capacity",
];

/// Reads `postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=…`. No error repeats it, for it may hold a password.
pub(super) fn options(url: &str) -> StoreResult<PgConnectOptions> {
    let refused = |why: &str| StoreError::NotAStore("postgres:…".into(), why.into());
    let query = url.split_once('?').map_or("", |(_, query)| query);
    for setting in query.split('&').filter(|setting| !setting.is_empty()) {
        let name = setting.split('=').next().unwrap_or_default();
        if !SETTINGS.contains(&name) {
            return Err(refused("the URL has a setting that is not known; docs/postgis.md lists those that are"));
        }
    }
    let options = PgConnectOptions::from_str(url)
        .map_err(|_| refused("the URL cannot be read; write postgres://USER:PASSWORD@HOST:PORT/DATABASE"))?;
    let named = options.get_application_name().is_some();
    Ok(if named { options } else { options.application_name("gridward") })
}

/// Host, port and database, for people.
pub(super) fn place(options: &PgConnectOptions) -> String {
    let host = options.get_socket().map_or_else(|| options.get_host().to_owned(), |path| path.display().to_string());
    let database = options.get_database().unwrap_or(options.get_username());
    format!("postgres://{host}:{}/{database}", options.get_port())
}

/// A pool that connects when it is first asked.
pub(super) fn pool(options: &PgConnectOptions, max_connections: u32) -> PgPool {
    PgPoolOptions::new()
        .max_connections(max_connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .after_connect(|connection, _| Box::pin(async move { connection.execute(sql::SESSION).await.map(|_| ()) }))
        .connect_lazy_with(options.clone())
}

/// Makes sure that the database is a store of this version, and makes one of an empty database. A standby is taken as it is.
pub(super) async fn prepare(options: &PgConnectOptions) -> StoreResult<()> {
    let place = place(options);
    let here = |error: StoreError| match error {
        StoreError::Unavailable(why) => StoreError::Unavailable(format!("{place}: {why}")),
        other => other,
    };
    // Not from the pool, which tries again and again and then cannot say what was wrong.
    // A migration is long, in words and in time: the log gets neither.
    let quiet = options.clone().disable_statement_logging();
    let mut connection = within(ACQUIRE_TIMEOUT, quiet.connect()).await.map_err(here)?;
    let state = within(PROBE_TIMEOUT, async {
        connection.execute(sql::SESSION).await?;
        schema_state(&mut connection).await
    });
    match state.await.map_err(here)? {
        Found::Current => {}
        Found::Older { is_standby: true, .. } => {
            return Err(not_a_store(
                &place,
                "it is a standby whose schema is older; open its primary with this version first",
            ));
        }
        Found::Older { is_standby: false, version } => {
            let begun = std::time::Instant::now();
            if version > 0 {
                tracing::warn!(place, version, newest = NEWEST, "bringing the schema up to date; {UNTIL_THEN}");
            }
            within(MIGRATION_TIMEOUT, async { Ok::<_, sqlx::Error>(migrate(&mut connection, &place).await) })
                .await
                .and_then(|done| done)
                .map_err(here)?;
            if version > 0 {
                tracing::info!(place, seconds = begun.elapsed().as_secs(), "the schema is up to date");
            }
        }
        Found::Other(why) => return Err(not_a_store(&place, why)),
    }
    // It has answered; how it takes the farewell is no matter.
    let _ = tokio::time::timeout(PROBE_TIMEOUT, connection.close()).await;
    Ok(())
}

fn not_a_store(place: &str, why: &str) -> StoreError {
    StoreError::NotAStore(place.to_owned(), why.to_owned())
}

async fn within<T>(bound: Duration, work: impl Future<Output = Result<T, sqlx::Error>>) -> StoreResult<T> {
    let silent = |_| StoreError::Unavailable(format!("it did not answer within {} s", bound.as_secs()));
    Ok(tokio::time::timeout(bound, work).await.map_err(silent)??)
}

/// What kind of database this is.
enum Found {
    Current,
    Older { is_standby: bool, version: i64 },
    Other(&'static str),
}

async fn schema_state(connection: &mut PgConnection) -> Result<Found, sqlx::Error> {
    let origin = sqlx::query(sql::ORIGIN).fetch_one(&mut *connection).await?;
    let (things, our_tables): (i64, i64) = (origin.try_get("things")?, origin.try_get("our_tables")?);
    let is_standby = origin.try_get("is_standby")?;
    if origin.try_get::<&str, _>("encoding")? != "UTF8" {
        return Ok(Found::Other("its encoding is not UTF8; create the database with `createdb --encoding=UTF8`"));
    }
    if our_tables != OUR_TABLES {
        if things > 0 {
            return Ok(Found::Other("its schema `gridward` belongs to another program"));
        }
        let (has, may): (bool, bool) = (origin.try_get("has_postgis")?, origin.try_get("may_have_postgis")?);
        if !has && !may {
            return Ok(Found::Other("PostGIS is not installed on its server"));
        }
        return Ok(Found::Older { is_standby, version: 0 });
    }
    let version: i64 = sqlx::query(sql::SCHEMA_VERSION).fetch_one(connection).await?.try_get(0)?;
    Ok(match version {
        NEWEST => Found::Current,
        newer if newer > NEWEST => {
            Found::Other("a newer version of gridward wrote it; use that version or a newer one")
        }
        version => Found::Older { is_standby, version },
    })
}

/// Brings the schema up to date in one transaction, one process at a time.
async fn migrate(connection: &mut PgConnection, place: &str) -> StoreResult<()> {
    let migration = |(version, description, text): (i64, &'static str, &'static str)| {
        Migration::new(version, description.into(), MigrationType::Simple, text.into_sql_str(), false)
    };
    let migrator = Migrator::with_migrations(MIGRATIONS.map(migration).to_vec());
    let mut transaction = connection.begin().await?;
    // Waiting for others who migrate, and migrating, may take longer than any other statement.
    transaction.execute(sql::MIGRATION_WAIT).await?;
    sqlx::query(sql::MIGRATION_LOCK).fetch_one(&mut *transaction).await?;
    transaction.execute(sql::LONG_MIGRATION).await?;
    let origin = sqlx::query(sql::ORIGIN).fetch_one(&mut *transaction).await?;
    if !origin.try_get::<bool, _>("has_postgis")? {
        transaction.execute(sql::CREATE_POSTGIS).await.map_err(|_| {
            not_a_store(place, "it has no PostGIS yet; a superuser runs `CREATE EXTENSION postgis` in it")
        })?;
        transaction.execute(sql::SESSION).await?;
        transaction.execute(sql::MIGRATION_WAIT).await?;
        transaction.execute(sql::LONG_MIGRATION).await?;
    }
    if !origin.try_get::<bool, _>("has_schema")? {
        transaction.execute(sql::CREATE_SCHEMA).await?;
    }
    migrator.run_direct(None, &mut *transaction, false).await.map_err(|error| match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => StoreError::from(error),
        other => not_a_store(place, &other.to_string()),
    })?;
    Ok(transaction.commit().await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_said_of_a_url_holds_its_password() {
        for url in [
            "postgres://town:hunter2@db.example:5433/grids?sslmode=wrong",
            "postgres://town:hunter2@db.example:port/grids",
            "postgres://town@db.example/grids?pasword=hunter2",
            "postgres://[hunter2",
        ] {
            let error = options(url).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
        }
        let good = options("postgresql://town:hunter2@db.example:5433/grids?sslmode=require").unwrap();
        assert_eq!(place(&good), "postgres://db.example:5433/grids");
        assert_eq!(
            place(&options("postgres://town@%2Frun%2Fpostgresql/grids").unwrap()),
            "postgres:///run/postgresql:5432/grids"
        );
    }
}
