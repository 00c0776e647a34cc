//! What only the shared store promises: about its database, and other programs that connect to it.

use axum::body::Body;
use axum::http::Method;
use gridward::domain::key::KeyRole;
use gridward::http::{AppState, Settings, router};
use gridward::store::{StoreError, open};

use super::suite;
use crate::http::town::ask;
use crate::stores::{Cluster, TestStore};

/// Whoever connects with another program cannot change what was published.
#[tokio::test]
async fn the_database_itself_protects_what_is_published() {
    let test = TestStore::postgis();
    let store = test.open().await;
    suite::publish(&*store, "a", 2).await;
    for statement in [
        "UPDATE gridward.grids SET name = 'x'",
        "DELETE FROM gridward.grids",
        "TRUNCATE gridward.grids",
        "TRUNCATE gridward.editions CASCADE",
        "INSERT INTO gridward.grids (geom, edition, tier, code, name)
         VALUES (ST_GeomFromText('MULTIPOLYGON EMPTY', 4326), 1, 3, 'x', 'x')",
        "UPDATE gridward.editions SET name = 'x'",
        "DELETE FROM gridward.editions",
        "UPDATE gridward.tier3 SET name = 'x'",
    ] {
        let error = test.sql(statement).expect_err(statement);
        assert!(error.contains("never changed") || error.contains("cannot update view"), "{statement}: {error}");
    }
    assert_eq!(store.grids(store.edition("a").await.unwrap().id).await.unwrap().len(), 2);
}

/// A month's tables are made before it begins: making them waits for the longest reader, and all reports for that.
#[tokio::test]
async fn room_for_a_month_is_made_before_its_reports_come() {
    let test = TestStore::postgis();
    let store = test.open().await;
    let table = "SELECT to_regclass('gridward.reports_3702') IS NOT NULL, to_regclass('gridward.report_steps_3702') IS NOT NULL";
    assert_eq!(test.sql(table).unwrap().trim(), "f|f");
    store.make_room_for(time::macros::datetime!(2037-02-10 0:00 UTC)).await.unwrap();
    assert_eq!(test.sql(table).unwrap().trim(), "t|t");
}

#[tokio::test]
async fn what_is_no_store_is_refused_and_the_password_is_not_repeated() {
    let test = TestStore::postgis();
    test.sql("CREATE SCHEMA gridward; CREATE TABLE gridward.other (x int)").unwrap();
    let refused = |error: StoreError, why: &str| {
        let said = format!("{error} {error:?}");
        assert!(matches!(&error, StoreError::NotAStore(_, text) if text.contains(why)), "{said}");
        assert!(!said.contains("not-to-be-seen"), "{said}");
    };
    refused(open(test.url()).await.unwrap_err(), "belongs to another program");
    let newer = TestStore::postgis();
    newer.open().await.close().await;
    newer
        .sql(
            "INSERT INTO gridward._sqlx_migrations (version, description, success, checksum, execution_time)
             VALUES (9999, 'later', true, '', 0)",
        )
        .unwrap();
    refused(open(newer.url()).await.unwrap_err(), "newer version");
    for (url, why) in [
        (test.url().replace("/t", "/no_such_t"), "there is no such database"),
        ("postgres://postgres:not-to-be-seen@127.0.0.1:1/postgres".to_owned(), "refused"),
    ] {
        let error = open(&url).await.unwrap_err();
        let said = format!("{error} {error:?}");
        assert!(matches!(error, StoreError::Unavailable(_)) && said.contains(why), "{said}");
        assert!(!said.contains("not-to-be-seen"), "{said}");
    }
    assert!(!format!("{:?}", TestStore::postgis().open().await).contains("not-to-be-seen"));
}

/// One schema in two dialects: a table or column that is added to one store and not to the other is found here.
#[tokio::test]
async fn both_stores_have_the_same_tables_and_columns() {
    let (postgis, embedded) = (TestStore::postgis(), TestStore::embedded());
    tokio::join!(postgis.open(), embedded.open());
    let columns = |said: String| {
        let mut columns: Vec<String> = said.lines().map(|line| line.replace(".OGC_FID", ".id")).collect();
        columns.sort();
        columns
    };
    let there = postgis
        .sql(
            "SELECT table_name || '.' || column_name FROM information_schema.columns
             WHERE table_schema = 'gridward' AND table_name NOT LIKE '\\_sqlx%'",
        )
        .unwrap();
    let here = embedded
        .sql(
            "SELECT m.name || '.' || c.name FROM sqlite_schema AS m, pragma_table_info(m.name) AS c
             WHERE m.type IN ('table', 'view') AND m.name NOT LIKE 'gpkg%' AND m.name NOT LIKE '\\_sqlx%' ESCAPE '\\'
                 AND m.name NOT LIKE 'sqlite%'",
        )
        .unwrap();
    assert_eq!(columns(there), columns(here));
}

/// The layers as QGIS and GDAL see them.
#[tokio::test]
async fn gdal_sees_the_edition_in_force_and_no_phone() {
    let test = TestStore::postgis();
    let store = test.open().await;
    suite::publish(&*store, "old", 3).await;
    suite::publish(&*store, "new", 5).await;
    suite::replace_roster(&*store).await;
    // GDAL knows only the longer scheme.
    let url = test.url().replace("postgres://", "postgresql://");
    let ogrinfo = |layer: &str| {
        let output = std::process::Command::new("ogrinfo").args(["-ro", &url, &format!("gridward.{layer}")]).output();
        let output = output.expect("gdal-bin is installed: run `make tools` once");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let tier3 = ogrinfo("tier3");
    assert!(tier3.contains("Feature Count: 5") && tier3.contains("Geometry: Multi Polygon"), "{tier3}");
    assert!(tier3.contains("EPSG\",4326"), "{tier3}");
    assert!(tier3.contains("party_group (String) = 第一党小组") && tier3.contains("leader (String) = 王某"), "{tier3}");
    assert!(!tier3.contains("1380"), "no phone is in a layer: {tier3}");
    let ahead = time::OffsetDateTime::now_utc() + time::Duration::DAY;
    suite::publish_from(&*store, "ahead", 7, ahead).await;
    assert!(ogrinfo("tier3").contains("Feature Count: 5"));
    store.put_in_force(store.edition("old").await.unwrap().id, Some(time::OffsetDateTime::now_utc())).await.unwrap();
    assert!(ogrinfo("tier3").contains("Feature Count: 3"));
    assert!(ogrinfo("edition_in_force").contains("name (String) = old"));
    let valid = test.sql("SELECT bool_and(ST_IsValid(geom) AND ST_SRID(geom) = 4326) FROM gridward.grids").unwrap();
    assert_eq!(valid, "t");
}

/// Another process hears of a write at once, and does not wait for its next look.
#[tokio::test]
async fn a_write_is_heard_by_other_processes() {
    let test = TestStore::postgis();
    let (store, other) = (test.open().await, test.open().await);
    // The first answer says that it listens now.
    tokio::time::timeout(std::time::Duration::from_secs(15), other.changed()).await.expect("it listens");
    let writing = async {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        suite::draft_only(&*store, "a").await;
    };
    let (heard, ()) = tokio::join!(tokio::time::timeout(std::time::Duration::from_secs(15), other.changed()), writing);
    heard.expect("it was told");
    assert_eq!(other.revision().await.unwrap(), 1);
}

/// A user who may only read serves, and whoever draws the layers sees them and nothing else.
#[tokio::test]
async fn rights_are_enough_as_the_guide_gives_them() {
    let test = TestStore::postgis();
    let store = test.open().await;
    suite::publish(&*store, "a", 2).await;
    let database = test.url().rsplit_once('/').unwrap().1.to_owned();
    let guide = include_str!("../../docs/postgis.md");
    let grants =
        guide.split("```sql\n").filter_map(|part| part.split("```").next()).find(|sql| sql.contains("gridward_qgis"));
    let grants = grants.expect("the guide has the statements").replace("'…'", "'secret'");
    let own = |name: &str| name.replace("gridward_", &format!("{database}_"));
    test.sql(&own(&grants).replace("DATABASE grids", &format!("DATABASE {database}"))).unwrap();
    let as_user = |user: &str| test.url().replace("postgres:not-to-be-seen", &format!("{database}_{user}"));
    let reader = open(&as_user("reader")).await.unwrap();
    assert_eq!(reader.grids(reader.edition("a").await.unwrap().id).await.unwrap().len(), 2);
    assert!(reader.save_draft(&suite::draft("b", 1)).await.is_err());
    let qgis = |sql: &str| {
        std::process::Command::new("psql")
            .args(["-XAt", "-d", &as_user("qgis"), "-c", sql])
            .output()
            .unwrap()
            .status
            .success()
    };
    assert!(qgis("SELECT count(*) FROM gridward.tier3") && qgis("SELECT * FROM gridward.edition_in_force"));
    for kept in ["roster_people", "api_keys", "key_pepper", "grids", "draft_features"] {
        assert!(!qgis(&format!("SELECT * FROM gridward.{kept}")), "{kept}");
    }
    reader.close().await;
    for user in ["reader", "qgis"] {
        test.sql(&format!("DROP OWNED BY {database}_{user} CASCADE; DROP ROLE {database}_{user}")).unwrap();
    }
}

/// Servers read from a standby what its primary was told; what they cannot, they say.
#[tokio::test]
async fn a_standby_is_read_and_not_written_to() {
    let primary = Cluster::start();
    let database = primary.database();
    let empty = primary.database();
    let store = database.open().await;
    suite::publish(&*store, "a", 2).await;
    let standby = primary.standby();
    let error = open(&standby.url_of(&empty)).await.unwrap_err();
    assert!(matches!(&error, StoreError::NotAStore(_, why) if why.contains("open its primary")), "{error}");
    let replica = open(&standby.url_of(&database)).await.unwrap();
    let live = gridward::live::Live::open(replica.clone()).await.unwrap();
    assert_eq!(live.status().edition.as_deref(), Some("a"));
    suite::publish(&*store, "b", 3).await;
    let start = std::time::Instant::now();
    while live.status().edition.as_deref() != Some("b") {
        assert!(start.elapsed() < std::time::Duration::from_secs(60));
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        live.refresh().await.unwrap();
    }
    let error = replica.save_draft(&suite::draft("c", 1)).await.unwrap_err();
    assert!(matches!(&error, StoreError::ReadOnly(why) if why.contains("standby")), "{error}");
    // Whoever asks such a server over HTTP is not told to come again, and what is read is read.
    let made = gridward::keys::Keys::new(store.clone()).create(KeyRole::Admin, "", None).await.unwrap();
    let key = [("authorization", &*format!("Bearer {}", made.text))];
    let service = router(AppState::new(live, Settings::default()));
    let start = std::time::Instant::now();
    while ask(&service, Method::GET, "/v1/session", &key, Body::empty()).await.status != 200 {
        assert!(start.elapsed() < std::time::Duration::from_secs(60), "the key comes to the standby");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let refused = ask(&service, Method::POST, "/v1/rollback", &key, Body::empty()).await;
    assert_eq!((refused.problem(503).as_str(), refused.header("retry-after")), ("read-only", ""));
    let located = ask(&service, Method::GET, "/v1/locate?lon=1&lat=1", &key, Body::empty()).await;
    assert_eq!(located.status, 200, "{}", located.text());
    tokio::join!(replica.close(), store.close());
}
